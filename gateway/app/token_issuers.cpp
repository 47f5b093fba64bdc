#include "gateway/app/token_issuers.hpp"

#include <algorithm>

namespace gatehouse::app {
namespace {

template <class Part>
Task<void> end(std::shared_ptr<Part> part) {
  co_await part->stop();
}

}  // namespace

TokenIssuers::TokenIssuers(net::Loop& loop) : loop_(loop), outbound_(loop, {}) {}

std::shared_ptr<identity::Issuer> TokenIssuers::issuer_for(const identity::IssuerOptions& options) const {
  const auto same = std::ranges::find_if(issuers_, [&](const auto& issuer) { return issuer->options() == options; });
  return same == issuers_.end() ? nullptr : *same;
}

/// Revocations stay; what was counted against networks begins anew if that is counted in another way.
void TokenIssuers::take(const config::Tokens& tokens) {
  if (std::exchange(tokens_, tokens) == tokens) return;
  denied_->set_options({.max_entries = tokens.max_revocations});
  logout_budget_ = std::make_shared<identity::FailureBudget>(tokens.budget_options());
}

std::shared_ptr<identity::Verifier> TokenIssuers::verifier(const std::vector<config::TokenIssuer>& issuers,
                                                           const config::Tokens& tokens) {
  take(tokens);
  std::vector<std::shared_ptr<identity::Issuer>> now;
  std::shared_ptr<identity::Introspection> introspection;
  bool tells_logouts = false;
  for (const config::TokenIssuer& one : issuers) {
    const identity::IssuerOptions options = one.options();
    auto issuer = issuer_for(options);
    if (!issuer) {
      issuer = std::make_shared<identity::Issuer>(loop_, outbound_, options);
      issuer->start();
    }
    if (one.introspection)
      introspection = std::make_shared<identity::Introspection>(issuer, outbound_, one.introspection_options());
    tells_logouts = tells_logouts || !options.logout_audiences.empty();
    now.push_back(std::move(issuer));
  }
  retire(std::exchange(issuers_, now));
  if (introspection_) tasks_.spawn(end(introspection_));
  introspection_ = introspection;
  verifier_ =
      std::make_shared<identity::TokenVerifier>(tokens.verifier_options(), issuers_, introspection_, denied_, nullptr);
  logout_ = tells_logouts
                ? std::make_shared<identity::LogoutReceiver>(tokens.logout_options(), issuers_, denied_, logout_budget_)
                : nullptr;
  observe_issuers();
  return verifier_;
}

void TokenIssuers::retire(std::vector<std::shared_ptr<identity::Issuer>> before) {
  for (auto& issuer : before)
    if (std::ranges::find(issuers_, issuer) == issuers_.end()) tasks_.spawn(end(std::move(issuer)));
}

Task<void> TokenIssuers::stop() {
  for (const auto& issuer : issuers_) co_await issuer->stop();
  if (introspection_) co_await introspection_->stop();
  co_await tasks_.join();
}

}  // namespace gatehouse::app
