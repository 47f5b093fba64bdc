#include "src/client/sse_channel.hpp"

#include <gatehouse/base/task_group.hpp>

#include "src/client/sse_test_server.hpp"

namespace gatehouse::client {
namespace {

using Opened = Result<std::unique_ptr<transport::Channel>>;

Task<Opened> open(net::Loop& loop, OldServer& server, SseOptions options = {}) {
  HttpTarget target;
  target.url = server.url();
  target.headers.emplace_back("Authorization", "Bearer x");
  Cancel cancel;
  co_return co_await open_sse(loop, server.http, std::move(target), options, cancel);
}

Task<Result<void>> send(transport::Channel& channel, std::string text) {
  const json::Pieces message(1, text);
  co_return co_await channel.send(message);
}

std::string kind_of(const auto& result) { return result ? "ok" : std::string(to_string(result.error().kind)); }

Task<void> both_ways(net::Loop& loop, OldServer& server) {
  auto channel = co_await open(loop, server);
  EXPECT_EQ(kind_of(channel), "ok");
  const auto sent = co_await send(**channel, R"({"jsonrpc":"2.0","id":7,"method":"ping"})");
  EXPECT_EQ(kind_of(sent), "ok");
  const auto heard = co_await (*channel)->receive();
  EXPECT_EQ(kind_of(heard), "ok");
  EXPECT_EQ(heard->view(), R"({"jsonrpc":"2.0","id":7,"result":{}})");
  EXPECT_EQ(server.posts, std::vector<std::string>{R"(/messages?c=1 {"jsonrpc":"2.0","id":7,"method":"ping"})"});
  EXPECT_EQ(server.authorizations, (std::vector<std::string>{"Bearer x", "Bearer x"}));
  co_await (*channel)->close();
  const auto over = co_await (*channel)->receive();
  EXPECT_EQ(kind_of(over), "connection_lost");
}

TEST(SseChannel, PostsWhatItSendsAndReceivesTheStream) { with_old_server(both_ways); }

Task<void> where_to(net::Loop& loop, OldServer& server, std::string endpoint, std::string want) {
  server.opening = ": hello\n\ndata: too early\n\nevent: endpoint\ndata: " + endpoint + "\n\n";
  auto channel = co_await open(loop, server);
  if (!channel) {
    EXPECT_EQ(std::string(to_string(channel.error().kind)), want) << endpoint;
    co_return;
  }
  const auto sent = co_await send(**channel, "{}");
  EXPECT_EQ(kind_of(sent), "ok");
  EXPECT_EQ(server.posts.back(), want + " {}") << endpoint;
  co_await (*channel)->close();
}

TEST(SseChannel, TheEndpointMayBeRelativeButNeverOfAnotherOrigin) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    const std::string own = "http://127.0.0.1:" + std::to_string(server.port);
    co_await where_to(loop, server, "/messages?c=1", "/messages?c=1");
    co_await where_to(loop, server, "messages", "/messages");
    co_await where_to(loop, server, own + "/m?x=y", "/m?x=y");
    co_await where_to(loop, server, "http://localhost:" + std::to_string(server.port) + "/m", "bad_reply");
    co_await where_to(loop, server, "http://127.0.0.1:1/m", "bad_reply");
    co_await where_to(loop, server, "https://127.0.0.1:" + std::to_string(server.port) + "/m", "bad_reply");
    co_await where_to(loop, server, "//evil.example/m", "bad_reply");
    co_await where_to(loop, server, "file:///etc/passwd", "bad_reply");
  });
}

Task<void> refused_posts(net::Loop& loop, OldServer& server) {
  auto channel = co_await open(loop, server);
  const std::vector<std::pair<int, std::string>> cases = {
      {200, "ok"},          {204, "ok"},        {400, "bad_reply"},   {401, "unavailable"}, {413, "bad_reply"},
      {429, "unavailable"}, {500, "bad_reply"}, {503, "unavailable"}, {404, "state_lost"}};
  for (const auto& [code, want] : cases) {
    server.status = [code](std::size_t) { return code; };
    const auto sent = co_await send(**channel, "{}");
    EXPECT_EQ(kind_of(sent), want) << code;
  }
  const auto later = co_await send(**channel, "{}");
  EXPECT_EQ(kind_of(later), "connection_lost") << "404 ended it";
  const auto heard = co_await (*channel)->receive();
  EXPECT_EQ(kind_of(heard), "connection_lost");
}

TEST(SseChannel, ARefusedMessageFailsAloneUnlessTheConnectionIsUnknown) { with_old_server(refused_posts); }

TEST(SseChannel, AServerWithoutAStreamIsToldFromOneThatIsBusy) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    for (const auto& [code, want] :
         {std::pair{404, "bad_reply"}, {405, "bad_reply"}, {401, "unavailable"}, {503, "unavailable"}}) {
      server.get_status = code;
      const auto channel = co_await open(loop, server);
      EXPECT_EQ(kind_of(channel), want) << code;
    }
  });
}

TEST(SseChannel, AnEndpointThatNeverComesIsNotWaitedForLong) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    server.opening = ": nothing\n\n";
    SseOptions options;
    options.open_timeout = Milliseconds{40};
    const auto channel = co_await open(loop, server, options);
    EXPECT_EQ(kind_of(channel), "timed_out");
  });
}

TEST(SseChannel, AnEventOverTheLimitEndsTheConnection) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    SseOptions options;
    options.max_event_bytes = 200;
    auto channel = co_await open(loop, server, options);
    server.say(std::string(100, 'a'));
    const auto small = co_await (*channel)->receive();
    EXPECT_EQ(kind_of(small), "ok");
    server.say(std::string(300, 'a'));
    const auto large = co_await (*channel)->receive();
    EXPECT_EQ(kind_of(large), "too_large");
    const auto sent = co_await send(**channel, "{}");
    EXPECT_EQ(kind_of(sent), "connection_lost");
  });
}

// Fail at n: the stream ends after each of its bytes.
TEST(SseChannel, AStreamThatBreaksAnywhereIsAnErrorAndNeverAHang) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    const std::string endpoint = server.opening, message = "data: {\"a\":1}\n\n";
    server.ends = true;
    for (std::size_t n = 0; n <= endpoint.size() + message.size(); ++n) {
      server.opening = (endpoint + message).substr(0, n);
      auto channel = co_await open(loop, server);
      EXPECT_EQ(kind_of(channel), n < endpoint.size() ? "bad_reply" : "ok") << n;
      if (!channel) continue;
      auto heard = co_await (*channel)->receive();
      if (n == endpoint.size() + message.size()) {
        EXPECT_EQ(kind_of(heard), "ok");
        heard = co_await (*channel)->receive();
      }
      EXPECT_EQ(kind_of(heard), "connection_lost") << n;
    }
  });
}

}  // namespace
}  // namespace gatehouse::client
