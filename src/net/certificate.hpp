#pragma once
#include <memory>

#include <openssl/ssl.h>

#include <gatehouse/base/error.hpp>
#include <gatehouse/net/certificate.hpp>
#include <gatehouse/net/http_server.hpp>

namespace gatehouse::net {

/// Has clients asked for certificates. Errors: invalid_config, naming the file.
[[nodiscard]] Result<void> accept_client_certificates(SSL_CTX* context, const TlsServerOptions& options);

/// Of a finished handshake; null if the client sent none.
[[nodiscard]] std::unique_ptr<PeerCertificate> certificate_of(const SSL* ssl);

}  // namespace gatehouse::net
