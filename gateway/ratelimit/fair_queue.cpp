#include "gateway/ratelimit/fair_queue.hpp"

namespace gatehouse::ratelimit {

void FairQueue::append(Line& line) {
  line.before = last_;
  line.behind = nullptr;
  (last_ ? last_->behind : next_) = &line;
  last_ = &line;
}

void FairQueue::detach(Line& line) {
  (line.before ? line.before->behind : next_) = line.behind;
  (line.behind ? line.behind->before : last_) = line.before;
}

/// Only asked while the queue is full, and there are no more lines than places.
FairQueue::Line& FairQueue::longest() {
  Line* found = next_;
  for (Line* line = next_; line; line = line->behind)
    if (line->size > found->size) found = line;
  return *found;
}

FairQueue::Waiter* FairQueue::push(Waiter& waiter, const Key& principal) {
  if (max_ == 0) return &waiter;
  Waiter* displaced = nullptr;
  if (size_ >= max_) {
    const auto own = lines_.find(principal);
    Line& victim = longest();
    if ((own == lines_.end() ? 0 : own->second.size) + 1 >= victim.size) return &waiter;
    displaced = victim.last;
    remove(*displaced);
  }
  Line& line = lines_[principal];
  if (line.size == 0) {
    line.principal = principal;
    append(line);
  }
  waiter.line_ = &line;
  waiter.before_ = line.last;
  waiter.behind_ = nullptr;
  (line.last ? line.last->behind_ : line.first) = &waiter;
  line.last = &waiter;
  ++line.size;
  ++size_;
  return displaced;
}

FairQueue::Waiter* FairQueue::pop() {
  if (!next_) return nullptr;
  Line& line = *next_;
  Waiter& waiter = *line.first;
  if (line.size > 1) {  // its turn comes again after everybody else's
    detach(line);
    append(line);
  }
  remove(waiter);
  return &waiter;
}

void FairQueue::remove(Waiter& waiter) {
  Line* const line = waiter.line_;
  if (!line) return;
  (waiter.before_ ? waiter.before_->behind_ : line->first) = waiter.behind_;
  (waiter.behind_ ? waiter.behind_->before_ : line->last) = waiter.before_;
  waiter.line_ = nullptr;
  --size_;
  if (--line->size > 0) return;
  detach(*line);
  lines_.erase(Key(line->principal));
}

}  // namespace gatehouse::ratelimit
