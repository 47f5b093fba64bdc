#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "gateway/catalog/server_lists.hpp"

namespace gatehouse::catalog {

/// How an endpoint shows its servers.
struct ViewOptions {
  std::string separator = ".";
  bool prefixed = true;  ///< False: names and URIs stay as they are; the first of two equal ones wins.
  std::size_t page_bytes = 1u << 20;
};

/// One server of the endpoint, in the endpoint's order.
struct Source {
  std::string name;                          ///< Also the prefix of its names.
  std::shared_ptr<const ServerLists> lists;  ///< Null: nothing known yet.
  bool degraded = false;                     ///< Unreachable: its lists may be old.
};

/// Which server an exposed name or URI belongs to, and what it is called there.
struct Target {
  std::size_t source = 0;  ///< Index into the sources.
  std::string local;
};

/// Lets a map with string keys be searched by a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>{}(text); }
};
using KeyMap = boost::unordered_flat_map<std::string, Target, TextHash, std::equal_to<>>;

/// The merged lists of one endpoint, ready to be sent, and the way back from exposed names to servers. Immutable: a change of any
/// list makes a new one. Same sources, same bytes (GB-301).
class View {
 public:
  View(std::vector<Source> sources, ViewOptions options);

  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }
  [[nodiscard]] const ViewOptions& options() const { return options_; }

  /// One page of a list as a result object. `cursor` absent: the first. Errors: not_found for a cursor of another time.
  [[nodiscard]] Result<std::shared_ptr<const std::string>> page(mcp::ListKind kind,
                                                                std::optional<std::string_view> cursor) const;
  [[nodiscard]] mcp::CacheHints cache() const { return cache_; }
  /// Identifies the merged content of a list: equal content, equal number.
  [[nodiscard]] std::uint64_t fingerprint(mcp::ListKind kind) const { return list(kind).fingerprint; }
  [[nodiscard]] std::size_t size(mcp::ListKind kind) const { return list(kind).count; }

  /// Tools and prompts. A name that is in no list is still routed by the longest server name it starts with (GB-042): lists may
  /// be old, and a shortened name needs its list.
  [[nodiscard]] std::optional<Target> resolve_name(mcp::ListKind kind, std::string_view exposed) const;
  /// A resource or template URI: by its label, else by the lists (GB-052).
  [[nodiscard]] std::optional<Target> resolve_uri(std::string_view exposed) const;

  [[nodiscard]] std::string expose_uri(std::size_t source, std::string_view uri) const;
  [[nodiscard]] bool rewrites_uris() const { return options_.prefixed; }

  /// The union of what the servers offer; unknown servers count as offering everything (GB-321).
  [[nodiscard]] mcp::ServerCapabilities capabilities() const;
  [[nodiscard]] std::string instructions() const;

 private:
  struct List {
    std::vector<std::shared_ptr<const std::string>> pages;
    std::uint64_t fingerprint = 0;
    std::size_t count = 0;
  };
  [[nodiscard]] const List& list(mcp::ListKind kind) const { return lists_[static_cast<std::size_t>(kind)]; }
  void merge(mcp::ListKind kind);
  [[nodiscard]] std::string exposed_key(mcp::ListKind kind, std::size_t source, const Item& item) const;

  std::vector<Source> sources_;
  ViewOptions options_;
  std::vector<std::string> labels_;  // of URIs, by source
  std::array<List, 4> lists_;
  std::array<KeyMap, 4> by_key_;
  mcp::CacheHints cache_;
};

}  // namespace gatehouse::catalog
