#pragma once
#include "gateway/stages/call.hpp"
#include "gateway/stages/relay.hpp"

namespace gatehouse::stages {

/// One request to the call's server and its answer, both translated (bridge/lower.hpp, bridge/lift.hpp). Two kinds of answers come
/// as the server gave them: `input_required`, and the error "URL elicitation required".
Task<mcp::Reply> call_server(Call& call, Relay& relay);

}  // namespace gatehouse::stages
