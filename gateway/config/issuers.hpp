#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/base/time.hpp>
#include <gatehouse/identity/introspection.hpp>
#include <gatehouse/identity/issuer.hpp>
#include <gatehouse/identity/logout.hpp>
#include <gatehouse/identity/token_verifier.hpp>

/// Who issues access tokens that are accepted.
namespace gatehouse::config {

struct TokenIntrospection {
  std::string endpoint;  ///< Empty: from the issuer's metadata.
  std::string client_id, client_secret;
  bool single_audience = false;
  Milliseconds assumed_lifetime = identity::IntrospectionOptions().assumed_lifetime;
  std::size_t max_in_flight = identity::IntrospectionOptions().max_in_flight;
  Milliseconds min_retry = identity::IntrospectionOptions().min_retry;
  Milliseconds max_retry = identity::IntrospectionOptions().max_retry;

  bool operator==(const TokenIntrospection&) const = default;
};

/// When the keys of an issuer are fetched; see identity::KeyOptions.
struct IssuerKeys {
  Milliseconds min_refresh = identity::KeyOptions().min_refresh;
  Milliseconds max_refresh = identity::KeyOptions().max_refresh;
  Milliseconds default_max_age = identity::KeyOptions().default_max_age;
  Milliseconds search_interval = identity::KeyOptions().search_interval;
  Milliseconds missing_ttl = identity::KeyOptions().missing_ttl;
  std::size_t max_missing = identity::KeyOptions().max_missing;
  Milliseconds max_stale = identity::KeyOptions().max_stale;
  Milliseconds min_retry = identity::KeyOptions().min_retry;
  Milliseconds max_retry = identity::KeyOptions().max_retry;

  [[nodiscard]] identity::KeyOptions options() const;
  bool operator==(const IssuerKeys&) const = default;
};

/// What is remembered of tokens, of whatever issuer.
struct Tokens {
  std::size_t max_accepted = identity::TokenVerifierOptions().max_accepted;
  Milliseconds accepted_ttl = identity::TokenVerifierOptions().accepted_ttl;
  std::size_t max_refused = identity::TokenVerifierOptions().max_refused;
  Milliseconds refused_ttl = identity::TokenVerifierOptions().refused_ttl;
  std::size_t failure_burst = identity::FailureBudgetOptions().burst;
  std::size_t failures_per_second = identity::FailureBudgetOptions().per_second;
  std::size_t max_failure_addresses = identity::FailureBudgetOptions().max_addresses;
  std::size_t max_revocations = identity::DenyListOptions().max_entries;
  Milliseconds max_lifetime = identity::LogoutOptions().max_lifetime;
  Milliseconds max_logout_age = identity::LogoutOptions().max_age;
  std::size_t max_logouts = identity::LogoutOptions().max_remembered;

  [[nodiscard]] identity::TokenVerifierOptions verifier_options() const;
  [[nodiscard]] identity::FailureBudgetOptions budget_options() const;
  [[nodiscard]] identity::LogoutOptions logout_options() const;
  bool operator==(const Tokens&) const = default;
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
  IssuerKeys keys;
  std::optional<TokenIntrospection> introspection;

  /// As the verifiers take it. REQUIRES: it was checked.
  [[nodiscard]] identity::IssuerOptions options() const;
  [[nodiscard]] identity::IntrospectionOptions introspection_options() const;
  bool operator==(const TokenIssuer&) const = default;
};

}  // namespace gatehouse::config
