// What a server with sessions asks on its standalone stream.
#include <gtest/gtest.h>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/connect.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/sse.hpp>

namespace gatehouse::client {
namespace {

constexpr std::string_view kHello =
    R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}})";

/// Keeps every call open until `release`, and asks what the test wants on the stream of its session.
struct Server final : net::HttpHandler {
  explicit Server(net::Loop& loop) : server(loop, *this, {}), http(loop, {}) {
    port = server.listen({"127.0.0.1", 0}).value().port;
  }
  Task<void> serve(net::HttpExchange& exchange) override {
    if (exchange.head().method == "GET") co_return co_await hold_stream(exchange);
    const auto message = json::parse(exchange.body());
    const std::string_view method = message ? message->text("method") : std::string_view();
    if (method == "tools/call" || method == "tasks/result") co_return co_await hold_call(exchange, *message);
    if (message && method.empty()) {
      answers.push_back(message->str());
      news.notify_all();
    }
    const std::array headers = {net::Header{"Content-Type", "application/json"}, net::Header{"Mcp-Session-Id", "s1"}};
    const json::Pieces body(method == "initialize" ? 1 : 0, kHello);
    (void)co_await exchange.respond(method == "initialize" ? 200 : 202, headers, body);
  }
  Task<void> hold_stream(net::HttpExchange& exchange) {
    const std::array headers = {net::Header{"Content-Type", "text/event-stream"}};
    (void)exchange.begin_stream(200, headers);
    stream = &exchange;
    news.notify_all();
    const Cancel::Hook gone(exchange.peer_gone(), [this] { news.notify_all(); });
    while (!exchange.peer_gone().requested()) co_await news.wait();
    stream = nullptr;
    (void)co_await exchange.end_stream();
  }
  Task<void> hold_call(net::HttpExchange& exchange, const json::Value& message) {
    ++calls;
    news.notify_all();
    while (!released) co_await news.wait();
    const std::string text = R"({"jsonrpc":"2.0","id":)" + message.find("id")->str() + R"(,"result":{"content":[]}})";
    const std::array headers = {net::Header{"Content-Type", "application/json"}};
    const json::Pieces body(1, text);
    (void)co_await exchange.respond(200, headers, body);
  }
  void release() {
    released = true;
    news.notify_all();
  }
  void ask(std::string_view params) {
    const std::string text =
        R"({"jsonrpc":"2.0","id":"q1","method":"elicitation/create","params":)" + std::string(params) + "}";
    std::string event;
    net::append_sse_event(event, text);
    stream->push(event);
  }
  net::HttpServer server;
  net::HttpClient http;
  std::uint16_t port = 0;
  net::HttpExchange* stream = nullptr;
  int calls = 0;
  bool released = false;
  std::vector<std::string> answers;
  Broadcast news;
};

/// Takes a while to answer, or does not at all.
class Person final : public Listener {
 public:
  Person(net::Loop& loop, Milliseconds takes) : loop_(loop), takes_(takes) {}
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message&, Cancel& cancel) override {
    ++questions;
    co_await loop_.sleep(takes_, &cancel);
    if (cancel.requested()) co_return fail(Kind::cancelled, Origin::client, "The question was withdrawn.");
    co_return mcp::Answer::of(R"({"action":"decline"})");
  }
  int questions = 0;

 private:
  net::Loop& loop_;
  Milliseconds takes_;
};

