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

/// Tools as they were approved, and what became of them. Pure. Rule: security design 5.6.
namespace gatehouse::pins {

/// What happens to a tool that is not the one that was approved.
enum class OnChange {
  alert,   ///< It is shown and called as it is now; the log says so.
  hide,    ///< It does not exist until it is approved.
  refuse,  ///< It is shown as it was approved, and calls are refused.
};
/// What happens to a tool that nobody has seen before.
enum class OnNew {
  approve,  ///< It is what it is: trust on first use.
  hide,     ///< It does not exist until it is approved.
};
struct Options {
  OnChange on_change = OnChange::alert;
  OnNew on_new = OnNew::approve;
  bool operator==(const Options&) const = default;
};

/// A definition at one time.
struct Version {
  std::string hash;
  json::Value definition;  ///< The pinned part.
  mcp::WallTime seen_at{};
  bool operator==(const Version&) const = default;
};
struct Pin {
  std::optional<Version> approved;  ///< None: it is new, and nobody has said yes.
  std::optional<Version> waiting;   ///< What the server says now, if that is another thing.
  bool operator==(const Pin&) const = default;
};

/// Server and the tool's own name.
using ToolKey = std::pair<std::string, std::string>;

enum class Held { hidden, refused };
/// A server's lists as clients may see them, and the tools that may not be called.
struct Shown {
  std::shared_ptr<const catalog::ServerLists> lists;
  std::map<std::string, Held, std::less<>> held;
};

class Book {
 public:
  using Pins = std::map<ToolKey, Pin>;

  /// Compares what a server says with what is approved, and notes what is new. `news` gets a line for everything that has not been
  /// said before.
  [[nodiscard]] Shown look(const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists,
                           const Options& options, mcp::WallTime now, std::vector<ToolKey>* news);
  /// What waits is what is approved from now on. False: nothing waits for that tool.
  bool approve(const ToolKey& tool);
  /// Takes over what others wrote: whatever they approved counts. What only this book has stays.
  void take(Pins written);

  [[nodiscard]] const Pins& pins() const { return pins_; }
  [[nodiscard]] std::size_t waiting() const;

 private:
  /// Null: nothing is to be hidden or replaced.
  [[nodiscard]] std::optional<Held> judge(Pin& pin, Version now, const Options& options, bool* is_news) const;
  Pins pins_;
};

/// The book as the text of a file, and back. Errors: invalid_config, saying what is wrong.
[[nodiscard]] std::string write_book(const Book::Pins& pins);
[[nodiscard]] Result<Book::Pins> read_book(std::string_view text);

}  // namespace gatehouse::pins
