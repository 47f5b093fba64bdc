#include <gatehouse/identity/introspection.hpp>

#include <array>
#include <unordered_map>

#include <openssl/evp.h>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/task_group.hpp>

#include "src/identity/backoff.hpp"
#include "src/identity/digest.hpp"
#include "src/identity/form.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMaxDepth = 32;

std::unexpected<Error> unavailable(Milliseconds after, std::string why) {
  constexpr Milliseconds kLeast{1'000};
  return std::unexpected(Error{Kind::verifier_unavailable, Origin::upstream,
                               "The credential cannot be checked now: try again later.",
                               "introspection: " + std::move(why)}
                             .with_retry(Retry::later(std::max(after, kLeast))));
}

/// Rule: RFC 6749 section 2.3.1: both are form-encoded first.
std::string basic(const IntrospectionOptions& options) {
  const std::string plain = form_encoded(options.client_id) + ':' + form_encoded(options.client_secret);
  std::string text((plain.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  text.resize(static_cast<std::size_t>(size));
  return "Basic " + text;
}

}  // namespace

struct Introspection::Impl {
  /// A question on its way, and everybody who waits for its answer.
  struct Flight {
    Broadcast ended;
    std::optional<Result<json::Value>> answer;
  };

  Impl(std::shared_ptr<Issuer> the_issuer, Outbound& the_outbound, IntrospectionOptions the_options,
       const TimeSource& the_time)
      : issuer(std::move(the_issuer)),
        outbound(the_outbound),
        options(std::move(the_options)),
        time(the_time),
        authorization(basic(options)),
        backoff(options.min_retry, options.max_retry) {}

  Task<void> fly(std::string_view token, Digest name, std::shared_ptr<Flight> flight);
  Task<Result<json::Value>> question(std::string_view token);
  Task<Result<Route>> endpoint();
  [[nodiscard]] jose::Token as_token(json::Value answer, const Protected& place) const;

  std::shared_ptr<Issuer> issuer;
  Outbound& outbound;
  const IntrospectionOptions options;
  const TimeSource& time;
  const std::string authorization;
  Backoff backoff;
  Digester digest;
  std::unordered_map<Digest, std::shared_ptr<Flight>, DigestHash> flights;
  Counters counters;
  TaskGroup tasks;
};

Task<Result<Route>> Introspection::Impl::endpoint() {
  if (options.endpoint.empty()) {
    auto learned = co_await issuer->introspection_endpoint();
    co_return learned;
  }
  auto url = parse_issuer_url(options.endpoint);
  if (!url) co_return std::unexpected(std::move(url.error()));
  Route route;
  route.url = std::move(*url);
  route.named = Named::by_operator;
  route.ca_file = issuer->options().ca_file;
  co_return route;
}

Task<Result<json::Value>> Introspection::Impl::question(std::string_view token) {
  const auto where = co_await endpoint();
  if (!where) co_return std::unexpected(where.error());
  const std::string form = "token=" + form_encoded(token) + "&token_type_hint=access_token";
  const std::array headers{net::Header{"Authorization", authorization}};
  auto document = co_await outbound.post(*where, form, headers, tasks.cancel());
  if (!document) co_return std::unexpected(std::move(document.error()));
  auto answer = json::parse(document->text, kMaxDepth);
  const bool is_answer = answer && answer->is_object() && answer->find("active") && answer->find("active")->is_bool();
  if (!is_answer) co_return unavailable({}, "the answer does not say whether the token is active");
  co_return std::move(*answer);
}

Task<void> Introspection::Impl::fly(std::string_view token, Digest name, std::shared_ptr<Flight> flight) {
  ++counters.questions;
  auto answer = co_await question(token);
  if (answer) {
    backoff.succeeded();
  } else if (!tasks.cancelled()) {
    ++counters.failures;
    // What one token makes the endpoint say must not keep it from being asked about others.
    if (answer.error().origin != Origin::client) backoff.failed(time.steady());
    answer.error().retry = Retry::later(std::max(backoff.left(time.steady()), Milliseconds{1'000}));
  }
  flight->answer = std::move(answer);
  flights.erase(name);
  flight->ended.notify_all();
}

/// As if it had been a JWT, so that the same rules judge it.
jose::Token Introspection::Impl::as_token(json::Value answer, const Protected& place) const {
  const auto fill = [&](std::string_view name, json::Value value) {
    if (!answer.find(name)) answer.set(name, std::move(value));
  };
  fill("iss", issuer->options().issuer);
  if (const json::Value* const client = answer.find("client_id")) fill("sub", *client);
  if (options.single_audience && !place.audiences.empty()) fill("aud", place.audiences.front());
  fill("exp",
       std::chrono::duration_cast<std::chrono::seconds>((time.wall() + options.assumed_lifetime).time_since_epoch())
           .count());
  jose::Token token;
  token.header.typ = "at+jwt";
  token.claims = std::move(answer);
  return token;
}

Introspection::Introspection(std::shared_ptr<Issuer> issuer, Outbound& outbound, IntrospectionOptions options,
                             const TimeSource& time)
    : impl_(std::make_unique<Impl>(std::move(issuer), outbound, std::move(options), time)) {}
Introspection::~Introspection() = default;

Result<void> Introspection::check(const IntrospectionOptions& options) {
  if (options.client_id.empty() || options.client_secret.empty()) {
    return fail(Kind::invalid_config, Origin::gateway, "introspection needs a client id and its secret");
  }
  if (options.endpoint.empty()) return {};
  const auto url = parse_issuer_url(options.endpoint);
  if (!url) return std::unexpected(url.error());
  return {};
}

Task<Result<std::optional<jose::Token>>> Introspection::ask(std::string_view token, const Protected& place) {
  Impl& self = *impl_;
  const Digest name = self.digest("", token);
  std::shared_ptr<Impl::Flight> flight;
  if (const auto found = self.flights.find(name); found != self.flights.end()) {
    ++self.counters.shared;
    flight = found->second;
  } else if (self.flights.size() >= self.options.max_in_flight || !self.backoff.may_try(self.time.steady()) ||
             self.tasks.cancelled()) {
    ++self.counters.busy;
    co_return unavailable(self.backoff.left(self.time.steady()), "the endpoint is busy, or failed a moment ago");
  } else {
    flight = self.flights[name] = std::make_shared<Impl::Flight>();
    self.tasks.spawn(self.fly(token, name, flight));
  }
  while (!flight->answer) co_await flight->ended.wait();
  const Result<json::Value>& answer = *flight->answer;
  if (!answer) co_return std::unexpected(answer.error());
  std::optional<jose::Token> active;
  if (answer->find("active")->as_bool() == true) active = self.as_token(*answer, place);
  co_return active;
}

Task<void> Introspection::stop() {
  impl_->tasks.cancel().request(CancelReason::shutting_down);
  co_await impl_->tasks.join();
}

Issuer& Introspection::issuer() const { return *impl_->issuer; }
const Introspection::Counters& Introspection::counters() const { return impl_->counters; }

}  // namespace gatehouse::identity
