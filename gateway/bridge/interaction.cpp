#include "gateway/bridge/interaction.hpp"

#include <algorithm>

#include "gateway/bridge/retry.hpp"

namespace gatehouse::bridge {
namespace {

using json::Value;

constexpr Milliseconds kFirstDelay{100};
constexpr Milliseconds kMaxDelay{5'000};

}  // namespace

Interaction::Url* Interaction::known_url(std::string_view url) {
  const auto found = std::ranges::find(urls_, url, &Url::url);
  return found == urls_.end() ? nullptr : &*found;
}

Milliseconds Interaction::grown_delay() {
  delay_ = std::clamp(delay_ * 2, kFirstDelay, kMaxDelay);
  return delay_;
}

Interaction::Round Interaction::begin(InputRequired input) {
  state_ = std::move(input.state);
  responses_ = Value::object();
  Round round;
  std::vector<KeyedQuestion> pending;  // their URLs are open, the person is not asked twice
  for (KeyedQuestion& keyed : input.questions) {
    if (!keyed.question.is_url()) {
      round.questions.push_back(std::move(keyed));
      continue;
    }
    const std::string url(keyed.question.params.text("url"));
    const Url* known = known_url(url);
    if (known && known->accepted) {
      keyed.question.params.set("elicitationId", known->id);
      responses_.set(keyed.key, Value::object({{"action", "accept"}}));
      pending.push_back(std::move(keyed));
      continue;
    }
    if (!known) urls_.push_back({url, id_seed_ + "-" + std::to_string(next_id_++), false});
    keyed.question.params.set("elicitationId", known_url(url)->id);
    round.questions.push_back(std::move(keyed));
  }
  if (round.questions.empty() && !pending.empty()) {
    round.delay = grown_delay();
    url_waited_ += round.delay;
    round.step = url_waited_ > options_.human_wait ? Step::url_open : Step::wait;
    round.questions = std::move(pending);
    return round;
  }
  if (++rounds_ > options_.max_rounds) return {};
  round.step = round.questions.empty() ? Step::wait : Step::ask;
  round.delay = round.questions.empty() ? grown_delay() : Milliseconds{0};
  return round;
}

void Interaction::answered(const KeyedQuestion& question, Value response) {
  if (question.question.is_url() && response.text("action") == "accept") {
    if (Url* url = known_url(question.question.params.text("url")); url && !std::exchange(url->accepted, true))
      opened_.push_back(url->id);
  }
  responses_.set(question.key, std::move(response));
}

std::string Interaction::next_request(const mcp::Message& original) const {
  const bool answers = !responses_.as_object()->empty();
  return retry_request(original, answers ? responses_.str() : std::string(), state_);
}

}  // namespace gatehouse::bridge
