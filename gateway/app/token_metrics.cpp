// What /metrics says about access tokens and their issuers.
#include <array>

#include "gateway/app/token_issuers.hpp"

namespace gatehouse::app {
namespace {

using telemetry::Metrics;
using Type = Metrics::Type;

/// One value of each issuer.
struct OfIssuer {
  const char* name;
  Type type;
  const char* help;
  double (*read)(const identity::Issuer& issuer);
};
constexpr std::array kOfIssuer = {
    OfIssuer{"gatehouse_issuer_has_keys", Type::gauge, "1 while there are keys that tokens can be judged with.",
             [](const identity::Issuer& issuer) { return issuer.has_keys() ? 1.0 : 0.0; }},
    OfIssuer{"gatehouse_issuer_failing", Type::gauge, "1 since its keys could not be fetched, the log says why.",
             [](const identity::Issuer& issuer) { return issuer.failure().empty() ? 0.0 : 1.0; }},
    OfIssuer{"gatehouse_issuer_key_fetches_total", Type::counter, "Times that its keys were asked for.",
             [](const identity::Issuer& issuer) { return static_cast<double>(issuer.counters().fetches); }},
    OfIssuer{"gatehouse_issuer_key_searches_total", Type::counter, "Of them, those because of a key that was not known.",
             [](const identity::Issuer& issuer) { return static_cast<double>(issuer.counters().searches); }},
    OfIssuer{"gatehouse_issuer_fetch_failures_total", Type::counter, "Metadata or keys that could not be fetched.",
             [](const identity::Issuer& issuer) { return static_cast<double>(issuer.counters().fetch_failures); }},
    OfIssuer{"gatehouse_issuer_unusable_keys", Type::gauge, "Keys of its set that cannot be used.",
             [](const identity::Issuer& issuer) { return static_cast<double>(issuer.problems().size()); }},
};

std::uint64_t refused_for(const identity::TokenVerifier::Counters& counters, std::string_view reason) {
  for (const auto& [word, count] : counters.refused)
    if (word == reason) return count;
  return 0;
}

}  // namespace

void TokenIssuers::register_metrics(Metrics& metrics) {
  metrics_ = &metrics;
  const auto counter = [&metrics](const char* name, std::string labels, const char* help,
                                  std::move_only_function<double()> read) {
    metrics.observe(name, std::move(labels), Type::counter, help, std::move(read));
  };
  using Counters = identity::TokenVerifier::Counters;
  const auto of_tokens = [this](auto read) {
    return [this, read] { return verifier_ ? static_cast<double>(read(verifier_->counters())) : 0.0; };
  };
  const auto of_answers = [this](auto read) {
    return [this, read] { return introspection_ ? static_cast<double>(read(introspection_->counters())) : 0.0; };
  };
  const auto of_logouts = [this](auto read) {
    return [this, read] { return logout_ ? static_cast<double>(read(logout_->counters())) : 0.0; };
  };
  counter("gatehouse_token_verifications_total", "", "Access tokens that were verified.",
          of_tokens([](const Counters& counters) { return counters.verifications; }));
  counter("gatehouse_tokens_known_total", "verdict=\"good\"", "Requests with a token that was judged a moment ago.",
          of_tokens([](const Counters& counters) { return counters.known_good; }));
  counter("gatehouse_tokens_known_total", "verdict=\"bad\"", "Requests with a token that was judged a moment ago.",
          of_tokens([](const Counters& counters) { return counters.known_bad; }));
  counter("gatehouse_tokens_unavailable_total", "", "Tokens that nothing could be said about.",
          of_tokens([](const Counters& counters) { return counters.unavailable; }));
  for (const std::string_view reason : identity::token_refusals())
    counter("gatehouse_tokens_refused_total", "reason=" + telemetry::label_value(reason),
            "Tokens that are not good, by the reason.",
            of_tokens([reason](const Counters& counters) { return refused_for(counters, reason); }));
  using Answers = identity::Introspection::Counters;
  counter("gatehouse_introspections_total", "", "Opaque tokens that an issuer was asked about.",
          of_answers([](const Answers& counters) { return counters.questions; }));
  counter("gatehouse_introspection_failures_total", "", "Questions without an answer.",
          of_answers([](const Answers& counters) { return counters.failures; }));
  using Logouts = identity::LogoutReceiver::Counters;
  counter("gatehouse_logout_tokens_total", "verdict=\"good\"", "Logout tokens of issuers.",
          of_logouts([](const Logouts& counters) { return counters.accepted; }));
  counter("gatehouse_logout_tokens_total", "verdict=\"bad\"", "Logout tokens of issuers.",
          of_logouts([](const Logouts& counters) { return counters.refused; }));
  metrics.observe("gatehouse_revocations", "", Type::gauge, "Tokens, logins and users on the deny list.",
                  [this] { return static_cast<double>(denied_->size()); });
  counter("gatehouse_revocations_dropped_total", "", "Entries of the deny list that were given up because it was full.",
          [this] { return static_cast<double>(denied_->evicted()); });
  observe_issuers();
}

void TokenIssuers::observe_issuers() {
  if (!metrics_) return;
  for (const std::string& label : observed_)
    for (const OfIssuer& one : kOfIssuer) metrics_->forget(one.name, label);
  observed_.clear();
  for (const auto& issuer : issuers_) {
    observed_.push_back("issuer=" + telemetry::label_value(issuer->options().id));
    for (const OfIssuer& one : kOfIssuer)
      metrics_->observe(one.name, observed_.back(), one.type, one.help,
                        [issuer, read = one.read] { return read(*issuer); });
  }
}

}  // namespace gatehouse::app
