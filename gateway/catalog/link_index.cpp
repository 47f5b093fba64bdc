#include "gateway/catalog/link_index.hpp"

#include "gateway/catalog/names.hpp"

namespace gatehouse::catalog {
namespace {

constexpr std::size_t kMaxUri = 4096;  // longer ones are not worth remembering

/// The two cannot run into each other: no URI in its normal spelling has a line break.
std::string key_of(std::string_view principal, std::string_view uri) {
  return normal_uri(uri).append("\n").append(principal);
}

}  // namespace

void LinkIndex::note(std::string_view principal, std::string_view uri, std::string_view server) {
  if (most_ == 0 || uri.size() > kMaxUri) return;
  std::string key = key_of(principal, uri);
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    known->second->server = server;
    return by_use_.splice(by_use_.begin(), by_use_, known->second);
  }
  if (by_use_.size() >= most_) {
    by_key_.erase(by_use_.back().key);
    by_use_.pop_back();
  }
  by_use_.push_front({std::move(key), std::string(server)});
  by_key_.emplace(by_use_.front().key, by_use_.begin());
}

std::optional<std::string> LinkIndex::find(std::string_view principal, std::string_view uri) {
  const auto known = by_key_.find(key_of(principal, uri));
  if (known == by_key_.end()) return std::nullopt;
  by_use_.splice(by_use_.begin(), by_use_, known->second);
  return known->second->server;
}

}  // namespace gatehouse::catalog
