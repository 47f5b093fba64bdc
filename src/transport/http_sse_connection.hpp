#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gatehouse/mcp/caller.hpp>
#include <gatehouse/transport/http_sse.hpp>
#include <gatehouse/transport/render.hpp>

namespace gatehouse::transport {

/// One open stream, its session, and what runs in it.
class HttpSse::Connection final : public MessageSink {
 public:
  Connection(HttpSse& owner, net::HttpExchange& exchange, const mcp::Principal& who);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] const std::string& id() const { return id_; }
  /// Nobody else may send messages to it. Rule: LG-22.
  [[nodiscard]] bool belongs_to(const mcp::Principal& who) const { return mcp::is_same_caller(who, *who_); }
  /// From the `endpoint` event to the end of the stream and of everything that ran.
  Task<void> live();
  /// Takes the body of one POST: a message, or a batch where the revision has them. Errors: what is wrong with it; `id` is set to that
  /// of the message, if it can be read.
  Result<void> take(std::string_view body, const mcp::Principal& who, std::string& id);
  bool deliver(const json::Pieces& message) override;
  /// Ends the connection if it is old enough to have a session and has none.
  void expire(TimePoint now);

 private:
  class Request;
  Result<void> take_one(std::string_view body, const mcp::Principal& who, std::string& id);
  Result<void> take_batch(std::string_view body, const mcp::Principal& who);
  Task<void> answer(Buffer text, mcp::Message message, std::shared_ptr<const mcp::Principal> who);
  Task<mcp::Reply> reply_to(Request& request);
  Task<mcp::Reply> initialize(const mcp::Message& message);
  Task<void> send(const Rendered& message);
  /// Returns when nothing runs any more, or `late` is requested.
  Task<void> finish_calls(Cancel& late);
  void cancel_all(CancelReason reason);
  [[nodiscard]] mcp::Client client(const mcp::Principal& who) const;

  HttpSse& owner_;
  net::HttpExchange& exchange_;
  const std::shared_ptr<const mcp::Principal> who_;  // who opened it, as he was then
  const std::string id_, address_, user_agent_;
  OpenStream open_;
  const TimePoint opened_;
  std::shared_ptr<Session> session_;
  std::vector<Request*> requests_;
  bool stopping_ = false;
  Signal idle_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::transport
