#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/mcp/call.hpp>

namespace gatehouse::tasks {

/// A request made here, with the bytes it points into.
class OwnMessage {
 public:
  /// `text`: one JSON-RPC request. Errors: as mcp::read_message.
  [[nodiscard]] static Result<OwnMessage> of(std::string_view text);
  /// `params`: a JSON object.
  [[nodiscard]] static Result<OwnMessage> of(mcp::Method method, std::string_view params);

  [[nodiscard]] const mcp::Message& operator*() const { return message_; }

 private:
  Buffer text_;
  mcp::Message message_;
};

/// `{"taskId":…}`
[[nodiscard]] std::string task_params(std::string_view id);

/// A client whose request is over while something still happens for it. As a stateless one, which is what it is for everything
/// further in.
class OwnClient {
 public:
  OwnClient(const mcp::Client& client, bool takes_tasks);
  OwnClient(const OwnClient&) = delete;
  OwnClient& operator=(const OwnClient&) = delete;

  [[nodiscard]] const mcp::Client& operator*() const { return client_; }

 private:
  std::shared_ptr<const mcp::Principal> who_;
  std::string info_raw_, address_, user_agent_;
  mcp::Client client_;
};

/// Of a client that is not there: nothing can be told or asked.
class NobodyThere final : public mcp::Events {
 public:
  void notify(std::string_view, const json::Splice&) override {}
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;
};

}  // namespace gatehouse::tasks
