#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/call.hpp>

/// One connection to one server, whatever carries it and whatever era it speaks.
namespace gatehouse::client {

/// What the server told about itself.
struct Peer {
  mcp::Revision revision = mcp::kLatest;
  mcp::ServerCapabilities capabilities;
  json::Value capabilities_raw;
  mcp::Implementation implementation;
  std::string instructions;
};

/// Says of a key whether it is meant.
using KeyFilter = FunctionRef<bool(std::string_view key)>;

/// A request on its way to a server. Borrowed until the reply is there.
struct Request {
  mcp::Method method = mcp::Method::other;
  std::string_view method_name;
  const mcp::Params* params = nullptr;  ///< As read from the caller; null: none.
  const json::Splice* edits =
      nullptr;  ///< Edits of `params->object.text` (names, URIs); null: none. `_meta` is the link's business.
  mcp::ClientCapabilities capabilities;            ///< Modern servers: what the asker can do.
  std::optional<mcp::LogLevel> log_level;          ///< Modern servers: the least level wanted.
  std::span<const net::Header> parameter_headers;  ///< Modern HTTP: `Mcp-Param-*` to pass on (TR-566).
  std::string_view local_name;                     ///< Modern HTTP: value of `Mcp-Name`; empty: none.
  Milliseconds idle_timeout{60'000};               ///< Longest silence; progress and server requests restart it.
  Milliseconds max_timeout{900'000};
  Milliseconds first_timeout{0};  ///< Longest silence before the first sign of an answer, if shorter; 0: as all others.
  std::optional<KeyFilter> withheld_meta =
      {};                            ///< Members of the caller's `_meta`, beside the protocol's own, that stay here.
  mcp::Uris uris = mcp::Uris::skip;  ///< Collect the URIs of the result.
  /// Where requests share a channel: questions and log lines that name no request may be about this one. Only for connections whose
  /// requests all come from the same client.
  bool takes_unattributed = true;
};

/// Gets what the server sends besides answers. All functions run on the link's loop.
class Listener {
 public:
  virtual ~Listener() = default;
  /// A notification: progress and log messages of a request, or (on the link's own listener) everything else.
  /// `progressToken` is the link's, not the asker's.
  virtual void notified(const mcp::Message& notification) = 0;
  /// The server asks something (legacy). `request` lives until the task ends.
  virtual Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) = 0;
  /// On the link's own listener: of the resources in `asked`, which are what Link::watch was given or a part of it, the server
  /// watches those in `accepted`.
  virtual void watching(std::span<const std::string> asked, std::span<const std::string> accepted) {
    (void)asked, (void)accepted;
  }
};

class Link {
 public:
  virtual ~Link() = default;

  [[nodiscard]] virtual const Peer& peer() const = 0;
  /// False once the connection is known to be dead; requests then fail with `unavailable`.
  [[nodiscard]] virtual bool usable() const = 0;
  /// True if what a server sends during a request arrives apart from everything else (Streamable HTTP). Otherwise requests share
  /// one channel, and nothing says which of them made the server ask or log.
  [[nodiscard]] virtual bool separates_requests() const { return true; }
  /// Sends a request under a fresh id and a fresh progress token (if the caller has one) and waits for its answer, which has the
  /// canonical form. `listener` gets what belongs to this request. `cancel` is of this request alone: the end of its time is
  /// requested on it, too.
  /// Errors (origin upstream): unavailable, outcome_unknown, bad_reply, timed_out, too_large, cancelled, state_lost (the
  /// server forgot the session; the request did not run).
  virtual Task<mcp::Reply> request(const Request& request, Listener& listener, Cancel& cancel) = 0;
  /// `params`: a JSON object or empty. Errors are logged, not reported: nobody waits for a notification.
  virtual void notify(std::string_view method, std::string params) = 0;
  /// Keeps exactly these resources of the server watched, instead of those of the last call. The link's own listener hears what the
  /// server accepts (Listener::watching), then `notifications/resources/updated`. Only for links that have a listener and listen.
  virtual void watch(std::vector<std::string> uris) = 0;
  /// Ends the connection in order; nothing may be running.
  virtual Task<void> close() = 0;
  /// Returns when the connection is known to be dead or `cancel` is requested. One waiter.
  virtual Task<void> wait_closed(Cancel& cancel) = 0;
};

}  // namespace gatehouse::client
