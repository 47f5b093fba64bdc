#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/mcp/call.hpp>

#include "gateway/bridge/question.hpp"

/// What comes back when a client was asked. Pure. Rule: gateway rules GB-104, GB-105.
namespace gatehouse::bridge {

/// The answer as a value of `inputResponses`; none: the refusal has no form there and the call ends.
struct InputResponse {
  std::optional<json::Value> value;
  std::string refusal;  ///< Why there is none, for people.
};

/// `reply`: the client's answer, its JSON-RPC error, or why there is none (`timed_out`, `cancelled`, …).
[[nodiscard]] InputResponse to_input_response(const Question& question, const mcp::Reply& reply);

/// What a legacy server is told when nobody answered in time (GB-126): a result, or an error object.
struct NoAnswer {
  bool is_error = false;
  std::string body;
};
[[nodiscard]] NoAnswer no_answer_in_time(std::string_view method);

/// The end of a call whose question was refused: a tool's result with `isError`, or an error for other methods.
[[nodiscard]] mcp::Reply input_refused(mcp::Method method, std::string_view exposed_name, std::string_view question,
                                       std::string_view why);

}  // namespace gatehouse::bridge
