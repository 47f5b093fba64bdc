#pragma once
#include <deque>
#include <string>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/transport/render.hpp>
#include <gatehouse/transport/session.hpp>

namespace gatehouse::transport {

/// Which of the two forms of an answer the client takes.
struct AcceptedForms {
  bool json = true, stream = true;
};
[[nodiscard]] AcceptedForms accepted_forms(const net::RequestHead& head);

/// The response to one POST. It stays undecided between one JSON object and an event stream until something has to go out
/// before the answer (TR-426).
class HttpEvents final : public mcp::Events, public MessageSink {
 public:
  /// `session` is null for stateless clients.
  HttpEvents(net::HttpExchange& exchange, Session* session);

  void notify(std::string_view method, const json::Splice& params) override;
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;
  bool deliver(const json::Pieces& message) override;

  /// Opens the event stream now.
  bool open();
  [[nodiscard]] bool is_open() const { return open_; }
  /// Sends the final message and ends the response.
  Task<void> finish(const Rendered& message);
  /// The same for the answers of a batch: one array, or one event each.
  Task<void> finish_batch(const std::deque<Rendered>& messages);

 private:
  net::HttpExchange& exchange_;
  Session* session_;
  AcceptedForms forms_;
  bool open_ = false;
};

}  // namespace gatehouse::transport
