// Stateless requests of 2026-07-28: everything the answer depends on is in the request.
#include <gatehouse/transport/mirrored_headers.hpp>
#include <gatehouse/transport/modern.hpp>
#include <gatehouse/transport/streamable_http.hpp>

#include "src/transport/http_events.hpp"

namespace gatehouse::transport {

Task<void> StreamableHttp::modern_post(net::HttpExchange& exchange, const mcp::Principal& who,
                                       const mcp::Message& message) {
  if (message.rpc.type == jsonrpc::Type::response) {
    co_return co_await refuse(exchange, {},
                              {Kind::invalid_request, Origin::client,
                               "A stateless client sends no responses: repeat the request with inputResponses."});
  }
  if (message.rpc.type == jsonrpc::Type::notification) {
    // Nothing a stateless client could notify about exists over HTTP (basic/transports/streamable-http, note on notifications).
    (void)co_await exchange.respond(202, {}, {});
    co_return;
  }
  auto checked = check_modern_metadata(message);
  if (checked) checked = check_mirrored_headers(exchange.head(), message);
  if (checked) checked = check_modern_version(message);
  if (checked) checked = check_modern_method(message);
  if (!checked) co_return co_await refuse(exchange, message.rpc.id, checked.error());

  mcp::Client client = modern_client(message, exchange.peer_address(), exchange.head().value("User-Agent"));
  const auto parameters = parameter_headers(exchange.head());
  client.parameter_headers = {parameters.data(), parameters.size()};
  client.mirrors_headers = true;
  client.who = &who;
  HttpEvents events(exchange, {streams_, logs_}, who, nullptr);
  Cancel cancel;  // closing the response stream is how a stateless client cancels (TR-516)
  const Cancel::Hook disconnect(exchange.peer_gone(), [&] { cancel.request(exchange.peer_gone().reason()); });
  auto reply = co_await answer_modern({message, client, events, cancel, Clock::now()}, responder_);
  if (!reply && reply.error().kind == Kind::cancelled && cancel.requested()) co_return;  // nobody reads an answer
  const mcp::Revision revision = client.revision;
  const std::string id(message.rpc.id);
  if (reply && (*reply)->stream && events.open()) {
    const Cancel::Hook closing(events.closing(), [&cancel] { cancel.request(CancelReason::shutting_down); });
    exchange.forget_request();  // `message` and `client` end here
    co_await (*reply)->stream->run(events, cancel);
    if (cancel.reason() == CancelReason::client_gone) co_return;
  }
  if (reply) {
    (void)co_await events.finish(Rendered(id, **reply, revision, responder_.server_info()));
  } else {
    (void)co_await events.finish(Rendered(id, reply.error(), revision), &reply.error());
  }
}

}  // namespace gatehouse::transport
