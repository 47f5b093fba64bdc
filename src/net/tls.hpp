#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <sys/types.h>

#include <openssl/ssl.h>

#include <gatehouse/base/error.hpp>

#include "src/net/certificate.hpp"
#include "src/net/socket.hpp"

namespace gatehouse::net {

/// Settings and keys shared by many TLS connections: TLS 1.2 or newer, no renegotiation, no compression.
class TlsContext {
 public:
  /// Errors: invalid_config, naming the file.
  static Result<TlsContext> server(const TlsServerOptions& options);
  /// `ca_file` empty: the system's authorities.
  static Result<TlsContext> client(bool verify, const std::string& ca_file);

  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsContext(const SSL_METHOD* method);
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// One TLS connection over a socket. Same contract as Socket; OpenSSL reads from and writes to the socket directly, and keeps
/// no buffers while the connection is idle.
class TlsSession {
 public:
  static TlsSession accept(const TlsContext& context, Socket& socket);
  /// `host` is what the certificate has to be valid for, a name or an address.
  static TlsSession connect(const TlsContext& context, Socket& socket, const std::string& host);

  [[nodiscard]] ssize_t handshake();  ///< 1 when done.
  [[nodiscard]] ssize_t read(char* space, std::size_t size);
  [[nodiscard]] ssize_t write(const char* bytes, std::size_t size);
  void say_goodbye();  ///< Sends close_notify if there is room for it.

  /// The last -EAGAIN waits for room to write although something was to be read.
  [[nodiscard]] bool wants_write() const { return wants_write_; }
  /// The client's, after the handshake; null if it has none.
  [[nodiscard]] std::unique_ptr<PeerCertificate> peer_certificate() const { return certificate_of(ssl_.get()); }
  /// Why the last call failed, for people.
  [[nodiscard]] std::string failure() const;

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  TlsSession(const TlsContext& context, Socket& socket);
  ssize_t outcome(int result);

  std::unique_ptr<SSL, Free> ssl_;
  unsigned long error_ = 0;
  bool wants_write_ = false;
  bool broken_ = false;
};

}  // namespace gatehouse::net
