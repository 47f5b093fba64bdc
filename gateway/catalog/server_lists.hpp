#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/error.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/mcp/methods.hpp>

/// What one server offers, as it said it. Pure.
namespace gatehouse::catalog {

/// One tool, resource, template or prompt.
struct Item {
  std::string key;           ///< Name, URI or URI template.
  std::string text;          ///< The whole definition, compact JSON as the server wrote it.
  std::size_t key_at = 0;    ///< Where the key's token stands in `text` …
  std::size_t key_size = 0;  ///< … and its length, quotes included.
};

struct ServerLists {
  std::array<std::vector<Item>, 4> items;                                  ///< By ListKind, in the server's order.
  mcp::CacheHints cache{.ttl_ms = 0, .scope = mcp::CacheScope::personal};  ///< The least of the lists' hints.
  mcp::ServerCapabilities capabilities;
  std::string instructions;

  [[nodiscard]] const std::vector<Item>& of(mcp::ListKind kind) const { return items[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::vector<Item>& of(mcp::ListKind kind) { return items[static_cast<std::size_t>(kind)]; }
};

struct Page {
  std::vector<Item> items;
  std::string next_cursor;
  bool has_next = false;  ///< An empty cursor is a cursor (LF-702).
};

/// Reads the result of a list method. Items without a usable key are left out and counted in `*dropped`.
/// Errors: bad_reply when the list itself is missing or malformed.
[[nodiscard]] Result<Page> read_page(mcp::ListKind kind, const mcp::Answer& answer, std::size_t* dropped);

}  // namespace gatehouse::catalog
