#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/base/time.hpp>

namespace gatehouse::bridge {

/// Decides which progress messages of one request reach its client: values grow strictly, not too many come at once, and the newest
/// one is never lost. Pure. Rule: GB-202, GB-204.
class ProgressGate {
 public:
  static constexpr unsigned kDefaultPerSecond = 10;
  explicit ProgressGate(unsigned per_second = kDefaultPerSecond) : per_second_(per_second) {}

  enum class Decision {
    send,
    hold,  ///< Too soon: keep it (instead of the one kept before) until `due`, or until the answer.
    drop,  ///< No progress.
  };
  /// `value`: raw JSON number.
  Decision offer(std::string_view value, TimePoint now);
  /// When the message that is held may be sent; none: nothing is held.
  [[nodiscard]] std::optional<TimePoint> due() const { return due_; }
  /// The held message was sent.
  void sent(TimePoint now);

  /// The server starts counting anew on behalf of the same request of the client: its values go on where the last ones ended.
  void next_round() { offset_ = last_.value_or(0); }
  /// A value a little above the last one, for telling the client that its request is alive while nothing progresses.
  [[nodiscard]] std::string nudge(TimePoint now);
  /// What the client is told instead of the last offered value; empty: the value itself.
  [[nodiscard]] std::string shown() const;

 private:
  [[nodiscard]] Clock::duration pause() const;  ///< Between two of a long row.

  unsigned per_second_;
  double offset_ = 0;
  std::optional<double> last_;
  std::optional<TimePoint> next_, due_;  // next_: when the one after the last is due at an even pace
};

}  // namespace gatehouse::bridge
