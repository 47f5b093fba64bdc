#include "src/client/http_exchange.hpp"

#include <charconv>

#include <gatehouse/base/log.hpp>
#include <gatehouse/net/sse.hpp>

namespace gatehouse::client {
namespace {

constexpr std::size_t kMaxErrorBody = 256 * 1024;

std::optional<Milliseconds> retry_after(std::string_view value) {
  unsigned seconds = 0;
  const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (status != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

/// Files one message: the response we wait for, or something for `others`.
Result<void> take(Buffer text, const HttpPost& post, OtherMessages others, CallClock* clock, HttpOutcome& outcome) {
  auto incoming = read_incoming(std::move(text), post.uris);
  if (!incoming) return fail(std::move(incoming.error()));
  outcome.was_json_rpc = true;
  const jsonrpc::Message& rpc = incoming->message.rpc;
  if (rpc.type != jsonrpc::Type::response) {
    if (clock) clock->heard();
    others(incoming->message, incoming->answer->storage.view());
    return {};
  }
  // An error without an id is about this request: there is no other one on this stream.
  const bool unnamed_error = rpc.id.empty() && incoming->answer->is_error;
  if (post.id == 0 || (own_id(rpc.id) != post.id && !unnamed_error)) {
    return fail(Kind::bad_reply, Origin::upstream, "The server answered with the id of another request.");
  }
  outcome.answer = std::move(incoming->answer);
  return check_answer(*outcome.answer);
}

Task<Result<void>> read_stream(net::HttpReply& reply, const HttpPost& post, OtherMessages others, CallClock* clock,
                               Cancel& cancel, std::size_t max_bytes, HttpOutcome& outcome) {
  net::SseParser parser(max_bytes);
  while (!outcome.answer) {
    auto bytes = co_await reply.read(cancel);
    if (!bytes) {
      if (bytes.error().kind != Kind::connection_lost || parser.last_event_id().empty())
        co_return fail(std::move(bytes.error()));
      break;  // it can be resumed
    }
    if (bytes->empty()) break;
    auto fed = parser.feed(*bytes, [&](const net::SseEvent& event) -> Result<void> {
      if (event.type != "message" || event.data.empty() || outcome.answer) return {};
      return take(Buffer::copy_of(event.data), post, others, clock, outcome);
    });
    if (!fed) co_return fail(std::move(fed.error()));
  }
  outcome.last_event_id = parser.last_event_id();
  outcome.retry = parser.retry();
  co_return Result<void>{};
}

}  // namespace

Task<Result<HttpOutcome>> exchange(const HttpServerTarget& server, const HttpPost& post, OtherMessages others,
                                   CallClock* clock, Cancel& cancel) {
  const net::HttpRequest request{.method = post.method,
                                 .fixed_headers = post.fixed_headers,
                                 .headers = post.headers,
                                 .body = post.body,
                                 .connect_timeout = server.connect_timeout};
  auto reply = co_await server.http.send(server.url, request, cancel);
  if (!reply) co_return fail(std::move(reply.error()));
  HttpOutcome outcome;
  outcome.status = reply->status();
  if (post.on_head) (*post.on_head)(outcome.status);
  if (clock) clock->begun();
  outcome.session = reply->header("Mcp-Session-Id");
  // Asked before the body is read: while it arrives, the views of the head move.
  const std::string_view type = reply->media_type();
  const bool is_stream = net::equals_ignoring_case(type, "text/event-stream");
  const bool is_json = net::equals_ignoring_case(type, "application/json");
  if (is_stream && outcome.status == 200) {
    auto read = co_await read_stream(*reply, post, others, clock, cancel, server.max_reply_bytes, outcome);
    if (!read) co_return fail(std::move(read.error()));
    co_return outcome;
  }
  outcome.retry = retry_after(reply->header("Retry-After"));
  auto body = co_await reply->body(outcome.status == 200 ? server.max_reply_bytes : kMaxErrorBody, cancel);
  if (!body) co_return fail(std::move(body.error()));
  if (!is_json || body->size() == 0) co_return outcome;
  auto taken = take(std::move(*body), post, others, clock, outcome);
  // Only a successful status promises a JSON-RPC message; proxies and old servers put their own words into error bodies.
  if (!taken && outcome.status == 200) co_return fail(std::move(taken.error()));
  if (outcome.answer) outcome.answer->is_server_failure = outcome.status >= 500;
  co_return outcome;
}

Error no_answer(const HttpOutcome& outcome) {
  const std::string status = "HTTP status " + std::to_string(outcome.status);
  Error error{Kind::unavailable, Origin::upstream, "The server did not answer the request.", status};
  switch (outcome.status) {
    case 200:
    case 202: return {Kind::bad_reply, Origin::upstream, "The server accepted the request and sent no answer.", status};
    case 401:
    case 403:
      error.message = "The server refused the gateway's credentials; the operator has to configure them.";
      break;
    case 429: error.message = "The server is limiting requests; try again later."; break;
    case 502:
    case 503:
    case 504: error.message = "The server is unavailable; try again later."; break;
    default: return {Kind::bad_reply, Origin::upstream, "The server answered with " + status + ".", status};
  }
  if (outcome.retry) error.retry = Retry::later(*outcome.retry);
  return error;
}

Result<std::string> header_lines(const std::vector<std::pair<std::string, std::string>>& own) {
  std::string lines;
  for (const auto& [name, value] : own) {
    if (!net::is_token(name) || !net::is_field_value(value)) {
      return fail(Kind::invalid_config, Origin::gateway,
                  "The header \"" + name + "\" cannot be sent: its name or value has forbidden characters.");
    }
    lines.append(name).append(": ").append(value).append("\r\n");
  }
  return lines;
}

Result<std::string> fixed_headers(const std::vector<std::pair<std::string, std::string>>& own) {
  auto lines = header_lines(own);
  if (lines) lines->insert(0, "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n");
  return lines;
}

}  // namespace gatehouse::client
