#include "src/net/certificate.hpp"

#include <array>
#include <ctime>
#include <string_view>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <gatehouse/base/base64url.hpp>

namespace gatehouse::net {
namespace {

std::unexpected<Error> bad_authorities(const std::string& file) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return fail(Kind::invalid_config, Origin::gateway,
              "TLS authorities '" + file + "': " + (reason ? reason : "there is no certificate in it"));
}

/// OpenSSL takes a certificate that does not say what it is for as one for everything; that is for servers' to be mistaken for clients'.
int check_purpose(int ok, X509_STORE_CTX* store) {
  if (ok != 1 || X509_STORE_CTX_get_error_depth(store) != 0) return ok;
  X509* const leaf = X509_STORE_CTX_get_current_cert(store);
  const bool says_so = (X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0;
  if (says_so && (X509_get_extended_key_usage(leaf) & XKU_SSL_CLIENT) != 0) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
  return 0;
}

std::string subject_of(const X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
  // RFC 2253 escapes what RFC 4514 does; UTF-8 stays readable.
  constexpr unsigned long kStyle = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (!text || X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, kStyle) < 0) return {};
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::string thumbprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return to_base64url({reinterpret_cast<const char*>(digest.data()), size});
}

std::chrono::sys_seconds end_of(const X509* certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&utc)));
}

/// Of names with other than printable ASCII characters nobody knows what a reader would make of them.
std::string printable(const ASN1_STRING* text) {
  const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                               static_cast<std::size_t>(ASN1_STRING_length(text)));
  for (const char c : bytes)
    if (c <= ' ' || c > '~') return {};
  return std::string(bytes);
}

void read_alternative_names(const X509* certificate, PeerCertificate& out) {
  auto* const all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_URI && name->type != GEN_DNS) continue;
    std::string text = printable(name->type == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName);
    if (!text.empty()) (name->type == GEN_URI ? out.uris : out.dns_names).push_back(std::move(text));
  }
  GENERAL_NAMES_free(all);
}

}  // namespace

Result<void> accept_client_certificates(SSL_CTX* context, const TlsServerOptions& options) {
  const std::string& file = options.client_ca_file;
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
  if (!names || SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return bad_authorities(file);
  }
  SSL_CTX_set_client_CA_list(context, names);
  const bool required = options.client_certificates == ClientCertificates::require;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), check_purpose);
  SSL_CTX_set_verify_depth(context, static_cast<int>(options.max_client_chain));
  // A resumed session would be let in without its certificate being checked again.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  return {};
}

std::unique_ptr<PeerCertificate> certificate_of(const SSL* ssl) {
  const X509* const certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK) return nullptr;
  auto out = std::make_unique<PeerCertificate>();
  out->thumbprint = thumbprint_of(certificate);
  out->subject = subject_of(certificate);
  out->not_after = end_of(certificate);
  read_alternative_names(certificate, *out);
  return out;
}

}  // namespace gatehouse::net
