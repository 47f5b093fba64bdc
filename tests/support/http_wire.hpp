#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/transport/http_sse.hpp>

#include "tests/support/conversation.hpp"
#include "tests/support/fake_exchange.hpp"

namespace gatehouse::test {

/// A conversation over HTTP with exchanges in memory: Streamable HTTP, or HTTP+SSE.
class HttpWire {
 public:
  HttpWire(net::Loop& loop, Subject& subject, mcp::Revision revision, bool is_sse = false);
  ~HttpWire();

  void send(const Step& step);
  [[nodiscard]] std::vector<std::string> take();
  void finish();  ///< The client goes; let the loop settle afterwards.

 private:
  /// One exchange and what came back on it.
  struct Exchange final : FakeExchange::Output {
    Exchange(HttpWire& owner, std::size_t number, std::string head, std::string_view body)
        : wire(owner), own_number(number), fake(std::move(head), body, *this) {}
    void on_head(int status, std::span<const net::Header> headers) override;
    void on_body(std::string_view body) override { note(std::string(body)); }
    void on_event(const net::SseEvent& event) override;
    void on_end() override { note("(end of stream)"); }
    void note(std::string text);

    HttpWire& wire;
    std::size_t own_number;
    FakeExchange fake;
  };
  [[nodiscard]] std::string shown(std::string_view event_id);  ///< With the stream's number for its random name.
  [[nodiscard]] std::string meant(std::string_view header_value) const;  ///< The other way round.
  [[nodiscard]] std::string head_of(const Step& step, std::string_view method, std::string_view body) const;
  [[nodiscard]] std::string target(std::string_view method) const;
  Task<void> serve(Exchange& exchange);

  Subject& subject_;
  mcp::Revision revision_;
  const bool is_sse_;
  transport::StreamableHttp front_;
  transport::HttpSse sse_front_;
  std::string session_;
  std::string messages_;              // what the last `endpoint` event named
  std::vector<std::string> streams_;  // names of event streams, in the order of their appearance
  std::deque<Exchange> exchanges_;
  TaskGroup tasks_;
  std::vector<std::string> lines_;
};

class SseWire : public HttpWire {
 public:
  SseWire(net::Loop& loop, Subject& subject, mcp::Revision revision) : HttpWire(loop, subject, revision, true) {}
};

}  // namespace gatehouse::test
