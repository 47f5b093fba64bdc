#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/identity/claim_mapping.hpp>
#include <gatehouse/identity/outbound.hpp>
#include <gatehouse/identity/time_source.hpp>
#include <gatehouse/jose/claims.hpp>
#include <gatehouse/jose/token.hpp>

/// Somebody who issues tokens, and the keys he signs them with. Rules: RS-47, RS-60 to RS-75; security design 3.3.
namespace gatehouse::identity {

enum class Discovery {
  oidc,     ///< `<issuer>/.well-known/openid-configuration`
  rfc8414,  ///< `/.well-known/oauth-authorization-server` between host and path of the issuer
  fixed,    ///< No metadata: `jwks`, or `jwks_uri`.
};

/// When keys are fetched.
struct KeyOptions {
  std::chrono::seconds min_refresh{300};        ///< Background refresh: at 80 % of max-age, at least this late,
  std::chrono::seconds max_refresh{86'400};     ///< and at most this late, a tenth of it earlier by chance.
  std::chrono::seconds default_max_age{3'600};  ///< For issuers that say nothing.
  std::chrono::seconds search_interval{30};     ///< Between two fetches because of unknown keys.
  std::chrono::seconds missing_ttl{60};         ///< How long a key that was not there is not asked for again.
  std::size_t max_missing = 1'000;              ///< How many of those are remembered.
  std::chrono::seconds max_stale{86'400};       ///< How long keys are used after their refresh should have succeeded.
  Milliseconds min_retry{1'000};                ///< After a failed fetch; doubles up to
  Milliseconds max_retry{30'000};

  bool operator==(const KeyOptions&) const = default;
};

struct IssuerOptions {
  std::string id;      ///< Short, for logs and metrics.
  std::string issuer;  ///< Compared byte for byte with `iss` (RS-68).
  Discovery discovery = Discovery::oidc;
  std::string jwks_uri;  ///< For `fixed`.
  std::string jwks;      ///< For `fixed`: the key set itself. It is never fetched.
  /// Documents of this issuer may name addresses in private networks. Addresses on the issuer's own origin they always may.
  bool private_addresses = false;
  std::string ca_file;  ///< PEM with the authorities of its certificates; empty: the system's.
  jose::Algorithms algorithms = jose::kDefaultAlgorithms;
  jose::TypeRule typ = jose::TypeRule::access_token;
  std::vector<std::string>
      audiences;  ///< Accepted besides the endpoint's own, for issuers that cannot do RFC 8707 (RS-46).
  std::vector<std::string> clients;  ///< `azp` or `client_id` has to be one of these. Empty: any client.
  std::chrono::seconds skew{60};     ///< At most 300 are granted.
  std::optional<std::chrono::seconds> max_token_age;
  ClaimMapping claims;
  /// Client ids under which this issuer sends logout tokens. Empty: it sends none.
  std::vector<std::string> logout_audiences;
  KeyOptions keys;

  /// Equal ones need no new Issuer when the configuration changes: its keys can be kept.
  bool operator==(const IssuerOptions&) const = default;
};

/// A name that every second installation has: a token that was made for somebody else would be taken for one of ours. Rule: RS-46.
[[nodiscard]] bool is_generic_audience(std::string_view audience);

/// One per loop and configured issuer. Nothing of it is shared with other issuers, least of all keys.
class Issuer {
 public:
  struct Counters {
    std::uint64_t fetches = 0;         ///< Of key sets.
    std::uint64_t fetch_failures = 0;  ///< Of key sets or metadata.
    std::uint64_t searches = 0;        ///< Fetches because of an unknown key.
    std::uint64_t unknown_keys = 0;    ///< Tokens whose key there is not.
    std::uint64_t unavailable = 0;     ///< Tokens that nothing could be said about.
  };

  Issuer(net::Loop& loop, Outbound& outbound, IssuerOptions options, const TimeSource& time = system_time());
  ~Issuer();  ///< REQUIRES: `stop` has finished, or nothing was ever asked.
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  /// Whether the options make sense. Errors: invalid_config, naming what is wrong.
  [[nodiscard]] static Result<void> check(const IssuerOptions& options);

  /// Fetches the keys now, and from then on before they are too old.
  void start();
  /// Cancels what is being fetched; whoever waits for it is told that the issuer is unavailable.
  Task<void> stop();

  /// Checks the signature. An unknown key is asked for: once for everybody who needs one, and not too often. `token` stays with the caller
  /// if it is refused. Errors: verifier_unavailable with Retry-After, when there are no keys, or a key cannot be looked for now. Origin client: the latter,
  /// so soon after another one that the token may well have made its key up.
  Task<Result<jose::Verdict<jose::Token>>> verify(jose::UnverifiedToken token);

  [[nodiscard]] const IssuerOptions& options() const;
  /// Counts up when keys came or went: what was concluded from them has to be concluded again.
  [[nodiscard]] std::uint64_t generation() const;
  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] bool has_keys() const;
  /// Keys of the current set that cannot be used.
  [[nodiscard]] const std::vector<jose::KeyProblem>& problems() const;
  /// Why the last fetch failed; empty: it did not. For operators.
  [[nodiscard]] const std::string& failure() const;
  /// `introspection_endpoint` of the metadata, which is fetched if need be. Errors: verifier_unavailable.
  Task<Result<Route>> introspection_endpoint();

  void refresh_if_due();  ///< What the timer does.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::identity
