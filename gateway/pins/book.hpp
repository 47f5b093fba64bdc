#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/mcp/principal.hpp>

#include "gateway/catalog/server_lists.hpp"
#include "gateway/pins/held.hpp"
#include "gateway/pins/options.hpp"

/// Tools as they were approved, and what became of them. Pure. Rule: security design 5.6.
namespace gatehouse::pins {

/// A definition at one time.
struct Version {
  std::string hash;
  json::Value definition;  ///< The pinned part.
  mcp::WallTime seen_at{};
  std::size_t bytes = 0;  ///< Of the definition.
  bool operator==(const Version&) const = default;
};
[[nodiscard]] Version make_version(const json::Value& tool, mcp::WallTime seen_at);

struct Pin {
  std::optional<Version> approved;  ///< None: it is new, and nobody has said yes.
  std::optional<Version> waiting;   ///< What the server says now, if that is another thing.
  bool operator==(const Pin&) const = default;
};

/// Server and the tool's own name.
using ToolKey = std::pair<std::string, std::string>;

/// Something that people should hear of.
struct News {
  enum class What : std::uint8_t {
    changed,
    unknown,     ///< It is new, and new ones wait.
    no_room,     ///< Options::max_tools or max_bytes is reached.
    unreadable,  ///< It names a member twice: nobody can say which one clients take.
  };
  ToolKey tool;
  What what = What::changed;
  bool operator==(const News&) const = default;
};

/// A server's lists as clients may see them, and the tools that may not be called.
struct Shown {
  std::shared_ptr<const catalog::ServerLists> lists;
  std::map<std::string, Held, std::less<>> held;
};

class Book {
 public:
  using Pins = std::map<ToolKey, Pin>;

  /// Compares what a server says with what is approved, and notes what is new. Appends to `news` what has not been said before, and
  /// each time what cannot be pinned.
  [[nodiscard]] Shown look(const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists,
                           const Options& options, mcp::WallTime now, std::vector<News>* news);
  /// What waits is what is approved from now on. False: nothing waits for that tool.
  bool approve(const ToolKey& tool);
  /// Takes over what others wrote: whatever they approved counts. What only this book has stays.
  void take(Pins written);

  [[nodiscard]] const Pins& pins() const { return pins_; }
  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] std::uint64_t changes() const { return changes_; }  ///< Grows with each change.

 private:
  struct Look;
  [[nodiscard]] std::optional<Held> judge(Look& look, const ToolKey& tool, Version now);
  [[nodiscard]] std::optional<Held> compare(Look& look, Pin& pin, const ToolKey& tool, Version now);
  void forget_unapproved(const std::string& server, const catalog::ServerLists& lists);
  [[nodiscard]] Look begin(const std::string& server, const catalog::ServerLists& lists, const Options& options,
                           std::vector<News>* news);
  Pins pins_;
  std::uint64_t changes_ = 0;
};

/// The book as the text of a file, and back. Errors: invalid_config, saying what is wrong.
[[nodiscard]] std::string write_book(const Book::Pins& pins);
[[nodiscard]] Result<Book::Pins> read_book(std::string_view text);

}  // namespace gatehouse::pins
