#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/identity/logout.hpp>
#include <gatehouse/identity/token_verifier.hpp>

#include "gateway/config/issuers.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::app {

/// The authorization servers of a running gateway: their keys, and what was found out about tokens. An issuer whose configuration does not
/// change keeps its keys; revocations outlive every change.
class TokenIssuers {
 public:
  explicit TokenIssuers(net::Loop& loop);

  /// The verifier for these issuers from now on; it may be asked until `stop`, even when others took its place.
  [[nodiscard]] std::shared_ptr<identity::Verifier> verifier(const std::vector<config::TokenIssuer>& issuers,
                                                             const config::Tokens& tokens);
  /// Null while no issuer tells of logouts.
  [[nodiscard]] const std::shared_ptr<identity::LogoutReceiver>& logout() const { return logout_; }
  /// `metrics` outlives this and is told when issuers come and go.
  void register_metrics(telemetry::Metrics& metrics);
  /// Call before the destructor.
  Task<void> stop();

 private:
  [[nodiscard]] std::shared_ptr<identity::Issuer> issuer_for(const identity::IssuerOptions& options) const;
  void take(const config::Tokens& tokens);
  void observe_issuers();
  void retire(std::vector<std::shared_ptr<identity::Issuer>> before);

  net::Loop& loop_;
  identity::Outbound outbound_;
  std::shared_ptr<identity::DenyList> denied_ = std::make_shared<identity::DenyList>();
  config::Tokens tokens_;
  std::shared_ptr<identity::FailureBudget> logout_budget_ =
      std::make_shared<identity::FailureBudget>(tokens_.budget_options());  // requests: wary_authenticator.hpp
  std::vector<std::shared_ptr<identity::Issuer>> issuers_;
  std::shared_ptr<identity::Introspection> introspection_;
  std::shared_ptr<identity::TokenVerifier> verifier_;
  std::shared_ptr<identity::LogoutReceiver> logout_;
  telemetry::Metrics* metrics_ = nullptr;
  std::vector<std::string> observed_;  // labels of issuers
  TaskGroup tasks_;                    // the ends of what was replaced
};

}  // namespace gatehouse::app
