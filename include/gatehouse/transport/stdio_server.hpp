#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/transport/channel.hpp>
#include <gatehouse/transport/session.hpp>

/// The server's side of one channel (stdio), both eras at once: `initialize` opens the one session of the process, and requests
/// that carry their own metadata are served statelessly at any time. Rule: gateway rule GB-015, 2026-07-28 basic/versioning.
namespace gatehouse::transport {

struct StdioServerOptions {
  std::size_t max_json_depth = 128;
  std::size_t max_batch = 100;
  std::size_t max_running = 256;  ///< Requests answered at a time; more get limit_exceeded.
  std::size_t max_queued_bytes =
      4u << 20;  ///< Notifications that wait for a client that does not read; more are dropped.
  std::shared_ptr<const mcp::Principal> who = mcp::local_owner();  ///< Whoever is at the other end. Never null.
  Milliseconds linger{
      10'000};  ///< After the end of the client's input: how long running requests may take to be answered.
};

/// Requests run side by side. Answers and notifications leave in the order in which they are made. Nothing is sent for a request
/// after it was cancelled. A line that is no message gets a JSON-RPC error, without an id if none could be read.
class StdioServer {
 public:
  /// `channel` and `responder` have to outlive it.
  StdioServer(net::Loop& loop, Channel& channel, mcp::Responder& responder, StdioServerOptions options = {});
  ~StdioServer();  ///< REQUIRES: `serve` has returned, or was never called.
  StdioServer(const StdioServer&) = delete;
  StdioServer& operator=(const StdioServer&) = delete;

  /// Returns after `stop`, or when the channel's input ended and everything that ran is gone. A client that only ended its input (a
  /// script with a pipe) still gets its answers: it cannot be asked any more, listen streams end with their result, other requests
  /// have `linger`. What takes longer is cancelled and still answers; what nobody would read any more is cancelled at once.
  /// Call once.
  Task<void> serve();
  /// Ends in an orderly way: reads no more, listen streams end with their result, everything else is cancelled and still
  /// answers; then the channel is closed and `serve` returns.
  void stop();

  /// Holds the one session, once there is one.
  [[nodiscard]] Sessions& sessions() { return sessions_; }
  [[nodiscard]] std::size_t running() const { return requests_.size(); }

 private:
  class Request;
  class Stdout;
  void take(Buffer text);
  void take_notification(const mcp::Message& message, std::string_view text);
  void take_batch(Buffer text);
  void initialize(const mcp::Message& message);
  Task<void> answer(Buffer text, mcp::Message message, bool modern);
  Task<void> answer_batch(Buffer text, std::vector<mcp::Message> messages);
  Task<mcp::Reply> reply_to(Request& request);
  void refuse(std::string_view id, const Error& error);
  bool deliver(const json::Pieces& message);
  Task<void> send(const json::Pieces& message);
  Task<void> send_text(std::string text);
  void cancel_all(CancelReason reason);
  void cancel_each(CancelReason reason, FunctionRef<bool(const Request&)> which);
  Task<void> part();
  Task<void> close_unless(Cancel& written);
  Task<void> wind_down();

  net::Loop& loop_;
  Channel& channel_;
  mcp::Responder& responder_;
  StdioServerOptions options_;
  Sessions sessions_;
  std::shared_ptr<Session> session_;
  std::unique_ptr<Stdout> stdout_;
  Cancel stdout_replaced_;
  std::vector<Request*> requests_;
  std::size_t queued_bytes_ = 0;
  TaskGroup tasks_;
  TaskGroup closing_;
  bool stopping_ = false, parting_ = false;
  Cancel parted_;  // nothing has to be waited for
};

/// A StdioServer from its beginning to its end.
Task<void> serve_stdio(net::Loop& loop, Channel& channel, mcp::Responder& responder, StdioServerOptions options = {});

}  // namespace gatehouse::transport
