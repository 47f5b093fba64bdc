#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/function_ref.hpp>

#include "gateway/catalog/server_lists.hpp"

namespace gatehouse::catalog {

/// How an endpoint shows its servers.
struct ViewOptions {
  std::string separator = ".";
  bool prefixed = true;        ///< False: names stay as they are; the first of two equal ones wins.
  bool prefixed_uris = true;   ///< False: URIs stay as they are, except where two servers have the same one (GB-053).
  bool names_servers = false;  ///< Definitions say whose they are: `_meta["io.gatehouse/backend"]` (GB-271).
  std::size_t page_bytes = 1u << 20;
  std::int64_t max_ttl_ms = 3'600'000;  ///< Longest time a client is told to believe a list (GB-311).
  std::string preamble;                 ///< Of the instructions (GB-272).
};

/// One server of the endpoint, in the endpoint's order.
struct Source {
  std::string name;                                 ///< Also the prefix of its names.
  std::shared_ptr<const ServerLists> lists = {};    ///< Null: nothing known yet.
  std::shared_ptr<const Freshness> freshness = {};  ///< Of `lists`; null: they are not to be believed any longer.
  bool degraded = false;                            ///< Unreachable: its lists may be old.
  bool hidden = false;    ///< Unreachable for so long that its items are not listed any more; calls still find it.
  bool instructs = true;  ///< Its instructions are passed on.
};

/// Which server an exposed name or URI belongs to, and what it is called there.
struct Target {
  std::size_t source = 0;  ///< Index into the sources.
  std::string local;
  const ToolDetails* details = nullptr;  ///< Of a listed tool that has any; lives as long as the view.
  mcp::ToolHints hints = {};             ///< Of a listed tool.
  bool listed = false;                   ///< `local` is spelt as the server's list has it.
};

/// Lets a map with string keys be searched by a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>{}(text); }
};

