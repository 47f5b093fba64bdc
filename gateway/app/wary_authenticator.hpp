#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include <gatehouse/identity/authenticator.hpp>

#include "gateway/ratelimit/gate.hpp"

namespace gatehouse::app {

/// Asks another authenticator, and makes those wait who come with wrong credentials again and again (ratelimit/gate.hpp). Whoever waits is
/// not told anything about his credential, and nobody is locked out: a wait belongs to a network. While nothing is wrong, this costs nothing.
/// The gateway's only count of wrong credentials, whatever their form, with the operator's numbers (`limits.preauth`). Logout tokens come
/// another way and have a budget of their own (identity/failure_budget.hpp). Errors: those of the other one; throttled. Rules: RS-37, T47.
class WaryAuthenticator final : public identity::Authenticator {
 public:
  WaryAuthenticator(std::shared_ptr<identity::Authenticator> inner, ratelimit::Gate& gate)
      : inner_(std::move(inner)), gate_(gate) {}

  [[nodiscard]] std::optional<identity::Verdict> known(const net::HttpExchange& exchange) override;
  Task<identity::Verdict> authenticate(const net::HttpExchange& exchange) override;
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const override {
    return inner_->still_good(who, now);
  }

 private:
  /// What comes of a verdict: perhaps another one.
  identity::Verdict judged(const net::HttpExchange& exchange, identity::Verdict verdict, TimePoint now);
  std::shared_ptr<identity::Authenticator> inner_;
  ratelimit::Gate& gate_;
};

/// Null if `inner` is.
[[nodiscard]] inline std::shared_ptr<identity::Authenticator> wary_of(std::shared_ptr<identity::Authenticator> inner,
                                                                      ratelimit::Gate& gate) {
  return inner ? std::make_shared<WaryAuthenticator>(std::move(inner), gate) : nullptr;
}

}  // namespace gatehouse::app
