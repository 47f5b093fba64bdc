#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

namespace gatehouse::asking {

/// The roots that sessions told, until they tell that these changed: a client is asked once, whoever wants to know (GB-174).
/// Only for clients that announce changes.
class RootsCache {
 public:
  [[nodiscard]] std::optional<std::string> find(std::string_view session) const {
    const auto found = known_.find(session);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }
  /// `answer`: the result of `roots/list`.
  void put(std::string_view session, std::string answer) {
    if (answer.size() <= kMaxBytes) known_.insert_or_assign(std::string(session), std::move(answer));
  }
  /// They changed, or the session ended.
  void forget(std::string_view session) {
    if (const auto found = known_.find(session); found != known_.end()) known_.erase(found);
  }

 private:
  static constexpr std::size_t kMaxBytes = 64u << 10;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>{}(text); }
  };
  boost::unordered_flat_map<std::string, std::string, TextHash, std::equal_to<>> known_;
};

}  // namespace gatehouse::asking