/// The merged lists of one endpoint and the way back from exposed names to servers. Nothing in it changes after it was made: a change
/// of any list makes a new one. Same sources, same bytes (GB-301). The texts of pages are made when somebody wants them first, so
/// a view belongs to one thread.
class View {
 public:
  View(std::vector<Source> sources, ViewOptions options);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }
  [[nodiscard]] const ViewOptions& options() const { return options_; }

  /// One page of a list: a result object without a cursor, and where the next page begins.
  struct Part {
    std::shared_ptr<const std::string> text;
    std::optional<std::size_t> next;
  };
  /// The page that begins at item `position`. Errors: not_found if none does.
  [[nodiscard]] Result<Part> page(mcp::ListKind kind, Dialect dialect, std::size_t position = 0) const;
  /// What somebody sees of a list. Belongs to the view that made it.
  class Selection;
  /// The items for which `shown` holds, in the order of the list.
  [[nodiscard]] std::shared_ptr<const Selection> select(
      mcp::ListKind kind, FunctionRef<bool(std::size_t source, const Item& item)> shown) const;
  /// As `page`, of the selected items. REQUIRES: `selection` is of this view.
  [[nodiscard]] Result<Part> page(const Selection& selection, Dialect dialect, std::size_t position = 0) const;

  /// How long a list may be believed, and by whom, all of its pages alike. Rule: GB-311 to GB-314.
  [[nodiscard]] mcp::CacheHints cache(mcp::ListKind kind, TimePoint now) const;
  /// Identifies the merged content of a list: equal content, equal number.
  [[nodiscard]] std::uint64_t fingerprint(mcp::ListKind kind) const { return list(kind).fingerprint; }
  [[nodiscard]] std::size_t size(mcp::ListKind kind) const { return list(kind).entries.size(); }

  /// Tools and prompts. A name that is in no list is still routed by the longest server name it starts with (GB-042): lists may
  /// be old, and a shortened name needs its list. A tool with a user interface is found by its server's own name for it, too, if
  /// only one server has it: user interfaces know no other (GB-044).
  [[nodiscard]] std::optional<Target> resolve_name(mcp::ListKind kind, std::string_view exposed) const;
  /// Several tools with user interfaces have this name.
  [[nodiscard]] bool is_ambiguous(std::string_view bare_name) const;
  /// A resource or template URI: by its label, else by the lists (GB-052).
  [[nodiscard]] std::optional<Target> resolve_uri(std::string_view exposed) const;

  [[nodiscard]] std::string expose_uri(std::size_t source, std::string_view uri) const;
  /// URIs in results have to be looked at.
  [[nodiscard]] bool rewrites_uris() const { return options_.prefixed_uris || sources_.size() > 1; }
  [[nodiscard]] bool prefixes_uris() const { return options_.prefixed_uris; }

  /// The union of what the servers offer; unknown servers count as offering everything (GB-321).
  [[nodiscard]] mcp::ServerCapabilities capabilities() const;
  /// Some tool has a user interface (GB-261).
  [[nodiscard]] bool has_user_interfaces() const { return !bare_tools_.empty(); }
  [[nodiscard]] std::string instructions() const;
  /// Of those servers for which `shown` holds.
  [[nodiscard]] std::string instructions(FunctionRef<bool(std::size_t source)> shown) const;
  /// `"io.gatehouse/backend":{…}`, or empty if the endpoint does not say whose things are.
  [[nodiscard]] std::string backend_member(std::size_t source) const;
  /// `"io.gatehouse/degraded":{"backends":["crm"]}` when lists may be old or incomplete, else empty.
  [[nodiscard]] std::string degraded_member() const;
  [[nodiscard]] std::string degraded_member(FunctionRef<bool(std::size_t source)> shown) const;
  /// What two servers both claim, for the operator.
  [[nodiscard]] const std::vector<std::string>& collisions() const { return collisions_; }

 private:
  struct Entry {
    const Item* item = nullptr;
    std::size_t source = 0;
    std::string_view exposed;  // key of the map
  };
  struct Pages {
    std::vector<std::shared_ptr<const std::string>> texts;
    std::vector<std::size_t> starts;  // position of each page's first item
  };
  using PagesByDialect = std::array<std::unique_ptr<Pages>, kDialects>;  // made on demand
  struct List {
    std::vector<Entry> entries;  // what is listed, in order
    std::uint64_t fingerprint = 0;
    mutable PagesByDialect pages;
  };
  struct Known {
    const Item* item = nullptr;
    std::size_t source = 0;
  };
  struct LocalUri {
    std::string uri;
    std::size_t source = 0;
    bool unique = true;
  };
  using KnownKeys = std::unordered_map<std::string, Known, TextHash, std::equal_to<>>;
  using LocalUris = boost::unordered_flat_map<std::string, LocalUri, TextHash, std::equal_to<>>;

  [[nodiscard]] const List& list(mcp::ListKind kind) const { return lists_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const KnownKeys& known(mcp::ListKind kind) const { return known_[static_cast<std::size_t>(kind)]; }
  void merge(mcp::ListKind kind);
  void collide(mcp::ListKind kind, std::size_t source, const Item& item, const Known& first);
  [[nodiscard]] std::string exposed_key(mcp::ListKind kind, std::size_t source, const Item& item) const;
  void index_bare_tools();
  [[nodiscard]] static Target target_of(const Known& found);
  [[nodiscard]] std::optional<Target> by_prefix(std::string_view exposed) const;
  [[nodiscard]] std::optional<Target> by_label(std::string_view exposed) const;
  [[nodiscard]] std::optional<Target> by_template(std::string_view uri) const;
  [[nodiscard]] const LocalUris& local_uris() const;
  void note_local(LocalUris& all, std::string_view uri, std::size_t source) const;
  /// Pages of all items, or of those with the numbers `chosen`.
  [[nodiscard]] std::unique_ptr<Pages> make_pages(mcp::ListKind kind, Dialect dialect,
                                                  const std::vector<std::uint32_t>* chosen) const;
  [[nodiscard]] Result<Part> part(PagesByDialect& pages, mcp::ListKind kind, Dialect dialect, std::size_t position,
                                  const std::vector<std::uint32_t>* chosen) const;
  [[nodiscard]] std::string shown(mcp::ListKind kind, Dialect dialect, const Entry& entry) const;

  std::vector<Source> sources_;
  ViewOptions options_;
  std::vector<std::string> labels_;  // of URIs, by source
  std::array<List, 4> lists_;
  std::array<KnownKeys, 4> known_;  // URIs in their normal spelling
  boost::unordered_flat_map<std::string_view, std::vector<Known>> bare_tools_;
  mutable std::unique_ptr<LocalUris> local_uris_;  // made on demand
  std::vector<std::string> collisions_;
};

class View::Selection {
 public:
  [[nodiscard]] bool is_everything() const { return chosen_.size() == total_; }
  [[nodiscard]] std::size_t size() const { return chosen_.size(); }
  /// Equal content, equal number: as View::fingerprint.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }
  [[nodiscard]] bool shows_source(std::size_t source) const { return sources_[source]; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  ///< Of the pages that were made so far.

 private:
  friend class View;
  mcp::ListKind kind_{};
  std::size_t total_ = 0;
  std::vector<std::uint32_t> chosen_;
  std::vector<bool> sources_;
  std::uint64_t fingerprint_ = 0;
  mutable std::size_t bytes_ = 0;
  mutable PagesByDialect pages_;
};

}  // namespace gatehouse::catalog
