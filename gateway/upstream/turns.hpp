#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/ratelimit/fair_queue.hpp"

namespace gatehouse::upstream {

/// Lets so many calls run at a time. Further ones wait for their turn, each principal's in turn with everybody else's, so that one who
/// calls too much waits for himself.
class Turns {
 public:
  struct Options {
    std::string server = {};  ///< For messages.
    std::size_t running = 1024;
    std::size_t waiting = 256;
    Milliseconds patience{10'000};  ///< Longest wait.
  };
  struct Counters {
    std::uint64_t waits = 0;    ///< Calls that waited, however that ended.
    std::uint64_t refused = 0;  ///< Calls that did not get a turn.
    Clock::duration waited{};   ///< All waits together.
  };

  Turns(net::Timers& timers, Options options);

  /// A turn, if there is one at once.
  [[nodiscard]] bool take() {
    if (running_ >= options_.running) return false;
    ++running_;
    return true;
  }
  /// Waits for a turn. `end` when it is over. Errors: limit_exceeded: too many wait, or it took too long; cancelled; unavailable after
  /// `close`.
  Task<Result<void>> wait(std::string_view who, Cancel& cancel);
  /// The turn of a call is over; the next one has it.
  void end();
  /// Sends everybody away who waits: nobody's turn would be of use now.
  void dismiss();
  /// The same, for good.
  void close();

  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Place;
  [[nodiscard]] Error no_turn(const Place& place, const Cancel& cancel) const;
  [[nodiscard]] ratelimit::Key key(std::string_view who) const;

  net::Timers& timers_;
  const Options options_;
  ratelimit::Seed seed_;
  ratelimit::FairQueue queue_;
  std::size_t running_ = 0;
  bool closed_ = false;
  Counters counters_;
};

}  // namespace gatehouse::upstream
