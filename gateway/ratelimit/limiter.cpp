#include "gateway/ratelimit/limiter.hpp"

#include <algorithm>
#include <bitset>

namespace gatehouse::ratelimit {
namespace {

constexpr Milliseconds kBusyPatience{1'000};  // when a running call will end is not known

bool is_about(const Limit& limit, const Subject& subject) {
  if (limit.group == Group::rule && std::ranges::find(subject.limits, limit.id) == subject.limits.end()) return false;
  return limit.match.empty() || (!subject.target.server.empty() && matches(limit.match, subject.target));
}

std::optional<Key> key_for(const Rule& rule, const Subject& subject, SubjectKeys& keys) {
  return is_about(rule.limit, subject) ? keys.of(rule.limit.per) : std::nullopt;
}

void leave(Rule& rule, const Key& key) {
  const auto found = rule.running.find(key);
  if (found != rule.running.end() && --found->second == 0) rule.running.erase(found);
}

}  // namespace

void Held::release() {
  for (auto& [rule, key] : std::exchange(rules_, {})) leave(*rule, key);
}

std::shared_ptr<Rule> Limiter::reuse(Rules& before, const Limit& limit) const {
  auto same = std::ranges::find_if(
      before, [&](const auto& rule) { return rule->limit.id == limit.id && rule->limit.counts_like(limit); });
  if (same == before.end())
    same = std::ranges::find_if(before, [&](const auto& rule) { return rule->limit.counts_like(limit); });
  if (same == before.end()) return nullptr;
  auto rule = std::move(*same);
  before.erase(same);
  return rule;
}

void Limiter::configure(std::vector<Limit> limits) {
  Rules before = std::exchange(rules_, {});
  for (auto& point : rates_)
    for (Rules& rules : point) rules.clear();
  for (Rules& rules : gauges_) rules.clear();
  step_up_.clear();
  limits.resize(std::min(limits.size(), kMaxLimits));
  for (Limit& limit : limits) {
    auto rule = reuse(before, limit);
    if (!rule) {
      rule = std::make_shared<Rule>();
      rule->number = ++numbers_;
      if (limit.concurrency == 0) rule->buckets = store_.open(limit);
    }
    rule->limit = std::move(limit);
    if (rule->buckets) rule->buckets->set_max_keys(rule->limit.max_keys);
    rules_.push_back(rule);
  }
  Rules order = rules_;
  std::ranges::stable_sort(
      order, {}, [](const auto& rule) { return std::pair(rule->limit.per.size(), rule->limit.match.size()); });
  for (const auto& rule : order) file(rule);
}

void Limiter::file(const std::shared_ptr<Rule>& rule) {
  const Limit& limit = rule->limit;
  if (limit.group == Group::step_up && limit.methods.empty()) return step_up_.push_back(rule);
  const auto point = static_cast<std::size_t>(limit.needs_target() ? Point::target : Point::caller);
  for (std::size_t i = 0; i < kMethods; ++i) {
    const auto method = static_cast<mcp::Method>(i);
    const bool concerned = limit.methods.empty() ? limit.group == Group::rule || group_of(method) == limit.group
                                                 : std::ranges::find(limit.methods, method) != limit.methods.end();
    if (concerned) (limit.concurrency ? gauges_[i] : rates_[point][i]).push_back(rule);
  }
}

/// Counts; false: it only watches.
bool Limiter::hit(Rule& rule, const Key& key, TimePoint now, Tell tell) {
  const bool enforced = rule.limit.mode == Mode::enforce;
  ++(enforced ? rule.refused : rule.observed);
  const Key about{key.low ^ rule.number * 0x9e3779b97f4a7c15, key.high};
  if (const auto times = reminder_.happened(about, now)) tell({rule.limit, *times});
  return enforced;
}

Decision Limiter::take_all(const Rules& rules, const Subject& subject, TimePoint now, Tell tell) {
  SubjectKeys keys(seed_, subject);
  std::bitset<kMaxLimits> took;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Rule& rule = *rules[i];
    const auto key = key_for(rule, subject, keys);
    if (!key) continue;
    const Taken taken = rule.buckets->take(*key, now);
    took[i] = taken.verdict == Verdict::admitted;
    if (took[i] || (taken.verdict == Verdict::refused && !hit(rule, *key, now, tell))) continue;
    for (std::size_t j = 0; j < i; ++j)
      if (took[j]) rules[j]->buckets->give_back(*key_for(*rules[j], subject, keys));
    return {taken.verdict, taken.wait, rules[i], *key};
  }
  return {};
}

Decision Limiter::take(Point point, const Subject& subject, TimePoint now, Tell tell) {
  return take_all(rates_at(point, subject.method), subject, now, tell);
}

void Limiter::give_back(Point point, const Subject& subject) {
  const Rules& rules = rates_at(point, subject.method);
  SubjectKeys keys(seed_, subject);
  for (const auto& rule : rules) {
    // One that only watches may have had nothing to take.
    if (rule->limit.mode == Mode::observe) continue;
    if (const auto key = key_for(*rule, subject, keys)) rule->buckets->give_back(*key);
  }
}

Decision Limiter::take_step_up(const Subject& subject, TimePoint now, Tell tell) {
  return take_all(step_up_, subject, now, tell);
}

Decision Limiter::enter(const Subject& subject, Held& held, TimePoint now, Tell tell) {
  SubjectKeys keys(seed_, subject);
  for (const auto& rule : gauges_[index(subject.method)]) {
    const auto key = key_for(*rule, subject, keys);
    if (!key) continue;
    std::uint32_t& running = rule->running[*key];
    if (running >= rule->limit.concurrency && hit(*rule, *key, now, tell)) {
      held.release();
      return {Verdict::refused, kBusyPatience, rule, *key};
    }
    ++running;
    held.add(rule, *key);
  }
  return {};
}

}  // namespace gatehouse::ratelimit
