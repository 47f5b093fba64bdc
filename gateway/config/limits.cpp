// What is written about limits, as the engine wants it, and what may not be written.
#include <algorithm>
#include <map>
#include <set>

#include "gateway/config/reading.hpp"
#include "gateway/ratelimit/limiter.hpp"

namespace gatehouse::config {
namespace {

using ratelimit::Dimension;
using ratelimit::Group;

constexpr std::size_t kMaxIdBytes = 100;

bool is_limited(mcp::Method method) {
  return method != mcp::Method::other && method != mcp::Method::initialize && method != mcp::Method::ping &&
         method != mcp::Method::discover;
}

class LimitCheck {
 public:
  LimitCheck(Reading& reading, std::size_t index)
      : reading_(reading),
        limit_(reading.config.limits.rates[index]),
        key_("limits.rates[" + std::to_string(index) + "]") {}

  void run() {
    id();
    per();
    amount();
    methods();
    for (std::size_t i = 0; i < limit_.match.size(); ++i) pattern(i);
    const bool about_targets = limit_.group == Group::calls || limit_.group == Group::rule || !limit_.methods.empty();
    if (!about_targets && !limit_.match.empty())
      refuse("match", "means nothing for this class: only calls have a target");
    if (!about_targets && (has("tool") || has("server") || has("backend")))
      refuse("per", "names a target, and only calls have one: leave out 'class'");
  }

 private:
  void refuse(std::string_view member, std::string message) {
    const std::string key = member.empty() ? key_ : key_ + "." + std::string(member);
    reading_.problem(reading_.line_of(key), key, std::move(message));
  }
  [[nodiscard]] bool has(std::string_view dimension) const {
    return std::ranges::find(limit_.per, dimension) != limit_.per.end();
  }
  [[nodiscard]] bool has_problem() const {
    return std::ranges::any_of(reading_.problems, [this](const Problem& p) { return p.key.starts_with(key_); });
  }
  [[nodiscard]] bool is_written(std::string_view member) const {
    return reading_.is_written(key_ + "." + std::string(member));
  }

  void id() {
    const bool clean = std::ranges::all_of(limit_.id, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"'; });
    if (limit_.id.size() > kMaxIdBytes || !clean || (limit_.id.empty() && is_written("id")))
      refuse("id", "must be 1 to 100 printable characters without spaces and quotes");
    if (limit_.group == Group::rule && limit_.id.empty())
      refuse("id", "is missing: rules name a limit of this class by it");
  }

  void per() {
    if (limit_.per.empty() && !has_problem())
      refuse("per", "needs a word or a list of words for whom it is: user, [user, tool], …");
    if (limit_.per.size() == 1 && has("session"))
      refuse("per", "is nothing but 'session': clients open as many of those as they like; add another word");
    auto sorted = limit_.per;
    std::ranges::replace(sorted, "backend", "server");
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) refuse("per", "names the same twice");
  }

  void amount() {
    const bool rate = limit_.rate.count > 0, at_a_time = limit_.concurrency > 0;
    if (rate && at_a_time) refuse("concurrency", "and 'rate' are two limits: write two entries");
    if (!rate && !at_a_time && !has_problem()) refuse("", "needs 'rate', like 100/m, or 'concurrency', like 10");
    if (at_a_time && is_written("burst")) refuse("burst", "belongs to a rate");
    if (at_a_time && limit_.group == Group::step_up) refuse("class", "'step_up' has rates only");
  }

  void methods() {
    if (!limit_.methods.empty() && is_written("class")) refuse("methods", "and 'class' exclude each other");
    for (const std::string& name : limit_.methods)
      if (!is_limited(mcp::parse_method(name)))
        refuse("methods", "'" + name + "' is no method that is limited here; all requests count for limits.preauth");
  }

