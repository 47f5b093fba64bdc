#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/identity/deny_list.hpp>
#include <gatehouse/identity/failure_budget.hpp>
#include <gatehouse/identity/introspection.hpp>
#include <gatehouse/identity/issuer.hpp>
#include <gatehouse/identity/verifier.hpp>

/// OAuth access tokens as identities. Rules: RS-45 to RS-47, RS-60 to RS-83; security design 3.3, 3.4.
namespace gatehouse::identity {

/// Every reason for which a token is refused, as logs and `TokenVerifier::Counters` have it.
[[nodiscard]] std::vector<std::string_view> token_refusals();

struct TokenVerifierOptions {
  std::size_t max_accepted =
      10'000;  ///< Tokens that are remembered as good; about 1 KiB each, by what they say about somebody.
  std::chrono::seconds accepted_ttl{60};  ///< Or until they expire.
  std::size_t max_refused = 5'000;        ///< Tokens that are remembered as bad.
  std::chrono::seconds refused_ttl{10};
  jose::ReadLimits read;
};

/// Judges bearer tokens: what has the form of a JWT by the issuer that it names and by nobody else, the rest by introspection, if there is
/// one. What was found out is remembered under a hash of the token and the endpoint; the tokens themselves are not kept.
/// One loop; for one endpoint or several.
class TokenVerifier final : public Verifier {
 public:
  struct Counters {
    std::uint64_t verifications = 0;  ///< Signatures checked, or questions to an introspection endpoint.
    std::uint64_t known_good = 0, known_bad = 0;
    std::uint64_t throttled = 0;                                      ///< Not looked at: too many bad ones from there.
    std::uint64_t unavailable = 0;                                    ///< Nothing could be said.
    std::vector<std::pair<std::string_view, std::uint64_t>> refused;  ///< By reason; see `token_refusals`.
  };

  /// Several issuers must differ in `issuer`. `introspection` may be null: opaque tokens are refused then (RS-80: at most one). `budget`
  /// is null if bad tokens are counted before they come here (failure_budget.hpp).
  TokenVerifier(TokenVerifierOptions options, std::vector<std::shared_ptr<Issuer>> issuers,
                std::shared_ptr<Introspection> introspection, std::shared_ptr<DenyList> denied,
                std::shared_ptr<FailureBudget> budget);
  ~TokenVerifier() override;

  /// About a microsecond and no memory for a good token that was seen lately. Also answers `throttled` (T47), if there is a budget.
  [[nodiscard]] std::optional<Verdict> known(std::string_view credential, const Circumstances& around) override;
  /// A token that its introspection endpoint cannot make sense of is `verifier_unavailable` with the client as its origin: neither good
  /// nor bad, but to be counted like a bad one.
  Task<Verdict> verify(std::string_view credential, const Circumstances& around) override;
  /// Not expired, not revoked, and its issuer is still one of ours. Rule: RS-99.
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const override;

  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] std::size_t remembered() const;  ///< Good and bad ones.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::identity
