#include "gateway/app/wary_authenticator.hpp"

#include <algorithm>

#include <gatehouse/base/log.hpp>
#include <gatehouse/identity/credential.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/refusal.hpp>

namespace gatehouse::app {
namespace {

using ratelimit::Nanoseconds;

constexpr std::size_t kMaxHandle = 64;

/// What stays the same when somebody guesses: the id in an API key; a token stands for itself.
std::string_view handle_of(const net::HttpExchange& exchange) {
  const auto credential = identity::find_credential(exchange.head());
  if (!credential) return {};
  if (credential->form != identity::CredentialForm::api_key) return credential->text;
  // gatek_<environment>_<id>_…; what has another shape is not right whatever its end is.
  auto id_end = credential->text.find('_', identity::kApiKeyPrefix.size());
  id_end = credential->text.find('_', std::min(id_end, credential->text.size() - 1) + 1);
  return credential->text.substr(0, std::min(id_end, kMaxHandle));
}

/// Wrong, or such that its issuer cannot make sense of it.
bool is_to_blame(const Error& error) {
  return error.kind == Kind::invalid_credential ||
         (error.kind == Kind::verifier_unavailable && error.origin == Origin::client);
}

identity::Verdict wait_first(Nanoseconds wait, const std::string& name) {
  const auto after = std::chrono::ceil<Milliseconds>(wait);
  return fail(
      Error{Kind::throttled, Origin::client, "Too many wrong credentials came from your network; try again later."}
          .with_data(json::Value::object({{"limit", "preauth"},
                                          {"scope", "ip"},
                                          {"retryAfterMs", static_cast<std::int64_t>(after.count())},
                                          {"requestId", name}})
                         .str())
          .with_retry(Retry::later(after)));
}

/// Says it to the log now and then.
void tell(ratelimit::Gate& gate, std::string_view address, std::string_view name, TimePoint now) {
  if (const auto times = gate.reminder(address, now))
    log::warn("wrong credentials",
              {{"address", address}, {"times", std::to_string(*times), true}, {"request_id", name}});
}

/// Without a look at the credential.
identity::Verdict put_off(ratelimit::Gate& gate, const net::HttpExchange& exchange, Nanoseconds wait, TimePoint now) {
  const std::string name = mcp::new_refusal_name();
  tell(gate, exchange.peer_address(), name, now);
  return wait_first(wait, name);
}

}  // namespace

identity::Verdict WaryAuthenticator::judged(const net::HttpExchange& exchange, identity::Verdict verdict,
                                            TimePoint now) {
  const std::string_view address = exchange.peer_address();
  if (verdict) {
    if (!gate_.is_quiet(now)) gate_.succeeded(address, handle_of(exchange));
    return verdict;
  }
  if (!is_to_blame(verdict.error())) return verdict;
  const Nanoseconds wait = gate_.failed(address, handle_of(exchange), now);
  const std::string name = mcp::name_refusal(verdict.error());
  tell(gate_, address, name, now);
  return wait > Nanoseconds{0} ? wait_first(wait, name) : std::move(verdict);
}

std::optional<identity::Verdict> WaryAuthenticator::known(const net::HttpExchange& exchange) {
  const TimePoint now = Clock::now();
  if (!gate_.is_quiet(now)) {
    const Nanoseconds wait = gate_.repeat(exchange.peer_address(), handle_of(exchange), now);
    if (wait > Nanoseconds{0}) return put_off(gate_, exchange, wait, now);
  }
  auto verdict = inner_->known(exchange);
  if (!verdict) return std::nullopt;
  return judged(exchange, std::move(*verdict), now);
}

Task<identity::Verdict> WaryAuthenticator::authenticate(const net::HttpExchange& exchange) {
  const TimePoint now = Clock::now();
  if (!gate_.is_quiet(now)) {
    const Nanoseconds wait = gate_.attempt(exchange.peer_address(), handle_of(exchange), now);
    if (wait > Nanoseconds{0}) co_return put_off(gate_, exchange, wait, now);
  }
  auto verdict = co_await inner_->authenticate(exchange);
  co_return judged(exchange, std::move(verdict), now);
}

}  // namespace gatehouse::app