constexpr Milliseconds kIdle{150}, kLonger{450}, kForever{600'000};

struct Scene {
  explicit Scene(net::Loop& on, Milliseconds takes = kLonger)
      : loop(on), server(on), rest(on, takes), first(on, takes), second(on, takes) {}
  Task<void> open() {
    HttpTarget target;
    target.url = {.host = "127.0.0.1", .port = server.port, .target = "/mcp"};
    ConnectOptions options;
    options.era = Era::legacy;
    options.listener = &rest;
    auto connected = co_await connect_http(loop, server.http, std::move(target), std::move(options), cancel);
    link = std::move(*connected);
    while (!server.stream) co_await server.news.wait();
  }
  Task<void> call(mcp::Method method, Person& person) {
    const Buffer text = Buffer::copy_of(R"({"taskId":"T-1"})");
    const auto params = mcp::read_params(text.view());
    const Request request{.method = method,
                          .method_name = mcp::to_string(method),
                          .params = method == mcp::Method::tasks_result ? &*params : nullptr,
                          .idle_timeout = kIdle};
    Cancel own;
    const Cancel::Hook stop(cancel, [&] { own.request(cancel.reason()); });
    const auto reply = co_await link->request(request, person, own);
    outcomes.push_back(reply ? "answered" : std::string(to_string(reply.error().kind)));
  }
  Task<void> begin(mcp::Method method, Person& person) {
    const int before = server.calls;
    requests.spawn(call(method, person));
    while (server.calls == before) co_await server.news.wait();
  }
  Task<void> until_answered() {
    while (server.answers.empty()) co_await server.news.wait();
  }
  Task<void> end() {
    server.release();
    co_await requests.join();
    co_await link->close();
    co_await server.server.stop(Milliseconds{1000});
  }
  net::Loop& loop;
  Server server;
  Person rest, first, second;
  Cancel cancel;
  std::unique_ptr<Link> link;
  TaskGroup requests;
  std::vector<std::string> outcomes;
};

using Texts = std::vector<std::string>;

// Gateway rules 6.3, step 4, and GB-211
Task<void> one_call(net::Loop& loop) {
  Scene s(loop);
  co_await s.open();
  co_await s.begin(mcp::Method::tools_call, s.first);
  s.server.ask(R"({"message":"m"})");
  co_await s.until_answered();
  co_await s.end();
  EXPECT_EQ(s.first.questions, 1);
  EXPECT_EQ(s.rest.questions, 0);
  EXPECT_EQ(s.outcomes, Texts{"answered"}) << "its time stood still while the person thought";
}
TEST(LegacyHttpLink, AQuestionOnTheStandaloneStreamBelongsToTheOneCallThereIs) {
  net::Loop loop;
  net::run(loop, one_call(loop));
}

Task<void> two_calls(net::Loop& loop) {
  Scene s(loop);
  co_await s.open();
  co_await s.begin(mcp::Method::tools_call, s.first);
  co_await s.begin(mcp::Method::tools_call, s.second);
  s.server.ask(R"({"message":"m"})");
  co_await s.until_answered();
  co_await s.end();
  EXPECT_EQ(s.rest.questions, 1) << "nothing says to which of them it belongs";
  EXPECT_EQ(s.outcomes, (Texts{"answered", "answered"})) << "either may be waiting for it";
}
TEST(LegacyHttpLink, AQuestionOfNobodyStopsTheClocksOfAll) {
  net::Loop loop;
  net::run(loop, two_calls(loop));
}

// Gateway rule 6.3, step 2
Task<void> a_task(net::Loop& loop) {
  Scene s(loop);
  co_await s.open();
  co_await s.begin(mcp::Method::tools_call, s.first);
  co_await s.begin(mcp::Method::tasks_result, s.second);
  s.server.ask(R"({"message":"m","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T-1"}}})");
  co_await s.until_answered();
  EXPECT_EQ(s.second.questions, 1);
  EXPECT_EQ(s.first.questions + s.rest.questions, 0);
  s.cancel.request(CancelReason::client_asked);
  co_await s.end();
}
TEST(LegacyHttpLink, AQuestionForATaskGoesToWhoeverWaitsForItsResult) {
  net::Loop loop;
  net::run(loop, a_task(loop));
}

Task<void> over_before(net::Loop& loop) {
  Scene s(loop, kForever);
  co_await s.open();
  co_await s.begin(mcp::Method::tools_call, s.first);
  s.server.ask(R"({"message":"m"})");
  while (s.first.questions == 0) co_await loop.sleep(Milliseconds{20});
  s.server.release();
  co_await s.until_answered();
  EXPECT_NE(s.server.answers.front().find(R"("error")"), std::string::npos) << "the server need not wait for it";
  co_await s.end();
  EXPECT_EQ(s.outcomes, Texts{"answered"});
}
TEST(LegacyHttpLink, AQuestionThatIsStillOpenWhenItsCallEndsIsRefused) {
  net::Loop loop;
  net::run(loop, over_before(loop));
}

}  // namespace
}  // namespace gatehouse::client
