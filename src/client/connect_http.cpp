#include <gatehouse/transport/mirrored_headers.hpp>

#include "src/client/handshake.hpp"
#include "src/client/http_link.hpp"
#include "src/client/sse_channel.hpp"

namespace gatehouse::client {
namespace {

/// Says nothing about the era: never downgrade on it (TR-631).
bool is_inconclusive(int status) { return status == 401 || status == 403 || status == 429 || status >= 500; }

/// Older servers answer so where they have no Streamable HTTP (TR-628 to TR-630).
bool says_nothing_here(int status) {
  return status >= 400 && status < 500 && status != 408 && !is_inconclusive(status);
}

Request bare(mcp::Method method, const ConnectOptions& options) {
  return {.method = method, .method_name = mcp::to_string(method), .capabilities = options.capabilities};
}

/// One request outside any link, during detection.
Task<Result<HttpOutcome>> ask(HttpLinkParts& parts, std::string_view text, std::span<const net::Header> headers,
                              std::uint64_t id, Cancel& outer) {
  Cancel cancel;
  const Cancel::Hook stop(outer, [&] { cancel.request(outer.reason()); });
  const net::Deadline deadline(parts.loop.timers(), parts.options.probe_timeout, cancel);
  const json::Pieces body(1, text);
  const HttpPost post{.fixed_headers = parts.headers, .headers = headers, .body = &body, .id = id};
  const auto nothing = [](const mcp::Message&, std::string_view) {};
  auto outcome = co_await exchange(parts.server, post, nothing, nullptr, cancel);
  if (!outcome && outer.requested()) co_return fail(given_up(outer));
  if (!outcome && cancel.requested()) {
    co_return fail(
        Kind::timed_out, Origin::upstream,
        "The server did not answer " + std::string(headers.empty() ? "initialize" : "server/discover") + " in time.");
  }
  co_return outcome;
}

/// What one `server/discover` says about the era. Errors: nothing can be said about it.
Task<Result<ProbeResult>> discover(HttpLinkParts& parts, Cancel& cancel) {
  ProbeResult legacy;
  const std::uint64_t id = parts.next_id++;
  const Sender sender{mcp::to_json(parts.options.implementation).str()};
  const Outgoing message(id, bare(mcp::Method::discover, parts.options), &sender);
  const net::Header headers[] = {{transport::kVersionHeader, mcp::to_string(sender.revision)},
                                 {transport::kMethodHeader, mcp::to_string(mcp::Method::discover)}};
  auto outcome = co_await ask(parts, message.str(), headers, id, cancel);
  if (!outcome) {
    // An answer that is no JSON-RPC at all is a very old server's.
    if (outcome.error().kind == Kind::bad_reply) co_return legacy;
    co_return fail(std::move(outcome.error()));
  }
  if (!outcome->answer) {
    if (is_inconclusive(outcome->status)) co_return fail(no_answer(*outcome));
    co_return legacy;
  }
  co_return read_discover_answer(*outcome->answer);
}

/// True: modern, `parts.peer` is filled. False: try `initialize`. Errors: nothing can be said about the era.
Task<Result<bool>> probe_modern(HttpLinkParts& parts, Cancel& cancel) {
  auto probed = co_await discover(parts, cancel);
  // Refused in a way that only modern servers know (GB-022): asked once more, it may say what it offers.
  if (probed && probed->probe == Probe::modern_without_discover) {
    auto again = co_await discover(parts, cancel);
    if (again && again->probe == Probe::modern) probed = std::move(again);
  }
  if (!probed) co_return fail(std::move(probed.error()));
  if (probed->probe == Probe::legacy) co_return false;
  parts.peer = std::move(probed->peer);
  co_return true;
}

void add_session_headers(std::string& headers, std::string_view session, mcp::Revision revision) {
  if (!session.empty()) headers.append(transport::kSessionHeader).append(": ").append(session).append("\r\n");
  if (mcp::sends_version_header(revision))
    headers.append(transport::kVersionHeader).append(": ").append(mcp::to_string(revision)).append("\r\n");
}

/// `is_nothing_here`: the status says that Streamable HTTP is not spoken at this address.
Task<Result<std::unique_ptr<Link>>> initialize(HttpLinkParts parts, bool& is_nothing_here, Cancel& cancel) {
  const std::uint64_t id = parts.next_id++;
  const std::string text = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"initialize","params":)" +
                           initialize_params(parts.options) + "}";
  auto outcome = co_await ask(parts, text, {}, id, cancel);
  if (!outcome) co_return fail(std::move(outcome.error()));
  is_nothing_here = says_nothing_here(outcome->status);
  if (!outcome->answer) co_return fail(no_answer(*outcome));
  if (auto gap = read_discover_answer(*outcome->answer); gap.probe == Probe::modern_without_discover) {
    parts.peer = std::move(gap.peer);  // a modern server without discovery: it named its versions (GB-024)
    co_return make_modern_http_link(std::move(parts));
  }
  auto peer = read_initialize_result(*outcome->answer);
  if (!peer) co_return fail(std::move(peer.error()));
  parts.peer = std::move(*peer);
  add_session_headers(parts.headers, outcome->session, parts.peer.revision);
  // Servers may refuse requests that overtake this, so it is sent before anybody gets the link.
  auto ready = co_await ask(parts, notification_text(mcp::notification::kInitialized, {}), {}, 0, cancel);
  if (!ready) co_return fail(std::move(ready.error()));
  co_return make_legacy_http_link(std::move(parts), std::move(outcome->session));
}

Task<Result<std::unique_ptr<Link>>> connect_sse(net::Loop& loop, net::HttpClient& http, HttpTarget target,
                                                ConnectOptions options, Cancel& cancel) {
  const SseOptions sse{.open_timeout = options.probe_timeout,
                       .connect_timeout = target.connect_timeout,
                       .max_event_bytes = options.max_reply_bytes};
  auto channel = co_await open_sse(loop, http, std::move(target), sse, cancel);
  if (!channel) co_return fail(std::move(channel.error()));
  options.era = Era::legacy;  // it exists in no other
  co_return co_await connect_channel(loop, std::move(*channel), std::move(options), cancel);
}

Task<Result<std::unique_ptr<Link>>> connect_streamable(net::Loop& loop, net::HttpClient& http, HttpTarget target,
                                                       ConnectOptions options, bool& is_nothing_here, Cancel& cancel) {
  auto headers = fixed_headers(target.headers);
  if (!headers) co_return fail(std::move(headers.error()));
  HttpLinkParts parts{.loop = loop,
                      .server = {http, std::move(target.url), options.max_reply_bytes, target.connect_timeout},
                      .headers = std::move(*headers),
                      .options = std::move(options),
                      .peer = {}};
  if (parts.options.era != Era::legacy) {
    auto modern = co_await probe_modern(parts, cancel);
    if (!modern) co_return fail(std::move(modern.error()));
    if (*modern) co_return make_modern_http_link(std::move(parts));
    if (parts.options.era == Era::modern) {
      co_return fail(Kind::bad_reply, Origin::upstream, "The server does not speak a modern protocol version.");
    }
  }
  if (cancel.requested()) co_return fail(given_up(cancel));
  co_return co_await initialize(std::move(parts), is_nothing_here, cancel);
}

}  // namespace

Task<Result<std::unique_ptr<Link>>> connect_http(net::Loop& loop, net::HttpClient& http, HttpTarget target,
                                                 ConnectOptions options, Cancel& cancel) {
  if (target.transport == HttpTransport::sse)
    co_return co_await connect_sse(loop, http, std::move(target), std::move(options), cancel);
  bool is_nothing_here = false;
  auto link = co_await connect_streamable(loop, http, target, options, is_nothing_here, cancel);
  const bool may_be_older = !link && is_nothing_here && target.transport == HttpTransport::automatic;
  if (!may_be_older || cancel.requested()) co_return link;
  auto older = co_await connect_sse(loop, http, std::move(target), std::move(options), cancel);
  if (older) co_return older;
  link.error().message += " It offers no HTTP+SSE either.";
  link.error().detail += "; HTTP+SSE: " + older.error().message;
  co_return link;
}

}  // namespace gatehouse::client
