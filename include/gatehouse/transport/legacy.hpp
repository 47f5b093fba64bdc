#pragma once
#include <string>
#include <string_view>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/transport/session.hpp>

/// What every transport with sessions does with a message, whatever carries it.
namespace gatehouse::transport {

/// Checks the parameters of `initialize`. Errors: invalid_params.
[[nodiscard]] Result<void> check_initialize(const mcp::Message& message);
/// The result of `initialize` in this session, as JSON.
[[nodiscard]] std::string initialize_result(const Session& session, const mcp::Responder::About& about);

/// A notification or a response of the client: what concerns the session is done, the rest goes to the responder.
void take_message(Session& session, const mcp::Message& message, std::string_view text, const mcp::Client& client,
                  mcp::Responder& responder);

/// Answers one request: `ping` here, everything else through the responder.
/// Errors: method_not_found for methods that the session's revision does not have; invalid_request for an id in use.
Task<mcp::Reply> answer_legacy(Session& session, const mcp::Call& call, mcp::Responder& responder);

}  // namespace gatehouse::transport
