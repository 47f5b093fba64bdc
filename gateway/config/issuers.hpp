#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/base/time.hpp>
#include <gatehouse/identity/introspection.hpp>
#include <gatehouse/identity/issuer.hpp>

/// Who issues access tokens that are accepted.
namespace gatehouse::config {

struct TokenIntrospection {
  std::string endpoint;  ///< Empty: from the issuer's metadata.
  std::string client_id, client_secret;
  bool single_audience = false;

  bool operator==(const TokenIntrospection&) const = default;
};

struct TokenIssuer {
  std::string issuer;
  std::string id;  ///< For logs and metrics; empty: the issuer.
  identity::Discovery discovery = identity::Discovery::oidc;
  std::string jwks_uri, jwks;  ///< For discovery `static`.
  std::vector<std::string> audiences, algorithms, clients;
  jose::TypeRule typ = jose::TypeRule::access_token;
  Milliseconds skew{60'000};
  Milliseconds max_token_age{0};  ///< 0: any.
  std::vector<std::string> scopes{"scope"}, roles, groups, keep;
  std::string tenant, session = "sid";
  std::vector<std::pair<std::string, std::vector<std::string>>> role_map;
  std::vector<std::pair<std::string, std::string>> service_claims;
  std::vector<std::string> logout_audiences;
  bool private_addresses = false;
  std::string ca_file;
  std::optional<TokenIntrospection> introspection;

  /// As the verifiers take it. REQUIRES: it was checked.
  [[nodiscard]] identity::IssuerOptions options() const;
  [[nodiscard]] identity::IntrospectionOptions introspection_options() const;
  bool operator==(const TokenIssuer&) const = default;
};

}  // namespace gatehouse::config
