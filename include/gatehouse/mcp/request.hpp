#pragma once
#include <forward_list>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include <gatehouse/json/splice.hpp>
#include <gatehouse/jsonrpc/message.hpp>
#include <gatehouse/mcp/methods.hpp>
#include <gatehouse/mcp/result.hpp>

namespace gatehouse::mcp {

/// `params._meta`, the protocol's members apart from the vendors'. All views point into the message; empty means absent.
struct Meta {
  std::string_view raw;                                    ///< The object.
  std::string_view progress_token;                         ///< Raw token.
  std::string_view protocol_version;                       ///< Text.
  std::string_view client_capabilities;                    ///< Raw object.
  std::string_view client_info;                            ///< Raw object.
  std::string_view log_level;                              ///< Text.
  std::string_view subscription_id;                        ///< Raw token.
  std::string_view related_task;                           ///< Raw object.
  boost::container::small_vector<json::Member, 4> others;  ///< Trace context and vendor keys, in order.
};

/// `params` of any message: the members that routing needs, and all members for rewriting.
struct Params {
  json::ObjectView object;  ///< `object.text` is empty if there are no params.
  Meta meta;
  std::string_view name;  ///< Unescaped; `name_raw` is its token. Tools and prompts.
  std::string_view name_raw;
  std::string_view uri;  ///< Unescaped; `uri_raw` is its token.
  std::string_view uri_raw;
  std::string_view cursor;  ///< Unescaped; meaningful if `cursor_raw` is set: an empty cursor is a cursor.
  std::string_view cursor_raw;
  std::string_view level;                    ///< logging/setLevel.
  std::string_view task_id;                  ///< tasks/*.
  std::string_view reference;                ///< `ref`, raw.
  std::string_view request_id;               ///< notifications/cancelled: raw token.
  std::string_view protocol_version;         ///< initialize.
  std::string_view capabilities;             ///< initialize: raw object.
  std::string_view client_info;              ///< initialize: raw object.
  std::string_view progress_token;           ///< notifications/progress: raw token.
  std::forward_list<std::string> unescaped;  ///< Owns the texts above whose tokens had escape sequences.
};

/// One message of a peer with its parameters looked into, read in one walk. Views into the text.
struct Message {
  jsonrpc::Message rpc;
  Method method = Method::other;  ///< Requests; notifications keep their name in `rpc.method`.
  Params params;
};

/// Reads one message of a client. REQUIRES: `kSlack` readable bytes behind `text`.
/// Every byte is checked. Errors as jsonrpc::parse; also invalid_params for a control member of the wrong type or given twice.
[[nodiscard]] Result<Message> read_message(std::string_view text, std::size_t max_depth,
                                           std::string_view* id_out = nullptr);

/// Reads one message of a server: what it looks into is checked, skipped values only for UTF-8, closed strings and brackets.
/// `result` is filled for successful responses. Errors: bad_reply (origin upstream).
[[nodiscard]] Result<Message> read_server_message(std::string_view text, Uris uris, ResultView& result);
/// The same into an empty `message` that is there already.
[[nodiscard]] Result<void> read_server_message(std::string_view text, Uris uris, Message& message, ResultView& result);

/// Reads params that stand alone. REQUIRES: `kSlack` readable bytes behind `text`.
[[nodiscard]] Result<Params> read_params(std::string_view text);

}  // namespace gatehouse::mcp
