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
  const auto found = std::ranges::find(standing_.urls, url, &Url::url);
  return found == standing_.urls.end() ? nullptr : &*found;
}

Milliseconds Interaction::grown_delay() {
  delay_ = std::clamp(delay_ * 2, kFirstDelay, kMaxDelay);
  return delay_;
}

Interaction::Round Interaction::begin(InputRequired input) {
  standing_.state = std::move(input.state);
  standing_.responses = Value::object();
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
      standing_.responses.set(keyed.key, Value::object({{"action", "accept"}}));
      pending.push_back(std::move(keyed));
      continue;
    }
    if (!known) standing_.urls.push_back({url, id_seed_ + "-" + std::to_string(next_id_++), false});
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
      standing_.opened.push_back(url->id);
  }
  standing_.responses.set(question.key, std::move(response));
}

std::string Interaction::next_request(const mcp::Message& original) const {
  const bool answers = !standing_.responses.as_object()->empty();
  return retry_request(original, answers ? standing_.responses.str() : std::string(), standing_.state);
}

}  // namespace gatehouse::bridge
