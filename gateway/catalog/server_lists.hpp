#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/mcp/methods.hpp>
#include <gatehouse/mcp/tasks.hpp>
#include <gatehouse/mcp/tool_hints.hpp>

#include "gateway/catalog/header_parameters.hpp"
#include "gateway/catalog/tool_forms.hpp"

/// What one server offers, as it said it. Pure.
namespace gatehouse::catalog {

/// A token in a text, quotes included.
struct Token {
  std::size_t at = 0, size = 0;
};

/// A definition and the places in it that an endpoint writes anew.
struct Form {
  std::string text;         ///< Compact JSON as the server wrote it.
  Token key;                ///< Name, URI or URI template.
  std::vector<Token> uris;  ///< Of user interfaces (`_meta.ui.resourceUri`, `_meta["ui/resourceUri"]`).
};

/// What only some tools have.
struct ToolDetails {
  HeaderParameters headers;
  std::string ui;                                            ///< URI of its user interface; empty: none.
  std::array<std::shared_ptr<const Form>, kDialects> forms;  ///< Where they differ from what the server wrote; else null.
};

/// One tool, resource, template or prompt.
struct Item {
  std::string key;  ///< Name, URI or URI template.
  Form form;
  std::shared_ptr<const ToolDetails> details;  ///< Null for everything that needs none.
  mcp::ToolHints hints;                        ///< Of tools.

  [[nodiscard]] const Form& as(Dialect dialect) const {
    const Form* other = details ? details->forms[static_cast<std::size_t>(dialect)].get() : nullptr;
    return other ? *other : form;
  }
};

struct ServerLists {
  std::array<std::vector<Item>, 4> items;  ///< By ListKind, in the server's order.
  mcp::ServerCapabilities capabilities;
  std::string title;  ///< How the server calls itself for people; may be empty.
  std::string instructions;
  std::map<std::string, mcp::TaskSupport, std::less<>>
      task_tools;  ///< Tools that may or have to run as tasks, as the server says.

  [[nodiscard]] const std::vector<Item>& of(mcp::ListKind kind) const { return items[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::vector<Item>& of(mcp::ListKind kind) { return items[static_cast<std::size_t>(kind)]; }
};

/// How long a server's lists may be believed. Moves on each time they are read, while equal lists stay the same object.
struct Freshness {
  std::array<mcp::CacheHints, 4> hints;  ///< By ListKind, as the server gave them.
  TimePoint read_at;
  bool announced = false;  ///< Nothing ages: the server has no hints, but says when something changes.

  /// What is left of a list's time. Rule: GB-311, GB-312.
  [[nodiscard]] mcp::CacheHints remaining(mcp::ListKind kind, TimePoint now) const;
};

struct Page {
  std::vector<Item> items;
  std::string next_cursor;
  bool has_next = false;  ///< An empty cursor is a cursor (LF-702).
};

/// Reads the result of a list method. Items without a usable key are left out and counted in `*dropped`.
/// Errors: bad_reply when the list itself is missing or malformed.
[[nodiscard]] Result<Page> read_page(mcp::ListKind kind, const mcp::Answer& answer, std::size_t* dropped);

/// A definition that was written here. Errors: bad_reply when it has no usable key.
[[nodiscard]] Result<Form> read_form(mcp::ListKind kind, std::string text);

}  // namespace gatehouse::catalog
