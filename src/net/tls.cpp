#include "src/net/tls.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <string_view>

#include <arpa/inet.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace gatehouse::net {
namespace {

std::string describe(unsigned long code) {
  if (code == 0) return "the connection was closed";
  const char* const reason = ERR_reason_error_string(code);
  return reason ? reason : "TLS error " + std::to_string(code);
}

unsigned long take_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  return code;
}

std::unexpected<Error> bad_config(const std::string& what) {
  return fail(Kind::invalid_config, Origin::gateway, what + ": " + describe(take_error()));
}

// A BIO on a Socket, so that readiness is tracked and no SIGPIPE is raised.

int bio_result(BIO* bio, ssize_t count, int retry) {
  BIO_clear_retry_flags(bio);
  if (count == -EAGAIN) BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
  return count < 0 ? -1 : static_cast<int>(count);
}

int bio_read(BIO* bio, char* space, int size) {
  auto* const socket = static_cast<Socket*>(BIO_get_data(bio));
  return bio_result(bio, socket->read(space, static_cast<std::size_t>(size)), BIO_FLAGS_READ);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  auto* const socket = static_cast<Socket*>(BIO_get_data(bio));
  iovec piece{const_cast<char*>(bytes), static_cast<std::size_t>(size)};
  return bio_result(bio, socket->write({&piece, 1}), BIO_FLAGS_WRITE);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* socket_bio() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gatehouse socket");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, size, kHttp11, sizeof kHttp11, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

bool is_address(const std::string& host) {
  in6_addr address;
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

TlsContext::TlsContext(const SSL_METHOD* method) : context_(SSL_CTX_new(method)) {
  if (!context_) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(get(), TLS1_2_VERSION);
  SSL_CTX_set_options(get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(get(), 1);  // one system call per read, not one for each record's head and body
}

Result<TlsContext> TlsContext::server(const TlsServerOptions& options) {
  TlsContext context(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate_file.c_str()) != 1) {
    return bad_config("TLS certificate '" + options.certificate_file + "'");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return bad_config("TLS key '" + options.key_file + "'");
  }
  if (options.client_certificates != ClientCertificates::none) {
    if (auto accepted = accept_client_certificates(context.get(), options); !accepted)
      return fail(std::move(accepted.error()));
  }
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  return context;
}

Result<TlsContext> TlsContext::client(bool verify, const std::string& ca_file) {
  TlsContext context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                     : SSL_CTX_load_verify_file(context.get(), ca_file.c_str());
  if (loaded != 1) return bad_config("TLS authorities '" + ca_file + "'");
  SSL_CTX_set_alpn_protos(context.get(), kHttp11, sizeof kHttp11);
  return context;
}

TlsSession::TlsSession(const TlsContext& context, Socket& socket) : ssl_(SSL_new(context.get())) {
  BIO* const bio = ssl_ ? BIO_new(socket_bio()) : nullptr;
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, &socket);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsSession TlsSession::accept(const TlsContext& context, Socket& socket) {
  TlsSession session(context, socket);
  SSL_set_accept_state(session.ssl_.get());
  return session;
}

TlsSession TlsSession::connect(const TlsContext& context, Socket& socket, const std::string& host) {
  TlsSession session(context, socket);
  SSL* const ssl = session.ssl_.get();
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, host.c_str());
  }
  SSL_set_connect_state(ssl);
  return session;
}

ssize_t TlsSession::outcome(int result) {
  wants_write_ = false;
  if (result > 0) return result;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_WRITE: wants_write_ = true; return -EAGAIN;
    case SSL_ERROR_WANT_READ: return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN: return 0;
    default: break;
  }
  broken_ = true;
  error_ = take_error();
  return -ECONNRESET;
}

ssize_t TlsSession::handshake() {
  ERR_clear_error();
  return outcome(SSL_do_handshake(ssl_.get()));
}

ssize_t TlsSession::read(char* space, std::size_t size) {
  if (broken_) return -ECONNRESET;
  ERR_clear_error();
  std::size_t total = 0;
  // A call hands out one record at most; more may wait in OpenSSL's buffer, and no event would tell of it.
  while (total < size) {
    const ssize_t count =
        outcome(SSL_read(ssl_.get(), space + total, static_cast<int>(std::min<std::size_t>(size - total, INT_MAX))));
    if (count <= 0) return total > 0 ? static_cast<ssize_t>(total) : count;
    total += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(total);
}

ssize_t TlsSession::write(const char* bytes, std::size_t size) {
  if (broken_) return -ECONNRESET;
  ERR_clear_error();
  return outcome(SSL_write(ssl_.get(), bytes, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
}

void TlsSession::say_goodbye() {
  if (broken_ || SSL_in_init(ssl_.get()) == 1) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string TlsSession::failure() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  return describe(error_);
}

}  // namespace gatehouse::net
