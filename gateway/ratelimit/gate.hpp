#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/ratelimit/backoff.hpp"
#include "gateway/ratelimit/bounded_map.hpp"
#include "gateway/ratelimit/key.hpp"
#include "gateway/ratelimit/pace.hpp"
#include "gateway/ratelimit/reminder.hpp"
#include "gateway/ratelimit/store.hpp"

namespace gatehouse::ratelimit {

/// `limits.preauth`.
struct GateOptions {
  Rate rate;                                 ///< Requests of one network; none by default.
  std::size_t burst = 0;                     ///< 0: as many as the rate counts.
  Rate failures{300, Milliseconds{60'000}};  ///< Wrong credentials of one network; count 0: any number.
  std::size_t free_failures = 5;             ///< Of one credential from one network, as what follows. See Backoff.
  Milliseconds backoff{1'000};
  Milliseconds max_backoff{300'000};
  std::size_t max_keys = 100'000;  ///< Networks, and credentials, that are known at a time.
  bool operator==(const GateOptions&) const = default;
};

/// What is asked before anybody knows who sends a request: how much comes from its network, and how often credentials from there were
/// wrong. Credentials that were good before need not ask for the latter. Nothing here depends on whether a credential exists.
class Gate {
 public:
  Gate(const Seed& seed, const GateOptions& options);
  /// Keeps what is known where the numbers stay.
  void set_options(const GateOptions& options);
  [[nodiscard]] const GateOptions& options() const { return options_; }

  /// Takes one request of this network. Above zero: refused, for so long.
  Nanoseconds request(std::string_view address, TimePoint now);
  /// Nothing was wrong for so long that nobody has to wait: `repeat` and `attempt` need not be asked.
  [[nodiscard]] bool is_quiet(TimePoint now) const { return now >= quiet_from_; }
  /// Whether this credential may be tried again. Above zero: not yet.
  Nanoseconds repeat(std::string_view address, std::string_view handle, TimePoint now);
  /// Whether a credential that is not known to be good may be looked at. Above zero: not yet. `handle`: what stays the same when somebody
  /// guesses, as the id of an API key; for tokens the whole.
  Nanoseconds attempt(std::string_view address, std::string_view handle, TimePoint now);
  /// After a wrong one. Above zero: it was one too many of its network, and is to be told so.
  Nanoseconds failed(std::string_view address, std::string_view handle, TimePoint now);
  void succeeded(std::string_view address, std::string_view handle);

  [[nodiscard]] bool limits_requests() const { return options_.rate.count > 0; }
  struct Counters {
    std::uint64_t requests = 0, credentials = 0;  ///< Refused.
  };
  /// Whether a refusal of this network is worth a line in the log: how many there were since the last one.
  std::optional<std::uint64_t> reminder(std::string_view address, TimePoint now);
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t networks() const { return requests_.size(); }

 private:
  [[nodiscard]] Key network(std::string_view address) const;
  Nanoseconds refused_if(Nanoseconds wait);
  [[nodiscard]] Key credential(std::string_view address, std::string_view handle) const;
  const Seed seed_;
  GateOptions options_;
  LocalBuckets requests_, failures_;
  Backoff backoff_;
  TimePoint quiet_from_ = TimePoint::min();
  Reminder reminder_;
  Counters counters_;
};

}  // namespace gatehouse::ratelimit
