#pragma once
#include <string>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/connect.hpp>

#include "src/client/http_exchange.hpp"
#include "src/client/outgoing.hpp"
#include "src/client/questions.hpp"

/// The two kinds of Streamable HTTP connections. They share http_exchange; what differs is in their own files.
namespace gatehouse::client {

struct HttpLinkParts {
  net::Loop& loop;
  HttpServerTarget server;
  std::string headers;  ///< Ready-made lines for every request.
  ConnectOptions options;
  Peer peer;
  std::uint64_t next_id = 1;  ///< First free request id.
};

/// Waits `delay` between attempts of a stream that should always be open; doubles it up to half a minute.
[[nodiscard]] Milliseconds next_delay(Milliseconds delay);

/// Tells the link's listener that a stream of changes was interrupted: every list may have changed (GB-186).
void announce_changes(Listener& listener, const mcp::ServerCapabilities& capabilities);

/// Stateless, 2026-07-28.
[[nodiscard]] std::unique_ptr<Link> make_modern_http_link(HttpLinkParts parts);
/// With a session, 2025-03-26 to 2025-11-25. `session` may be empty: servers may do without. `parts.headers` carries session and
/// version; the handshake is over.
[[nodiscard]] std::unique_ptr<Link> make_legacy_http_link(HttpLinkParts parts, std::string session);

}  // namespace gatehouse::client
