#include <gatehouse/transport/legacy.hpp>

#include <gatehouse/json/value.hpp>

namespace gatehouse::transport {

Result<void> check_initialize(const mcp::Message& message) {
  const auto wrong = [](std::string_view what) {
    return fail(Kind::invalid_params, Origin::client, "initialize: " + std::string(what));
  };
  if (!message.params.protocol_version.data()) return wrong("protocolVersion is missing.");
  if (!message.params.capabilities.starts_with('{')) return wrong("capabilities has to be an object.");
  if (!message.params.client_info.starts_with('{')) return wrong("clientInfo has to be an object.");
  return {};
}

std::string initialize_result(const Session& session, const mcp::Responder::About& about) {
  auto capabilities = mcp::to_json(about.capabilities, session.revision());
  if (about.extensions.is_object()) capabilities.set("extensions", about.extensions);
  auto result = json::Value::object({{"protocolVersion", mcp::to_string(session.revision())},
                                     {"capabilities", std::move(capabilities)},
                                     {"serverInfo", mcp::to_json(about.implementation)}});
  if (!about.instructions.empty()) result.set("instructions", about.instructions);
  return result.str();
}

void take_message(Session& session, const mcp::Message& message, std::string_view text, const mcp::Client& client,
                  mcp::Responder& responder) {
  if (message.rpc.type == jsonrpc::Type::response) return session.answered(message, text);
  if (message.rpc.method == mcp::notification::kInitialized) {
    session.initialized = true;
  } else if (message.rpc.method == mcp::notification::kCancelled) {
    return session.cancel(message.params.request_id);
  }
  responder.notified(message, client);
}

Task<mcp::Reply> answer_legacy(Session& session, const mcp::Call& call, mcp::Responder& responder) {
  const mcp::Message& request = call.request;
  if (request.method == mcp::Method::ping) co_return mcp::Answer::of("{}");
  if (!mcp::exists_in(request.method, session.revision())) {
    co_return fail(Kind::method_not_found, Origin::client,
                   "Method not found: " + std::string(request.rpc.method.substr(0, 100)));
  }
  if (session.is_running(request.rpc.id)) {
    co_return fail(Kind::invalid_request, Origin::client, "A request with this id is still being answered.");
  }
  if (request.method == mcp::Method::logging_set_level) {
    const auto level = mcp::parse_log_level(request.params.level);
    if (!level)
      co_return fail(Kind::invalid_params, Origin::client,
                     "level has to be one of debug, info, notice, warning, error, critical, alert, emergency.");
    session.log_level = level;
  }
  const Session::Running running(session, request.rpc.id, call.cancel);
  co_return co_await responder.answer(call);
}

}  // namespace gatehouse::transport