  /// A pattern whose server exists nowhere is a typing error that nobody would notice: the limit would never be reached.
  void pattern(std::size_t index) {
    const std::string& pattern = limit_.match[index];
    const auto dot = pattern.find('.');
    const auto wild = pattern.find_first_of("*?");
    if (dot == pattern.npos && wild == pattern.npos)
      return refuse("match", "'" + pattern + "' matches nothing: names are server.tool, like jira.create_*");
    if (dot == pattern.npos || wild < dot) return;
    std::vector<std::string_view> known;
    for (const Server& server : reading_.config.servers) known.push_back(server.name);
    const std::string_view name = std::string_view(pattern).substr(0, dot);
    if (std::ranges::find(known, name) != known.end()) return;
    const auto meant = nearest(name, known);
    refuse("match", "'" + pattern + "' matches nothing: no server has the name '" + std::string(name) + "'" +
                        (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?"));
  }

  Reading& reading_;
  const RateLimit& limit_;
  const std::string key_;
};

/// A rule that names a limit which does not count for rules would be limited by nothing.
class ObligationCheck {
 public:
  explicit ObligationCheck(Reading& reading) : reading_(reading) {}

  void run() {
    if (const auto& policy = reading_.config.policy) {
      rules(policy->rules, "policy.rules");
      for (std::size_t i = 0; i < policy->layers.size(); ++i)
        rules(policy->layers[i].rules, "policy.layers[" + std::to_string(i) + "].rules");
    }
    const auto& rates = reading_.config.limits.rates;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if (rates[i].group != Group::rule || named_.contains(rates[i].id)) continue;
      const std::string key = "limits.rates[" + std::to_string(i) + "]";
      reading_.warn(reading_.line_of(key), key, "counts nothing: no rule of the policy names it in 'then.limits'");
    }
  }

 private:
  void rules(const std::vector<policy::RuleSource>& all, const std::string& key) {
    for (std::size_t i = 0; i < all.size(); ++i)
      for (const std::string& id : all[i].then.limits) limit(id, all[i], key + "[" + std::to_string(i) + "]");
  }
  void limit(const std::string& id, const policy::RuleSource& rule, const std::string& key) {
    const auto counts = [&](const RateLimit& one) { return one.group == Group::rule && one.id == id; };
    named_.insert(id);
    if (std::ranges::any_of(reading_.config.limits.rates, counts)) return;
    const bool is_elsewhere = !reading_.config.policy->file.empty();
    const std::string place = is_elsewhere ? "policy.file" : key + ".then.limits";
    reading_.problem(reading_.line_of(place), place,
                     (is_elsewhere ? "rule '" + rule.id + "': then.limits: '" : "'") + id +
                         "' is the id of no limit with 'class: rule'");
  }

  Reading& reading_;
  std::set<std::string, std::less<>> named_;
};

}  // namespace

ratelimit::Limit limit_of(const RateLimit& written) {
  ratelimit::Limit limit{.id = written.id,
                         .per = {},
                         .match = written.match,
                         .methods = {},
                         .group = written.group,
                         .rate = written.rate,
                         .burst = written.burst,
                         .concurrency = written.concurrency,
                         .mode = written.mode,
                         .max_keys = written.max_keys};
  for (const std::string& word : written.per)
    if (const auto dimension = ratelimit::parse_dimension(word)) limit.per.add(*dimension);
  for (const std::string& name : written.methods) limit.methods.push_back(mcp::parse_method(name));
  if (limit.id.empty()) limit.id = ratelimit::default_id(limit);
  return limit;
}

std::vector<ratelimit::Limit> limits_of(const Config& config) {
  std::vector<ratelimit::Limit> out;
  out.reserve(config.limits.rates.size());
  for (const RateLimit& written : config.limits.rates) out.push_back(limit_of(written));
  return out;
}

void validate_limits(Reading& reading) {
  const Config& config = reading.config;
  const auto key = [](std::size_t i) { return "limits.rates[" + std::to_string(i) + "]"; };
  std::map<std::string, std::size_t> ids;
  for (std::size_t i = 0; i < config.limits.rates.size(); ++i) {
    LimitCheck(reading, i).run();
    const bool wrong =
        std::ranges::any_of(reading.problems, [&](const Problem& p) { return p.key.starts_with(key(i)); });
    if (wrong) continue;
    const auto [first, is_new] = ids.try_emplace(limit_of(config.limits.rates[i]).id, i);
    if (!is_new)
      reading.problem(reading.line_of(key(i)), key(i),
                      "has the id '" + first->first + "' of " + key(first->second) + "; give one of them another 'id'");
  }
  ObligationCheck(reading).run();
  if (config.limits.rates.size() > ratelimit::kMaxLimits)
    reading.problem(reading.line_of("limits.rates"), "limits.rates",
                    "has more than " + std::to_string(ratelimit::kMaxLimits) + " entries");
  if (config.limits.preauth.backoff > config.limits.preauth.max_backoff)
    reading.problem(reading.line_of("limits.preauth.backoff"), "limits.preauth.backoff", "is longer than 'max_backoff'");
}

}  // namespace gatehouse::config
