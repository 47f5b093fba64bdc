#pragma once
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/splice.hpp>

namespace gatehouse::mcp {

/// A result object as its sender wrote it, with the members that belong to the envelope found. Views into the message.
struct ResultView {
  json::ObjectView object;              ///< All members, in order.
  json::ObjectView meta;                ///< `_meta`; text empty if absent.
  std::string_view result_type;         ///< Text; empty: absent, which means "complete" (TR-014).
  std::string_view ttl_ms;              ///< Raw number.
  std::string_view cache_scope;         ///< Text.
  std::string_view content;             ///< Raw array.
  std::string_view structured_content;  ///< Raw value.
  bool is_error = false;
  /// Raw string tokens of the resource URIs in it: `contents[].uri`, and `uri` / `resource.uri` of content blocks in `content[]`
  /// and `messages[].content`.
  boost::container::small_vector<std::string_view, 4> uris;
};

/// Whether to look into content blocks for URIs, which costs a walk over them.
enum class Uris { skip, collect };

/// Reads a result object during a walk and returns its bytes. Errors: bad_reply when a control member has the wrong type.
[[nodiscard]] Result<std::string_view> read_result(json::Node& node, Uris uris, ResultView& view);

/// An error object. Views into the message.
struct ErrorView {
  int code = 0;
  std::string message;    ///< Unescaped.
  std::string_view data;  ///< Raw; empty if absent.
};
/// `raw` needs `kSlack` readable bytes behind it. Errors: bad_reply when there is no integer `code`.
[[nodiscard]] Result<ErrorView> read_error(std::string_view raw);

}  // namespace gatehouse::mcp
