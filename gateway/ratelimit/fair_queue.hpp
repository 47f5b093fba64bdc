#pragma once
#include <cstddef>
#include <unordered_map>

#include "gateway/ratelimit/key.hpp"

namespace gatehouse::ratelimit {

/// Who is next: those who wait take turns by principal, each principal's own in the order of their coming. So a principal waits for at
/// most one call of every other principal, whatever the others pile up. When it is full, the principal with the most waiting makes room.
class FairQueue {
  struct Line;

 public:
  /// A place in a queue. Its owner keeps it where it is until it was popped or removed.
  class Waiter {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    [[nodiscard]] bool waits() const { return line_ != nullptr; }

   private:
    friend FairQueue;
    Line* line_ = nullptr;
    Waiter *before_ = nullptr, *behind_ = nullptr;
  };

  explicit FairQueue(std::size_t max) : max_(max) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  /// Lets `waiter` in. Returns who has no place any more: nobody (null), the newest of the longest line, or `waiter` itself.
  Waiter* push(Waiter& waiter, const Key& principal);
  /// The next one, out of the queue; null if it is empty.
  Waiter* pop();
  /// For one that waits no longer. Nothing happens if it does not wait here.
  void remove(Waiter& waiter);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t principals() const { return lines_.size(); }

 private:
  struct Line {
    Key principal;
    Waiter *first = nullptr, *last = nullptr;
    std::size_t size = 0;
    Line *before = nullptr, *behind = nullptr;  // in the round
  };
  [[nodiscard]] Line& longest();
  void append(Line& line);
  void detach(Line& line);

  std::size_t max_, size_ = 0;
  std::unordered_map<Key, Line, KeyHash> lines_;
  Line *next_ = nullptr, *last_ = nullptr;  // the round
};

}  // namespace gatehouse::ratelimit
