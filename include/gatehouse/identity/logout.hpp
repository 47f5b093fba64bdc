#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <gatehouse/identity/deny_list.hpp>
#include <gatehouse/identity/failure_budget.hpp>
#include <gatehouse/identity/issuer.hpp>

/// Issuers tell us that somebody logged out. Rule: OpenID Connect Back-Channel Logout 1.0; RS-74.
namespace gatehouse::identity {

struct LogoutOptions {
  std::chrono::seconds max_age{300};          ///< Of a logout token, since `iat`.
  std::chrono::seconds max_lifetime{86'400};  ///< Of access tokens: a revocation is kept that long.
  std::size_t max_remembered = 10'000;        ///< Ids of logout tokens, against replay.
};

/// The endpoint that issuers post logout tokens to; who answers HTTP calls `receive`. One loop.
class LogoutReceiver {
 public:
  struct Counters {
    std::uint64_t accepted = 0, refused = 0;
  };

  LogoutReceiver(LogoutOptions options, std::vector<std::shared_ptr<Issuer>> issuers, std::shared_ptr<DenyList> denied,
                 std::shared_ptr<FailureBudget> budget, const TimeSource& time = system_time());
  ~LogoutReceiver();

  /// `form`: the body of the POST, `logout_token=…`; `address`: of the peer. Everything that was let in with the tokens of that login (`sid`),
  /// or of that user until now (`sub`), is not good any more when this returns.
  /// Errors: invalid_request (HTTP 400; why is in `detail`), verifier_unavailable (503), throttled (429). Success is 200 without a body;
  /// all of them with `Cache-Control: no-store`.
  Task<Result<void>> receive(std::string_view form, std::string_view address);

  [[nodiscard]] const Counters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::identity
