#pragma once
#include <memory>

#include <gatehouse/transport/stdio_server.hpp>

namespace gatehouse::transport {

/// Everything that goes out without being an answer.
class StdioServer::Stdout final : public MessageSink {
 public:
  explicit Stdout(StdioServer& owner) : owner_(owner) {}
  bool deliver(const json::Pieces& message) override { return owner_.deliver(message); }

 private:
  StdioServer& owner_;
};

/// One request while it is answered, and its way back to the client.
class StdioServer::Request final : public mcp::Events {
 public:
  /// `session` is null for stateless requests. `message` outlives this.
  Request(StdioServer& owner, const mcp::Message& message, std::shared_ptr<Session> session);
  ~Request();
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  void notify(std::string_view method, const json::Splice& params) override;
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;

  /// Nobody reads an answer, or nobody wants one (TR-206).
  [[nodiscard]] bool is_mute() const {
    return cancel.reason() == CancelReason::client_asked || cancel.reason() == CancelReason::client_gone;
  }
  [[nodiscard]] std::string_view id() const { return message.rpc.id; }

  const mcp::Message& message;
  const std::shared_ptr<Session> session;
  const mcp::Client client;
  Cancel cancel;

 private:
  StdioServer& owner_;
};

}  // namespace gatehouse::transport
