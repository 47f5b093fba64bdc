#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/base/recycled.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/mcp/capabilities.hpp>
#include <gatehouse/mcp/principal.hpp>
#include <gatehouse/mcp/request.hpp>
#include <gatehouse/net/http1.hpp>

/// The one form of a request, its events and its answer inside Gatehouse: the modern, stateless one. Transports translate at
/// the edges.
namespace gatehouse::mcp {

struct Answer;
using Reply = Result<std::unique_ptr<Answer>>;

/// The way back to the client while its request runs.
class Events {
 public:
  /// Sends a notification; `params` is the object as the client shall see it. Never blocks; over its bound it drops the line.
  virtual void notify(std::string_view method, const json::Splice& params) = 0;
  /// False: the client does not read, and much waits for it already.
  [[nodiscard]] virtual bool has_room() const { return true; }
  /// Asks the client something (legacy clients only) and waits for its answer. Errors: not_bridgeable for clients that cannot be
  /// asked, cancelled, connection_lost.
  virtual Task<Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) = 0;

 protected:
  ~Events() = default;
};

/// Who is asking.
struct Client {
  Revision revision = kLatest;
  ClientCapabilities capabilities;
  std::string_view capabilities_raw;  ///< As declared; a JSON object or empty.
  std::string_view info_raw;          ///< `clientInfo`; a JSON object or empty.
  std::optional<LogLevel> log_level;  ///< The least level the client wants for this call; none: it did not say.
  std::string_view session;           ///< Legacy: session id. Empty for stateless clients.
  std::string_view address;           ///< Network address, "stdio" for a local pipe.
  std::string_view user_agent;
  std::span<const net::Header> parameter_headers;  ///< `Mcp-Param-*` of a stateless HTTP request, as they came.
  bool mirrors_headers = false;                    ///< Came over a transport where headers repeat the body.
  const Principal* who = anonymous().get();        ///< Never null; lives as long as the call.

  /// What is counted or limited goes by this; what a client may come back to, by `caller_key(*who)` (caller.hpp).
  [[nodiscard]] std::string_view principal() const { return who->key; }
};

/// One request while it is being answered. Everything is borrowed from the transport, which owns it until the answer was sent.
struct Call {
  const Message& request;
  const Client& client;
  Events& events;
  Cancel& cancel;
  TimePoint received_at;
};

enum class ResultKind { complete, input_required, task, extension };

enum class CacheScope { shared, personal };  ///< "public", "private"

/// `ttlMs` and `cacheScope` (2026-07-28 server/utilities/caching).
struct CacheHints {
  std::int64_t ttl_ms = 0;
  CacheScope scope = CacheScope::personal;
};

/// A long answer: a source of notifications that ends with a result (`subscriptions/listen`).
class Stream {
 public:
  virtual ~Stream() = default;
  /// Runs until the stream ends by itself (then a result follows) or `cancel` is requested.
  virtual Task<void> run(Events& events, Cancel& cancel) = 0;
};

/// What a peer answered: a result object or a JSON-RPC error object, as bytes with edits.
/// In canonical form the envelope members of a result (`resultType`, `ttlMs`, `cacheScope`, `_meta[serverInfo]`) do not count,
/// even if they are in the bytes: `kind` and `cache` say the same, and the front writes what its client's revision wants.
struct Answer : Recycled {
  Buffer storage;                             ///< Owns what `body` points into, when the answer came from a server.
  std::shared_ptr<const std::string> shared;  ///< Or this does: an answer that many clients get.
  ResultView view;  ///< Of a server's result; empty for answers made here, which have no envelope members.
  json::Splice body;
  bool is_error = false;           ///< `body` is an error object `{"code":…,"message":…}`.
  int error_code = 0;              ///< Its code.
  bool is_tool_error = false;      ///< `isError: true` in a tool's result.
  bool is_server_failure = false;  ///< An error that came with an HTTP status of 5xx.
  ResultKind kind = ResultKind::complete;
  std::string kind_name;  ///< For ResultKind::extension: the `resultType`.
  std::optional<CacheHints> cache;
  std::string extra_meta;          ///< Members to add to the result's `_meta`: `"key":value,…`, or empty.
  std::unique_ptr<Stream> stream;  ///< Runs before `body` is sent.

  /// Owns `text`, one result object.
  [[nodiscard]] static std::unique_ptr<Answer> of(std::string text);
  [[nodiscard]] static std::unique_ptr<Answer> of(std::shared_ptr<const std::string> text);
};

/// Answers requests: a server, or a gateway's pipeline.
class Responder {
 public:
  virtual Task<Reply> answer(const Call& call) = 0;
  /// A notification of a client that belongs to no transport mechanism (roots changed, vendor notifications).
  virtual void notified(const Message& notification, const Client& client) { (void)notification, (void)client; }
  /// What `initialize` and `server/discover` tell about the server, in the client's revision.
  struct About {
    Implementation implementation;
    ServerCapabilities capabilities;
    json::Value extensions;  ///< Object or null.
    std::string instructions;
  };
  [[nodiscard]] virtual About about(const Client& client) = 0;
  /// `about().implementation` as ready-made JSON: it goes into every modern result.
  [[nodiscard]] virtual std::string_view server_info() const = 0;
  /// A legacy session came back to its stream too late: what happened meanwhile was not kept.
  virtual void events_missed(std::string_view session) { (void)session; }
  /// A legacy session ended; what was kept for it can go.
  virtual void session_ended(std::string_view session) { (void)session; }

 protected:
  ~Responder() = default;
};

}  // namespace gatehouse::mcp
