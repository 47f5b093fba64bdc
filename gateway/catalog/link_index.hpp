#pragma once
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace gatehouse::catalog {

/// Which server gave a client a URI that is in no list and carries no mark of its server: the least recently used ones are forgotten.
/// Nobody finds what another principal was given. Rule: gateway rule 3, "Link index", and GB-052.
class LinkIndex {
 public:
  explicit LinkIndex(std::size_t most = 10'000) : most_(most) {}

  void note(std::string_view principal, std::string_view uri, std::string_view server);
  [[nodiscard]] std::optional<std::string> find(std::string_view principal, std::string_view uri);
  [[nodiscard]] std::size_t size() const { return by_use_.size(); }

 private:
  struct Link {
    std::string key, server;
  };
  const std::size_t most_;
  std::list<Link> by_use_;                                                         // newest first
  boost::unordered_flat_map<std::string_view, std::list<Link>::iterator> by_key_;  // keys are the links' own
};

}  // namespace gatehouse::catalog
