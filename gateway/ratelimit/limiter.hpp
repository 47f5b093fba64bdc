#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/function_ref.hpp>

#include "gateway/ratelimit/limit.hpp"
#include "gateway/ratelimit/reminder.hpp"
#include "gateway/ratelimit/store.hpp"
#include "gateway/ratelimit/subject.hpp"

namespace gatehouse::ratelimit {

/// A configured limit and what it counted.
struct Rule {
  Limit limit;
  std::uint64_t number = 0;                                        ///< Never given twice.
  std::shared_ptr<Buckets> buckets;                                ///< Of a rate.
  boost::unordered_flat_map<Key, std::uint32_t, KeyHash> running;  ///< Of a concurrency; only keys with running calls.
  std::uint64_t refused = 0;                                       ///< Calls.
  std::uint64_t observed = 0;                                      ///< Calls it would have refused.

  [[nodiscard]] std::size_t keys() const { return buckets ? buckets->size() : running.size(); }
};

/// Whether a request may go on, and if not, because of which limit.
struct Decision {
  Verdict verdict = Verdict::admitted;
  Nanoseconds wait{0};  ///< Of a refusal: when it may be tried again.
  std::shared_ptr<Rule> rule = {};
  Key key = {};
  [[nodiscard]] bool admitted() const { return verdict == Verdict::admitted; }
};

/// A limit was hit, and this is worth a line: `since_last` times for this key since the last line.
struct Hit {
  const Limit& limit;
  std::uint64_t since_last;
};
using Tell = FunctionRef<void(const Hit&)>;

/// The right to run, of limits on calls at a time. Its end lets the next call in.
class [[nodiscard]] Held {
 public:
  Held() = default;
  Held(Held&& other) noexcept : rules_(std::exchange(other.rules_, {})) {}
  Held& operator=(Held&&) = delete;
  ~Held() { release(); }
  void add(std::shared_ptr<Rule> rule, const Key& key) { rules_.emplace_back(std::move(rule), key); }
  void release();

 private:
  std::vector<std::pair<std::shared_ptr<Rule>, Key>> rules_;
};

inline constexpr std::size_t kMaxLimits = 64;

/// All limits of the process. A request has to pass every limit that is about it, those first that need to know least; one that does not
/// pass takes nothing from any of them. Limits in observe mode only count.
class Limiter {
 public:
  /// When a request is looked at: as soon as its sender is known, and again once its target is.
  enum class Point : std::uint8_t { caller, target };

  Limiter(const Seed& seed, Store& store) : seed_(seed), store_(store) {}

  /// Replaces the limits, `kMaxLimits` at most. What counts as before keeps what it counted.
  void configure(std::vector<Limit> limits);

  [[nodiscard]] bool has(Point point, mcp::Method method) const { return !rates_at(point, method).empty(); }
  /// Takes one of everything that is asked at this point, or nothing.
  Decision take(Point point, const Subject& subject, TimePoint now, Tell tell);
  /// Undoes an admitted `take`.
  void give_back(Point point, const Subject& subject);

  [[nodiscard]] bool has_step_up() const { return !step_up_.empty(); }
  Decision take_step_up(const Subject& subject, TimePoint now, Tell tell);

  [[nodiscard]] bool has_concurrency(mcp::Method method) const { return !gauges_[index(method)].empty(); }
  /// Counts the call as running while `held` lives.
  Decision enter(const Subject& subject, Held& held, TimePoint now, Tell tell);

  [[nodiscard]] const std::vector<std::shared_ptr<Rule>>& rules() const { return rules_; }

 private:
  using Rules = std::vector<std::shared_ptr<Rule>>;
  static constexpr std::size_t kMethods = static_cast<std::size_t>(mcp::Method::tasks_update) + 1;
  static constexpr std::size_t index(mcp::Method method) { return static_cast<std::size_t>(method); }
  [[nodiscard]] const Rules& rates_at(Point point, mcp::Method method) const {
    return rates_[static_cast<std::size_t>(point)][index(method)];
  }
  [[nodiscard]] std::shared_ptr<Rule> reuse(Rules& before, const Limit& limit) const;
  void file(const std::shared_ptr<Rule>& rule);
  Decision take_all(const Rules& rules, const Subject& subject, TimePoint now, Tell tell);
  bool hit(Rule& rule, const Key& key, TimePoint now, Tell tell);

  const Seed seed_;
  Store& store_;
  Rules rules_;
  std::array<std::array<Rules, kMethods>, 2> rates_;
  std::array<Rules, kMethods> gauges_;
  Rules step_up_;
  Reminder reminder_;
  std::uint64_t numbers_ = 0;
};

}  // namespace gatehouse::ratelimit
