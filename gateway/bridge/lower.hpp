#pragma once
#include <string_view>

#include <gatehouse/json/splice.hpp>
#include <gatehouse/mcp/request.hpp>
#include <gatehouse/mcp/revision.hpp>

/// Canonical request -> what the server of a given revision is sent. Pure.
namespace gatehouse::bridge {

/// Edits `params` of a request for the server: its own name or URI instead of the exposed one, and nothing that its revision does
/// not know. `_meta` is the link's business.
/// Errors: invalid_params when the request names nothing.
[[nodiscard]] Result<void> lower_request(const mcp::Message& request, std::string_view local, mcp::Revision server,
                                         json::Splice& params);

/// What `completion/complete` refers to.
struct Reference {
  bool is_prompt = false;
  std::string key;  ///< Prompt name or resource URI (template).
};
/// Errors: invalid_params.
[[nodiscard]] Result<Reference> read_reference(const mcp::Message& request);

}  // namespace gatehouse::bridge
