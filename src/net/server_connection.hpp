#pragma once
#include <memory>
#include <optional>
#include <string>

#include <gatehouse/base/signal.hpp>

#include "src/net/http_server_impl.hpp"
#include "src/net/response_head.hpp"
#include "src/net/stream.hpp"

namespace gatehouse::net {

/// One accepted connection and, in turn, each exchange on it.
class ServerConnection final : public Phased, public HttpExchange, private Watch::Listener {
 public:
  ServerConnection(HttpServer::Impl& server, Fd fd, std::string peer);
  ~ServerConnection() override;

  Task<void> run();    ///< Until the connection is finished.
  void finish_soon();  ///< No further request: an idle connection closes, a busy one after its response.
  void cut();          ///< Cancels the exchange and closes.

  // HttpExchange
  [[nodiscard]] const RequestHead& head() const override { return work_->reader.head(); }
  [[nodiscard]] std::string_view body() const override { return work_->reader.body(); }
  void forget_request() override;
  [[nodiscard]] std::string_view peer_address() const override { return peer_; }
  [[nodiscard]] const PeerCertificate* peer_certificate() const override { return certificate_.get(); }
  Task<Result<void>> respond(int status, std::span<const Header> headers, const json::Pieces& body) override;
  Result<void> begin_stream(int status, std::span<const Header> headers) override;
  bool push(std::string_view bytes) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return queue_.size() - queue_sent_; }
  Task<Result<void>> end_stream(const json::Pieces& last) override;
  [[nodiscard]] Cancel& peer_gone() override { return *gone_; }

 private:
  enum class Input { wait, request, refused, timed_out, closed };
  enum class Answer { none, whole, streaming, ended };

  void on_hangup() override;
  void on_overdue() override;

  void enter(Phase phase) {
    timed_out_ = false;
    server_.phases.enter(*this, phase);
  }
  ServerWorkspace& work();
  Task<bool> secure();
  [[nodiscard]] bool has_input() const;
  Input receive();
  Input wait_for_input();
  bool send_continue();
  Task<void> serve();
  bool refuses_early();
  Task<void> refuse();
  Task<bool> send_refusal();
  Task<void> linger();
  Result<void> lost();
  ResponseFraming framing(int status);
  Task<Result<void>> send(Gather bytes);
  Task<void> flush();
  void write_queue();
  void drop_sent();

  HttpServer::Impl& server_;
  Stream stream_;
  std::string peer_;
  std::unique_ptr<PeerCertificate> certificate_;
  std::unique_ptr<ServerWorkspace> work_;
  std::optional<Cancel> gone_;                           // of the current exchange
  std::unique_ptr<RequestReader::Refusal> refusal_;      // of the codec
  std::unique_ptr<HttpHandler::Refusal> early_refusal_;  // of the handler

  std::string queue_;  // of a stream: what the socket has not taken yet
  std::size_t queue_sent_ = 0;
  Signal queued_, flushed_;
  bool flushing_ = false;  // flush() runs

  Answer answer_ = Answer::none;
  std::uint8_t minor_version_ = 1;  // what remains of the request's head when that is forgotten
  bool to_head_request_ = false;
  bool keep_alive_ = true;
  bool yields_ = false;  // the last answer was 4xx: other connections go first
  bool broken_ = false;  // nothing can be sent any more
  bool timed_out_ = false;
};

}  // namespace gatehouse::net
