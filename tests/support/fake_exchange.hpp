#pragma once
#include <functional>
#include <string>

#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/sse.hpp>

namespace gatehouse::test {

/// An HTTP exchange in memory: a request given as text, and a response that arrives as events.
class FakeExchange final : public net::HttpExchange {
 public:
  struct Output {
    virtual void on_head(int status, std::span<const net::Header> headers) = 0;
    virtual void on_body(std::string_view body) = 0;        ///< A whole body; not called for empty ones.
    virtual void on_event(const net::SseEvent& event) = 0;  ///< Of an event stream.
    virtual void on_end() = 0;                              ///< Of an event stream.

   protected:
    ~Output() = default;
  };

  /// `head` with all its lines and the empty one. REQUIRES: it is valid.
  FakeExchange(std::string head, std::string_view body, Output& output);

  [[nodiscard]] const net::RequestHead& head() const override { return head_; }
  [[nodiscard]] std::string_view body() const override { return body_.view(); }
  [[nodiscard]] std::string_view peer_address() const override { return "127.0.0.1"; }
  Task<Result<void>> respond(int status, std::span<const net::Header> headers, const json::Pieces& body) override;
  Result<void> begin_stream(int status, std::span<const net::Header> headers) override;
  bool push(std::string_view bytes) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return 0; }
  Task<Result<void>> end_stream(const json::Pieces& last) override;
  [[nodiscard]] Cancel& peer_gone() override { return peer_gone_; }

  [[nodiscard]] bool answered() const { return answered_; }

 private:
  std::string head_text_;
  net::RequestHead head_;
  Buffer body_;
  Output& output_;
  Cancel peer_gone_;
  net::SseParser parser_;
  bool answered_ = false;
};

}  // namespace gatehouse::test
