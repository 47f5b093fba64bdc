#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/client/link.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::client {

/// Which era a server is spoken to in.
enum class Era { automatic, modern, legacy };

struct ConnectOptions {
  mcp::Implementation implementation{"gatehouse", "0.1.0", ""};
  mcp::ClientCapabilities capabilities;  ///< Declared in the handshake with legacy servers.
  Era era = Era::automatic;
  Milliseconds probe_timeout{5'000};  ///< Per step of era detection and handshake.
  std::size_t max_reply_bytes = 64u << 20;
  Listener* listener =
      nullptr;  ///< For what belongs to no request; must outlive the link. Null: ignored, requests refused.
  bool listen =
      true;  ///< Keep a channel open for what the server sends on its own (GET stream, `subscriptions/listen`).
};

/// Makes the options for one start of the program; a start may have to be repeated.
using StartProcess = std::function<net::ProcessOptions()>;

/// Starts a program and speaks to it over stdio. Detects the era by `server/discover` first (TR-621 to TR-624, TR-632).
/// Errors: unavailable, bad_reply, timed_out; the message says what failed.
Task<Result<std::unique_ptr<Link>>> connect_stdio(net::Loop& loop, std::string name, StartProcess start,
                                                  ConnectOptions options, Cancel& cancel);

/// Speaks over a channel that is already open: HTTP+SSE, memory, an own transport.
Task<Result<std::unique_ptr<Link>>> connect_channel(net::Loop& loop, std::unique_ptr<transport::Channel> channel,
                                                    ConnectOptions options, Cancel& cancel);

/// `sse`: HTTP+SSE of 2024-11-05. `automatic`: Streamable HTTP, or HTTP+SSE where there is none.
enum class HttpTransport { automatic, streamable, sse };

struct HttpTarget {
  net::Url url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Sent with every request: credentials.
  HttpTransport transport = HttpTransport::automatic;
  Milliseconds connect_timeout{0};  ///< Longest wait for a connection; 0: as the HTTP client says.
};

/// Speaks Streamable HTTP or HTTP+SSE. Detects the era by a modern request first, then greets as older revisions do, then looks for
/// the event stream of HTTP+SSE (TR-625, TR-626, TR-628 to TR-633). `http` must outlive the link.
Task<Result<std::unique_ptr<Link>>> connect_http(net::Loop& loop, net::HttpClient& http, HttpTarget target,
                                                 ConnectOptions options, Cancel& cancel);

}  // namespace gatehouse::client
