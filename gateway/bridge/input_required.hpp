#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/mcp/call.hpp>

#include "gateway/bridge/question.hpp"

/// `input_required` results of stateless servers, and those that we make for stateless clients. Pure.
/// Rule: 2026-07-28 basic/patterns/mrtr.
namespace gatehouse::bridge {

/// A question under the key that its answer has to have.
struct KeyedQuestion {
  std::string key;
  Question question;
};

struct InputRequired {
  std::vector<KeyedQuestion> questions;  ///< May be empty: the server only wants the request again, later.
  std::optional<std::string> state;      ///< `requestState`, for the server.
  std::string meta;                      ///< Vendors' members of the result's `_meta`: `"key":value,…`, or empty.
};

/// Questions in one result; a server that asks for more is refused.
inline constexpr std::size_t kMaxQuestions = 64;

/// Errors: bad_reply.
[[nodiscard]] Result<InputRequired> read_input_required(const mcp::Answer& answer);

/// A result for a stateless client. `backend_member`: says in `_meta` who asks (`"io.gatehouse/backend":{…}`); empty: nobody has to be
/// told.
[[nodiscard]] std::unique_ptr<mcp::Answer> write_input_required(const InputRequired& input,
                                                                std::string_view backend_member);

/// `inputResponses` of a retry, raw values by key, and its `requestState`.
struct InputResponses {
  std::vector<std::pair<std::string, std::string>> answers;
  std::optional<std::string> state;
};
/// Errors: invalid_params.
[[nodiscard]] Result<InputResponses> read_input_responses(const mcp::Message& request);

/// True for a request that continues another one, without reading it.
[[nodiscard]] bool is_retry(const mcp::Message& request);

}  // namespace gatehouse::bridge
