// Finds what the server needs in a JSON-RPC message, without building a tree.
#pragma once

#include <cstdint>
#include <string_view>

namespace backend {

/// Views into the message; texts are as they were written, without their quotes, escapes left alone.
struct Request {
  std::string_view id;                ///< the JSON value itself, with the quotes of a string; empty for a notification
  std::string_view method;            ///< empty when the message has none
  std::string_view name;              ///< params.name
  std::string_view cursor;            ///< params.cursor
  std::string_view text;              ///< params.arguments.text
  std::string_view protocol_version;  ///< params.protocolVersion
  std::uint64_t bytes = 0;            ///< params.arguments.bytes
};

/// Reads one message. A benchmark's server trusts its peer: input that is not valid JSON gives a request with empty
/// members, never a read outside the message.
Request scan_request(std::string_view message);

}  // namespace backend
