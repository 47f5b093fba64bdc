// Connections over HTTP+SSE, and when they are tried.
#include <gatehouse/client/connect.hpp>

#include "src/client/sse_test_server.hpp"

namespace gatehouse::client {
namespace {

class Silent final : public Listener {
 public:
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override {
    co_return fail(Kind::method_not_found, Origin::client, "nobody is there");
  }
};

using Connected = Result<std::unique_ptr<Link>>;

Task<Connected> connect(net::Loop& loop, OldServer& server, HttpTransport transport, Era era = Era::automatic) {
  HttpTarget target;
  target.url = server.url();
  target.transport = transport;
  ConnectOptions options;
  options.era = era;
  options.probe_timeout = Milliseconds{2000};
  Cancel cancel;
  co_return co_await connect_http(loop, server.http, std::move(target), std::move(options), cancel);
}

Task<mcp::Reply> list_tools(Link& link) {
  Silent silent;
  Cancel cancel;
  const Request request{.method = mcp::Method::tools_list, .method_name = "tools/list"};
  co_return co_await link.request(request, silent, cancel);
}

std::string kind_of(const auto& result) { return result ? "ok" : std::string(to_string(result.error().kind)); }

Task<void> talk(net::Loop& loop, OldServer& server, HttpTransport transport) {
  auto link = co_await connect(loop, server, transport);
  EXPECT_EQ(kind_of(link), "ok");
  if (!link) co_return;
  EXPECT_EQ((*link)->peer().revision, mcp::Revision::v2024_11_05);
  const auto tools = co_await list_tools(**link);
  EXPECT_EQ(kind_of(tools), "ok");
  EXPECT_EQ(server.posts.size(), 3u);
  EXPECT_NE(server.posts[1].find("notifications/initialized"), std::string::npos) << "nothing overtakes it";
  co_await (*link)->close();
}

TEST(ConnectSse, IsUsedAtOnceWhereItIsConfigured) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    co_await talk(loop, server, HttpTransport::sse);
    EXPECT_EQ(server.probes, 0u);
  });
}

TEST(ConnectSse, IsFoundWhereStreamableHttpIsNot) {
  for (const int status : {400, 404, 405, 415}) {
    with_old_server([status](net::Loop& loop, OldServer& server) -> Task<void> {
      server.status_at_stream = status;
      co_await talk(loop, server, HttpTransport::automatic);
      EXPECT_EQ(server.probes, 2u) << "discover and initialize";
    });
  }
}

TEST(ConnectSse, IsNotTriedOnAnswersThatSayNothingAboutTheEra) {
  for (const int status : {401, 403, 429, 500, 503}) {
    with_old_server([status](net::Loop& loop, OldServer& server) -> Task<void> {
      server.status_at_stream = status;
      const auto link = co_await connect(loop, server, HttpTransport::automatic);
      EXPECT_FALSE(link) << status;
      EXPECT_EQ(server.authorizations.size(), server.probes) << "no GET";
    });
  }
}

TEST(ConnectSse, IsNotTriedWhereTheOperatorSaysOtherwise) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    const auto streamable = co_await connect(loop, server, HttpTransport::streamable);
    EXPECT_EQ(kind_of(streamable), "bad_reply");
    const auto modern = co_await connect(loop, server, HttpTransport::automatic, Era::modern);
    EXPECT_EQ(kind_of(modern), "bad_reply");
    EXPECT_EQ(server.authorizations.size(), server.probes) << "no GET";
  });
}

TEST(ConnectSse, WithoutAStreamTheFirstFailureIsTold) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    server.get_status = 405;
    server.status_at_stream = 404;
    const auto link = co_await connect(loop, server, HttpTransport::automatic);
    EXPECT_EQ(kind_of(link), "bad_reply");
    EXPECT_EQ(link.error().message, "The server answered with HTTP status 404. It offers no HTTP+SSE either.");
  });
}

TEST(ConnectSse, ARefusedRequestFailsAtOnceAndTheConnectionLives) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    auto link = co_await connect(loop, server, HttpTransport::sse);
    server.status = [](std::size_t number) { return number == 3 ? 503 : 202; };
    const auto refused = co_await list_tools(**link);
    EXPECT_EQ(kind_of(refused), "unavailable");
    EXPECT_TRUE((*link)->usable());
    const auto answered = co_await list_tools(**link);
    EXPECT_EQ(kind_of(answered), "ok");
    co_await (*link)->close();
  });
}

TEST(ConnectSse, AForgottenConnectionIsOverAndItsRequestDidNotRun) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    auto link = co_await connect(loop, server, HttpTransport::sse);
    server.status = [](std::size_t) { return 404; };
    const auto refused = co_await list_tools(**link);
    EXPECT_EQ(kind_of(refused), "state_lost");
    EXPECT_FALSE((*link)->usable());
    co_await (*link)->close();
  });
}

TEST(ConnectSse, TheEndOfTheStreamEndsTheLinkAndWhatWaits) {
  with_old_server([](net::Loop& loop, OldServer& server) -> Task<void> {
    auto link = co_await connect(loop, server, HttpTransport::sse);
    server.status = [&server](std::size_t) {
      server.hang_up.notify();
      return 200;  // and no answer
    };
    const auto lost = co_await list_tools(**link);
    EXPECT_EQ(kind_of(lost), "outcome_unknown");
    EXPECT_FALSE((*link)->usable());
    Cancel cancel;
    co_await (*link)->wait_closed(cancel);
    co_await (*link)->close();
  });
}

// Fail at n: the server refuses one message after the other.
TEST(ConnectSse, AServerThatFailsAtAnyMessageIsAnErrorAndNeverAHang) {
  for (std::size_t n = 1; n <= 3; ++n) {
    with_old_server([n](net::Loop& loop, OldServer& server) -> Task<void> {
      server.status = [n](std::size_t number) { return number == n ? 500 : 202; };
      auto link = co_await connect(loop, server, HttpTransport::sse);
      EXPECT_EQ(kind_of(link), n == 1 ? "bad_reply" : "ok") << n;
      if (!link) co_return;
      const auto tools = co_await list_tools(**link);
      EXPECT_EQ(kind_of(tools), n == 3 ? "bad_reply" : "ok") << n;
      co_await (*link)->close();
    });
  }
}

}  // namespace
}  // namespace gatehouse::client
