#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gatehouse/base/time.hpp>
#include <gatehouse/identity/api_key_verifier.hpp>
#include <gatehouse/identity/certificate_verifier.hpp>
#include <gatehouse/net/http_server.hpp>

#include "gateway/config/issuers.hpp"

/// Ways to say who one is.
namespace gatehouse::config {

struct ApiKeys {
  std::string file;                  ///< Written by `gatehouse keys`.
  std::vector<std::string> peppers;  ///< Newest first; empty: in `<file>.pepper`.
  Milliseconds max_lifetime = std::chrono::days(366);
  std::size_t max_known = identity::ApiKeyVerifierOptions().max_known;

  bool operator==(const ApiKeys&) const = default;
};

struct CertificateGrant {
  std::string name;
  std::vector<std::string> roles, scopes;
  std::string tenant;

  bool operator==(const CertificateGrant&) const = default;
};

struct Certificates {
  identity::CertificateName subject = identity::CertificateName::uri;
  std::vector<std::string> names;
  std::vector<CertificateGrant> grants;

  bool operator==(const Certificates&) const = default;
};

struct ProxyAssertion {
  std::string header;
  std::string keys;  ///< A JWK set.
  std::string issuer, audience;

  bool operator==(const ProxyAssertion&) const = default;
};

struct TrustedProxy {
  std::vector<std::string> from;  ///< Networks.
  std::string secret_header = "X-Proxy-Secret";
  std::vector<std::string> secrets;
  std::vector<std::string> certificates;
  std::optional<ProxyAssertion> assertion;
  std::string user = "X-Forwarded-User";
  std::string groups, roles, email;
  std::string issuer = "gatehouse:proxy";

  bool operator==(const TrustedProxy&) const = default;
};

/// Who may use the endpoints. Nothing configured: everybody, as nobody.
struct Auth {
  std::optional<ApiKeys> api_keys;
  std::optional<Certificates> certificates;
  std::optional<TrustedProxy> proxy;
  std::vector<TokenIssuer> issuers;
  Tokens tokens;

  [[nodiscard]] bool needed() const { return api_keys || certificates || proxy || !issuers.empty(); }
  bool operator==(const Auth&) const = default;
};

/// Of the main listener.
struct Tls {
  std::string certificate, key;  ///< Files.
  std::string client_ca;
  net::ClientCertificates client_certificates = net::ClientCertificates::none;
  std::size_t max_client_chain = 3;

  bool operator==(const Tls&) const = default;
};

}  // namespace gatehouse::config
