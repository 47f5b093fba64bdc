#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "gateway/ratelimit/key.hpp"

namespace gatehouse::ratelimit {

/// A map that knows which of its entries was not used for the longest time. Finding allocates nothing; memory grows with the number of
/// entries and is kept. Never larger than `max`: who inserts into a full one drops the oldest entry first.
template <class Value>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t max) : max_(std::max<std::size_t>(max, 1)), heads_(kFirstBuckets, kNone) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool full() const { return size_ >= max_; }
  [[nodiscard]] std::size_t max() const { return max_; }
  /// What is too much goes, the oldest first.
  void set_max(std::size_t max) {
    max_ = std::max<std::size_t>(max, 1);
    while (size_ > max_) drop_oldest();
  }

  /// The entry, which is the most recently used one now; null if there is none. Valid until the next `insert`.
  [[nodiscard]] Value* find(const Key& key) {
    const Index found = index_of(key);
    if (found == kNone) return nullptr;
    if (found != newest_) unlink(found), link(found);
    return &nodes_[found].value;
  }
  /// The same without making it recent.
  [[nodiscard]] const Value* peek(const Key& key) const {
    const Index found = index_of(key);
    return found == kNone ? nullptr : &nodes_[found].value;
  }
  /// REQUIRES: not full; no entry with this key.
  Value& insert(const Key& key, Value value) {
    if (size_ >= heads_.size()) grow();
    Index at = free_;
    if (at == kNone) {
      at = static_cast<Index>(nodes_.size());
      nodes_.push_back({});
    } else {
      free_ = nodes_[at].next;
    }
    Node& node = nodes_[at];
    node.key = key;
    node.value = std::move(value);
    Index& head = heads_[bucket(key)];
    node.next = std::exchange(head, at);
    link(at);
    ++size_;
    return node.value;
  }
  /// Null if empty.
  [[nodiscard]] const Value* oldest() const { return oldest_ == kNone ? nullptr : &nodes_[oldest_].value; }
  void drop_oldest() {
    if (oldest_ != kNone) drop(oldest_);
  }
  void erase(const Key& key) {
    if (const Index found = index_of(key); found != kNone) drop(found);
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = std::numeric_limits<Index>::max();
  static constexpr std::size_t kFirstBuckets = 64;
  struct Node {
    Key key;
    Value value{};
    Index next = kNone, newer = kNone, older = kNone;  // next: in its bucket, or of the free ones
  };

  [[nodiscard]] std::size_t bucket(const Key& key) const { return KeyHash{}(key) & (heads_.size() - 1); }
  [[nodiscard]] Index index_of(const Key& key) const {
    Index at = heads_[bucket(key)];
    while (at != kNone && nodes_[at].key != key) at = nodes_[at].next;
    return at;
  }
  void link(Index at) {
    nodes_[at].older = newest_, nodes_[at].newer = kNone;
    (newest_ == kNone ? oldest_ : nodes_[newest_].newer) = at;
    newest_ = at;
  }
  void unlink(Index at) {
    const Node& node = nodes_[at];
    (node.newer == kNone ? newest_ : nodes_[node.newer].older) = node.older;
    (node.older == kNone ? oldest_ : nodes_[node.older].newer) = node.newer;
  }
  void drop(Index at) {
    unlink(at);
    Index* from = &heads_[bucket(nodes_[at].key)];
    while (*from != at) from = &nodes_[*from].next;
    *from = nodes_[at].next;
    nodes_[at].value = Value{};
    nodes_[at].next = std::exchange(free_, at);
    --size_;
  }
  void grow() {
    heads_.assign(heads_.size() * 2, kNone);
    for (Index at = oldest_; at != kNone; at = nodes_[at].newer)
      nodes_[at].next = std::exchange(heads_[bucket(nodes_[at].key)], at);
  }

  std::size_t max_, size_ = 0;
  std::vector<Index> heads_;  // a power of two
  std::vector<Node> nodes_;
  Index free_ = kNone, newest_ = kNone, oldest_ = kNone;
};

}  // namespace gatehouse::ratelimit
