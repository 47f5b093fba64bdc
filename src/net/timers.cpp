#include <gatehouse/net/timers.hpp>

#include <algorithm>
#include <bit>

namespace gatehouse::net {

void Timer::arm(Milliseconds delay, std::move_only_function<void()> action) {
  disarm();
  action_ = std::move(action);
  timers_.link(*this, delay);
}

void Timer::disarm() {
  if (!prev_) return;
  timers_.unlink(*this);
  action_ = nullptr;
}

void Timers::link(Timer& timer, Milliseconds delay) {
  const auto due = now_() - start_ + std::max(delay, Milliseconds{0});
  // Rounded up, and never in the tick that is running: a timer may be late by a tick, but not early.
  timer.due_tick_ = std::max(static_cast<std::uint64_t>((due + kTick - Clock::duration{1}) / kTick), tick_ + 1);
  const std::size_t slot = timer.due_tick_ % kSlots;
  push(slots_[slot], timer);
  occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  ++armed_;
  if (timer.due_tick_ < planned_tick_ && needed_) needed_();
}

void Timers::push(Timer*& list, Timer& timer) {
  timer.next_ = list;
  if (list) list->prev_ = &timer.next_;
  timer.prev_ = &list;
  list = &timer;
}

void Timers::unlink(Timer& timer) {
  *timer.prev_ = timer.next_;
  if (timer.next_) timer.next_->prev_ = timer.prev_;
  timer.prev_ = nullptr;
  --armed_;
  const std::size_t slot = timer.due_tick_ % kSlots;
  if (!slots_[slot]) occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
}

void Timers::advance(TimePoint now) {
  const auto current = static_cast<std::uint64_t>(std::max(now - start_, Clock::duration{0}) / kTick);
  if (current <= tick_) return;
  const std::uint64_t steps = std::min<std::uint64_t>(current - tick_, kSlots);
  const std::uint64_t first = tick_ + 1;
  tick_ = current;

  Timer* due = nullptr;  // collected first: actions arm, disarm and destroy timers
  for (std::uint64_t i = 0; i < steps; ++i) take_due(slots_[(first + i) % kSlots], due);
  while (due) {
    auto action = std::move(due->action_);
    unlink(*due);
    action();
  }
}

void Timers::take_due(Timer* slot, Timer*& due) {
  while (slot) {
    Timer& timer = *slot;
    slot = timer.next_;
    if (timer.due_tick_ > tick_) continue;  // a later turn of the wheel
    unlink(timer);
    push(due, timer);
    ++armed_;
  }
}

std::optional<TimePoint> Timers::next_due() const {
  if (armed_ == 0) return std::nullopt;
  const std::size_t from = (tick_ + 1) % kSlots;
  for (std::size_t i = 0; i <= kWords; ++i) {
    std::uint64_t word = occupied_[(from / 64 + i) % kWords];
    if (i == 0) word &= ~std::uint64_t{0} << (from % 64);
    if (word == 0) continue;
    const std::size_t slot = (from / 64 + i) % kWords * 64 + static_cast<std::size_t>(std::countr_zero(word));
    return start_ + kTick * static_cast<std::int64_t>(tick_ + 1 + (slot + kSlots - from) % kSlots);
  }
  return std::nullopt;
}

void Timers::plan(TimePoint wake) {
  planned_tick_ = wake == TimePoint::max() ? kNever : static_cast<std::uint64_t>((wake - start_) / kTick);
}

TimePoint Timers::last_advance() const { return start_ + kTick * static_cast<std::int64_t>(tick_); }

}  // namespace gatehouse::net
