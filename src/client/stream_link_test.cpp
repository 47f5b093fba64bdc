#include "src/client/stream_link.hpp"

#include <gtest/gtest.h>

#include <gatehouse/transport/stdio.hpp>

#include "tests/support/settle.hpp"

namespace gatehouse::client {
namespace {

class Heard final : public Listener {
 public:
  void notified(const mcp::Message& notification) override { methods.emplace_back(notification.rpc.method); }
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override {
    co_return fail(Kind::method_not_found, Origin::client, "nobody can be asked");
  }
  std::vector<std::string> methods;
};

/// A legacy server on the other end of a channel; it says what the test wants and answers nothing.
struct Scene {
  explicit Scene(net::Loop& on) : loop(on) {
    auto both = transport::memory_channels();
    server = std::move(both.first);
    ConnectOptions options;
    options.listener = &rest;
    link = std::make_unique<StreamLink>(loop, std::move(both.second), std::move(options));
    link->established({.revision = mcp::kLatestLegacy});
  }
  Task<void> ask(mcp::Method method, Heard& listener) {
    const Request request{.method = method, .method_name = mcp::to_string(method)};
    (void)co_await link->request(request, listener, cancel);
  }
  Task<void> logs() {
    const std::string_view line =
        R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}})";
    const json::Pieces message(1, line);
    (void)co_await server->send(message);
    co_await test::settle(loop);
  }
  Task<void> end() {
    cancel.request(CancelReason::client_asked);
    co_await requests.join();
    co_await link->close();
  }
  net::Loop& loop;
  Heard rest;
  Cancel cancel;
  std::unique_ptr<transport::Channel> server;
  std::unique_ptr<StreamLink> link;
  TaskGroup requests;
};

using Texts = std::vector<std::string>;
const Texts kOneLine{"notifications/message"};

// Gateway rule 6.3, step 4
Task<void> beside_a_list(net::Loop& loop) {
  Scene s(loop);
  Heard call, list;
  s.requests.spawn(s.ask(mcp::Method::tools_call, call));
  s.requests.spawn(s.ask(mcp::Method::tools_list, list));
  co_await s.logs();
  EXPECT_EQ(call.methods, kOneLine);
  EXPECT_EQ(list.methods, Texts{});
  EXPECT_EQ(s.rest.methods, Texts{});
  co_await s.end();
}
TEST(StreamLink, ALogLineBelongsToTheOneCallThatCanBeAskedWhateverRunsBesideIt) {
  net::Loop loop;
  net::run(loop, beside_a_list(loop));
}

Task<void> two_calls(net::Loop& loop) {
  Scene s(loop);
  Heard one, two;
  s.requests.spawn(s.ask(mcp::Method::tools_call, one));
  s.requests.spawn(s.ask(mcp::Method::prompts_get, two));
  co_await s.logs();
  EXPECT_EQ(one.methods, Texts{});
  EXPECT_EQ(two.methods, Texts{});
  EXPECT_EQ(s.rest.methods, kOneLine);
  co_await s.end();
}
TEST(StreamLink, ALogLineOfOneOfTwoCallsBelongsToNeither) {
  net::Loop loop;
  net::run(loop, two_calls(loop));
}

}  // namespace
}  // namespace gatehouse::client
