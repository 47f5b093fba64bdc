// Sessions over Streamable HTTP, 2025-03-26 to 2025-11-25: POST and DELETE.
#include <array>
#include <deque>

#include <gatehouse/json/value.hpp>
#include <gatehouse/transport/legacy.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>
#include <gatehouse/transport/streamable_http.hpp>

#include "src/transport/http_events.hpp"

namespace gatehouse::transport {
namespace {

Result<void> check_version_header(const net::RequestHead& head) {
  const net::Header* version = head.find(kVersionHeader);
  if (!version || mcp::parse_revision(version->value)) return {};
  return fail(Kind::invalid_request, Origin::client, "MCP-Protocol-Version names a version that is not supported here.");
}

Error unknown_session() {
  return {Kind::session_not_found, Origin::client, "Session not found: start again with initialize."};
}

}  // namespace

/// A session belongs to whoever began it: for everybody else it does not exist (RS-90).
Result<std::shared_ptr<Session>> StreamableHttp::find_session(const net::HttpExchange& exchange,
                                                              const mcp::Principal& who) {
  const net::Header* id = exchange.head().find(kSessionHeader);
  if (!id) return fail(Kind::session_required, Origin::client, "Mcp-Session-Id is missing: start with initialize.");
  if (auto version = check_version_header(exchange.head()); !version) return fail(std::move(version.error()));
  auto session = sessions_.find(id->value, Clock::now());
  if (!session || !session->belongs_to(who)) return fail(unknown_session());
  return session;
}

Result<std::shared_ptr<Session>> StreamableHttp::find_session_without_body(const net::HttpExchange& exchange,
                                                                           const mcp::Principal& who) {
  const net::Header* version = exchange.head().find(kVersionHeader);
  const bool modern = version && mcp::looks_modern(version->value);
  if (modern || (!version && !exchange.head().find(kSessionHeader)))
    return fail(Kind::method_not_allowed, Origin::client, "Send MCP messages with POST.");
  return find_session(exchange, who);
}

Task<void> StreamableHttp::legacy_post(net::HttpExchange& exchange, const mcp::Principal& who,
                                       const mcp::Message& message) {
  if (message.method == mcp::Method::initialize) return initialize(exchange, who, message);
  auto session = find_session(exchange, who);
  if (session && message.rpc.type == jsonrpc::Type::request)
    return legacy_call(exchange, who, std::move(*session), message);
  return legacy_message(exchange, who, std::move(session), message);
}

/// What is no call: a message that wants no answer, or one without a session.
Task<void> StreamableHttp::legacy_message(net::HttpExchange& exchange, const mcp::Principal& who,
                                          Result<std::shared_ptr<Session>> session, const mcp::Message& message) {
  if (!session) co_return co_await refuse(exchange, message.rpc.id, session.error(), mcp::kLatestLegacy);
  const auto client = (*session)->client(who, exchange.peer_address(), exchange.head().value("User-Agent"));
  take_message(**session, message, exchange.body(), client, responder_);
  (void)co_await exchange.respond(202, {}, {});
}

Task<void> StreamableHttp::initialize(net::HttpExchange& exchange, const mcp::Principal& who,
                                      const mcp::Message& message) {
  auto checked = check_initialize(message);
  if (checked && exchange.head().find(kSessionHeader)) {
    checked =
        fail(Kind::invalid_request, Origin::client, "initialize starts a new session: send it without Mcp-Session-Id.");
  }
  if (!checked) co_return co_await refuse(exchange, message.rpc.id, checked.error(), mcp::kLatestLegacy);
  auto session = sessions_.create(message, who, Clock::now());
  if (!session) co_return co_await refuse(exchange, message.rpc.id, session.error(), mcp::kLatestLegacy);
  const auto client = (*session)->client(who, exchange.peer_address(), exchange.head().value("User-Agent"));
  const auto answer = mcp::Answer::of(initialize_result(**session, responder_.about(client)));
  const Rendered rendered(message.rpc.id, *answer, (*session)->revision(), responder_.server_info());
  const std::array headers = {net::Header{"Content-Type", kJsonType}, net::Header{kSessionHeader, (*session)->id()}};
  (void)co_await exchange.respond(200, headers, rendered.pieces());
}

Task<mcp::Reply> StreamableHttp::answer_in_session(Session& session, const mcp::Call& call) {
  if (session.running() >= options_.max_calls_per_session) {
    return []() -> Task<mcp::Reply> {
      co_return fail(Kind::limit_exceeded, Origin::client,
                     "Too many requests of this session are still being answered.");
    }();
  }
  return answer_legacy(session, call, responder_);
}

Task<void> StreamableHttp::legacy_call(net::HttpExchange& exchange, const mcp::Principal& who,
                                       std::shared_ptr<Session> kept, const mcp::Message& message) {
  Session& session = *kept;
  const auto client = session.client(who, exchange.peer_address(), exchange.head().value("User-Agent"));
  HttpEvents events(exchange, {streams_, logs_}, who, &session, message.rpc.id);
  if (mcp::has_priming_event(client.revision)) may_become_stream(events);
  Cancel cancel;  // a lost connection is no cancellation here (TR-424), the end of this process is
  const Cancel::Hook shutdown(exchange.peer_gone(), [&] {
    if (exchange.peer_gone().reason() == CancelReason::shutting_down) cancel.request(CancelReason::shutting_down);
  });
  auto reply = co_await answer_in_session(session, {message, client, events, cancel, session.last_used});
  sessions_.touch(session, Clock::now());
  if (reply) {
    (void)co_await events.finish(Rendered(message.rpc.id, **reply, client.revision, responder_.server_info()));
  } else {
    (void)co_await events.finish(Rendered(message.rpc.id, reply.error(), client.revision), &reply.error());
  }
}

Task<void> StreamableHttp::remove(net::HttpExchange& exchange, const mcp::Principal& who) {
  auto session = find_session_without_body(exchange, who);
  if (!session) co_return co_await refuse(exchange, {}, session.error(), mcp::kLatestLegacy);
  sessions_.end((*session)->id());
  (void)co_await exchange.respond(204, {}, {});
}

}  // namespace gatehouse::transport
