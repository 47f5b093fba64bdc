#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/mcp/call.hpp>

/// A server's answer -> canonical answer for the asking client. Pure.
namespace gatehouse::bridge {

/// Who answered whom.
struct Hop {
  mcp::Method method = mcp::Method::other;
  mcp::Revision server = mcp::kLatest;
  mcp::Revision client = mcp::kLatest;
  std::string_view server_name;
  std::string_view exposed_name;  ///< Of the tool, prompt or resource, for messages.
  FunctionRef<std::string(std::string_view local)> expose_uri;
  std::string backend_member = {};  ///< Goes into the result's `_meta`; empty: nothing.
  bool wraps_values = false;        ///< lift_content.hpp
};

/// Exposes URIs, translates error codes, and refuses what the client has no form for. `input_required` stays as it is: stages/input.hpp.
/// Errors: not_bridgeable (a task, which this client does not know), bad_reply.
[[nodiscard]] mcp::Reply lift_answer(std::unique_ptr<mcp::Answer> answer, const Hop& hop);

/// What lift_answer made for a stateless client, for the older one in whose name that one asked (`hop.client`). URIs are exposed
/// already, and an error has its note: it gets the code back that stateless clients are not told, and no second note.
/// Errors: not_bridgeable (a task), bad_reply.
[[nodiscard]] mcp::Reply lift_for_older(std::unique_ptr<mcp::Answer> answer, const Hop& hop);

/// Exposes the URI in the params of `notifications/resources/updated`.
[[nodiscard]] json::Splice lift_notification(const mcp::Message& notification,
                                             FunctionRef<std::string(std::string_view local)> expose_uri);

}  // namespace gatehouse::bridge
