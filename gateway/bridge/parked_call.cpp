#include "gateway/bridge/parked_call.hpp"

#include <algorithm>

#include "gateway/bridge/canonical.hpp"
#include "gateway/bridge/digest.hpp"

namespace gatehouse::bridge {
namespace {

/// The same answers, however they are written.
std::string digest_of(const InputResponses& responses) {
  auto value = json::Value::object();
  for (const auto& [key, answer] : responses.answers) {
    auto parsed = json::parse(answer);
    value.set(key, parsed ? std::move(*parsed) : json::Value(answer));
  }
  return sha256_text(canonical(value));
}

}  // namespace

std::optional<std::string> ParkedCall::asked(Question question, TimePoint now) {
  if (finished_ || open_.size() >= kMaxQuestions || generation_ >= options_.max_rounds) return std::nullopt;
  auto key = "r" + std::to_string(next_key_++);
  open_.push_back({key, std::move(question)});
  if (!ask_at_) ask_at_ = now + options_.coalesce;
  return key;
}

void ParkedCall::withdrawn(std::string_view key) {
  std::erase_if(open_, [key](const KeyedQuestion& one) { return one.key == key; });
}

ParkedCall::Retry ParkedCall::retry(std::uint64_t generation, const InputResponses& responses, TimePoint now) {
  const std::string digest = digest_of(responses);
  if (generation == consumed_ && consumed_ > 0 && digest == consumed_digest_) {
    if (generation_ == consumed_) return {.verdict = Retry::Verdict::joined, .deliver = {}};
    if (generation_ == consumed_ + 1) return {.verdict = Retry::Verdict::repeated, .deliver = {}};
  }
  if (generation != generation_ || !is_parked()) return {};
  consumed_ = generation;
  consumed_digest_ = digest;
  park_until_.reset();
  Retry taken{.verdict = Retry::Verdict::taken, .deliver = {}};
  if (finished_) return taken;
  for (const auto& [key, answer] : responses.answers) {
    const auto known = std::ranges::find(open_, key, &KeyedQuestion::key);
    if (known == open_.end()) continue;
    taken.deliver.emplace_back(key, answer);
    open_.erase(known);
  }
  ask_at_ = now + options_.coalesce;
  return taken;
}

ParkedCall::Step ParkedCall::next(TimePoint now) {
  if (finished_ && waiting_ > 0) {
    waiting_ = 0;
    keep_until_ = generation_ > 0 ? now + options_.outcome_grace : now;
    return Step::answer;
  }
  if (keep_until_) return now >= *keep_until_ ? Step::forget : Step::wait;
  if (is_parked()) {
    if (now < *park_until_) return Step::wait;
    return finished_ ? Step::forget : Step::expire;
  }
  if (waiting_ == 0) return finished_ ? Step::forget : Step::abandon;
  if (open_.empty() || !ask_at_ || now < *ask_at_) return Step::wait;
  ask_at_.reset();
  if (generation_ >= options_.max_rounds) {
    open_.clear();
    return Step::give_up;
  }
  waiting_ = 0;
  ++generation_;
  park_until_ = now + options_.parked_wait;
  return Step::ask;
}

std::optional<TimePoint> ParkedCall::due() const {
  if (keep_until_) return keep_until_;
  if (is_parked()) return park_until_;
  return open_.empty() ? std::nullopt : ask_at_;
}

}  // namespace gatehouse::bridge
