#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/json/reader.hpp>

namespace gatehouse::jsonrpc {

enum class Type { request, notification, response };

/// One JSON-RPC 2.0 message as views into the text it was read from. `id` keeps its token and so its type.
struct Message {
  Type type = Type::request;
  std::string_view id;  ///< Raw token: `7` or `"a"`. Empty: none (a notification, or an error whose id was unreadable).
  std::string_view method;                              ///< Requests and notifications; unescaped.
  std::string_view params;                              ///< Raw; empty: absent.
  std::string_view result;                              ///< Raw; responses. Exactly one of `result` and `error` is set.
  std::string_view error;                               ///< Raw; responses.
  std::shared_ptr<const std::string> unescaped_method;  ///< Holds the method's text if it was written with escapes.
};

/// Longest id, with its quotes. Ids are echoed, logged and kept in tables.
inline constexpr std::size_t kMaxIdBytes = 256;

/// Looks into a container while the message is walked, so that each text is read once.
/// A visitor walks its node and returns the node's bytes (as Node::members does), or leaves it and returns Node::raw.
/// It is called for objects only. When it fails, that error is the result of `parse`, after the id was looked for.
struct Visitors {
  FunctionRef<Result<std::string_view>(json::Node&)> params;
  FunctionRef<Result<std::string_view>(json::Node&)> result;
};

/// Reads one message. `text` needs `kSlack` readable bytes behind it and must outlive the message.
/// Refuses what two parsers could read differently: a control member (`jsonrpc`, `id`, `method`, `params`, `result`, `error`)
/// that occurs twice or does not belong to this type of message, and ids that are neither strings nor integers or longer
/// than `kMaxIdBytes`. `params`, `result` and `error` have to be objects. Unknown members are ignored.
/// Errors: parse_error; invalid_request for anything that is JSON but no message; a visitor's. Unless it is a parse_error,
/// `*id_out` holds the id if one could be read, else it is empty (MCP 2025-11-25, basic/index, "Responses": errors carry the
/// id when it is known).
/// Rule: JSON-RPC 2.0 sections 4 and 5; MCP all revisions, basic/index, "Messages".
[[nodiscard]] Result<Message> parse(std::string_view text, const Visitors& visitors, std::string_view* id_out = nullptr);
[[nodiscard]] Result<Message> parse(std::string_view text, std::string_view* id_out = nullptr);
/// The same with every byte checked first, as by json::Reader::validate, for little more than the price of one.
[[nodiscard]] Result<Message> parse_valid(std::string_view text, std::size_t max_depth, const Visitors& visitors,
                                          std::string_view* id_out = nullptr);

/// True if the text is a JSON array (leading white space skipped): a batch.
[[nodiscard]] bool is_batch(std::string_view text);

/// `{"jsonrpc":"2.0","id":<id>,"error":{"code":…,"message":…,"data":…}}`. An empty `id` omits the member; empty `data` too.
[[nodiscard]] std::string error_response(std::string_view id, int code, std::string_view message,
                                         std::string_view data = {});

}  // namespace gatehouse::jsonrpc
