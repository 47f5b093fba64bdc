#pragma once
#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace gatehouse::identity {

/// A map of bounded size: what was not used for the longest time goes first. Finding takes no memory.
template <class Key, class Value, class Hash = std::hash<Key>>
class RecentlyUsed {
 public:
  explicit RecentlyUsed(std::size_t capacity) : capacity_(capacity) {}

  /// Null if there is none. The pointer is good until the next `put` or `erase`.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }
  Value& put(const Key& key, Value value) {
    if (Value* const known = find(key)) return *known = std::move(value);
    if (entries_.size() >= capacity_ && !entries_.empty()) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
      ++evicted_;
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(key, entries_.begin());
    return entries_.front().second;
  }
  void erase(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
  }
  void clear() {
    places_.clear();
    entries_.clear();
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t evicted() const { return evicted_; }

 private:
  using Entries = std::list<std::pair<Key, Value>>;
  std::size_t capacity_;
  std::size_t evicted_ = 0;
  Entries entries_;  // the one used last is at the front
  std::unordered_map<Key, typename Entries::iterator, Hash> places_;
};

}  // namespace gatehouse::identity
