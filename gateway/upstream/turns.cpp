#include "gateway/upstream/turns.hpp"

#include <utility>

#include <gatehouse/base/random.hpp>
#include <gatehouse/base/signal.hpp>

namespace gatehouse::upstream {

constexpr Milliseconds kTryAgain{1'000};

struct Turns::Place : ratelimit::FairQueue::Waiter {
  bool has_turn = false;
  Signal changed;
};

Turns::Turns(net::Timers& timers, Options options)
    : timers_(timers), options_(std::move(options)), queue_(options_.waiting) {
  random_bytes(seed_);
}

ratelimit::Key Turns::key(std::string_view who) const { return ratelimit::KeyMaker(seed_).add(who).finish(); }

Error Turns::no_turn(const Place& place, const Cancel& cancel) const {
  if (cancel.requested()) return {Kind::cancelled, Origin::client, "The request was cancelled."};
  if (closed_) return {Kind::unavailable, Origin::gateway, "The server is being stopped."};
  Error error{Kind::limit_exceeded, Origin::gateway,
              "Too many calls to the server \"" + options_.server + "\" are running; try again later.",
              place.waits() ? "waited for too long" : "too many wait"};
  return std::move(error)
      .with_data(R"({"limit":"max_concurrent","scope":"server","retryAfterMs":1000})")
      .with_retry(Retry::later(kTryAgain));
}

Task<Result<void>> Turns::wait(std::string_view who, Cancel& cancel) {
  Place place;
  if (closed_ || cancel.requested()) co_return fail(no_turn(place, cancel));
  auto* const without_place = queue_.push(place, key(who));
  if (without_place && without_place != &place) static_cast<Place*>(without_place)->changed.notify();
  const TimePoint since = Clock::now();
  {
    Cancel late;
    const net::Deadline deadline(timers_, options_.patience, late);
    const Cancel::Hook on_late(late, [&place] { place.changed.notify(); });
    const Cancel::Hook on_gone(cancel, [&place] { place.changed.notify(); });
    while (place.waits() && !late.requested() && !cancel.requested()) co_await place.changed.wait();
  }
  if (without_place != &place) ++counters_.waits;
  counters_.waited += Clock::now() - since;
  if (place.has_turn && !cancel.requested()) co_return Result<void>{};
  if (place.has_turn) end();
  ++counters_.refused;
  Error error = no_turn(place, cancel);
  queue_.remove(place);
  co_return fail(std::move(error));
}

void Turns::end() {
  auto* const next = static_cast<Place*>(queue_.pop());
  if (!next) {
    --running_;
    return;
  }
  next->has_turn = true;  // nobody can slip in between
  next->changed.notify();
}

void Turns::close() {
  closed_ = true;
  dismiss();
}

void Turns::dismiss() {
  while (auto* const place = static_cast<Place*>(queue_.pop())) place->changed.notify();
}

}  // namespace gatehouse::upstream
