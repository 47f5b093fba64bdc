// A whole HTTP server over real sockets, from listening to SIGTERM.
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include <gatehouse/server/run.hpp>

#include "tests/support/blocking_client.hpp"
#include "tests/support/feature_server.hpp"

namespace gatehouse::server {
namespace {

using test::BlockingClient;
using test::post_request;

std::string modern(std::string_view method, std::string_view name, std::string_view id, std::string_view members) {
  std::string headers = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + std::string(method) + "\r\n";
  if (!name.empty()) headers += "Mcp-Name: " + std::string(name) + "\r\n";
  std::string body = R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method) +
                     R"(","params":{)" + std::string(members);
  body +=
      R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
  return post_request("/mcp", headers, body);
}

std::string add(std::string_view id) {
  return modern("tools/call", "add", id, R"("name":"add","arguments":{"a":2,"b":2})");
}

constexpr std::string_view kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})";

/// Runs the server while `client` works on a thread of its own; SIGTERM follows when it is done. Returns the exit code.
int serve(transport::Eras eras, std::function<void(std::uint16_t port)> client) {
  test::FeatureServer features;
  std::thread thread;
  HttpOptions options{.listen = {"127.0.0.1", 0}};
  options.mcp.eras = eras;
  options.on_listening = [&](const std::string& url) {
    EXPECT_TRUE(url.starts_with("http://127.0.0.1:") && url.ends_with("/mcp")) << url;
    thread = std::thread([client, port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)))] {
      client(port);
      ::kill(::getpid(), SIGTERM);
    });
  };
  const int code = run_http(features.server(), std::move(options));
  if (thread.joinable()) thread.join();
  return code;
}

TEST(RunHttp, ServesBothErasOnOneConnection) {
  std::string received;
  EXPECT_EQ(serve(transport::Eras::both,
                  [&](std::uint16_t port) {
                    BlockingClient client(port);
                    client.send(post_request("/mcp", "", kInitialize));
                    client.read_until(R"("serverInfo")");
                    client.send(add("7"));
                    received = client.read_until(R"("id":7)");
                  }),
            0);
  EXPECT_NE(received.find("Mcp-Session-Id: "), std::string::npos) << received;
  EXPECT_NE(received.find(R"({"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"{\"sum\":4}"}])"),
            std::string::npos)
      << received;
}

/// Knows one token, and nobody else.
class OneToken final : public identity::Authenticator {
 public:
  std::optional<identity::Verdict> known(const net::HttpExchange& exchange) override {
    if (exchange.head().value("Authorization") != "Bearer sesame")
      return fail(Error{Kind::unauthenticated, Origin::client, "Who are you?"}.with_challenge("Bearer"));
    auto who = std::make_shared<mcp::Principal>();
    who->key = who->subject = "ali";
    return who;
  }
  Task<identity::Verdict> authenticate(const net::HttpExchange& exchange) override {
    auto verdict = *known(exchange);
    co_return verdict;
  }
  bool still_good(const mcp::Principal&, mcp::WallTime) const override { return true; }
};

TEST(RunHttp, AsksItsAuthenticatorAboutEveryRequest) {
  ServerOptions about;
  about.resource.identifier = "https://mcp.example/mcp";
  about.resource.metadata_url = identity::metadata_url(about.resource.identifier);
  about.resource.authorization_servers = {"https://idp.example"};
  auto server = Server::builder("x", "1").options(std::move(about)).build().value();
  HttpOptions options{.listen = {"127.0.0.1", 0}};
  options.mcp.authenticator = std::make_shared<OneToken>();
  std::string nobody, ali, foreign, metadata;
  std::thread thread;
  options.on_listening = [&](const std::string& url) {
    thread = std::thread([&, port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)))] {
      BlockingClient client(port);
      client.send(post_request("/mcp", "", kInitialize));
      nobody = client.read_until("Who are you?");
      client.send(post_request("/mcp", "Authorization: Bearer sesame\r\n", kInitialize));
      ali = client.read_until(R"("serverInfo")");
      BlockingClient other(port);
      other.send("GET /.well-known/oauth-protected-resource/mcp HTTP/1.1\r\nHost: localhost\r\n\r\n");
      metadata = other.read_until("idp.example");
      ::kill(::getpid(), SIGTERM);
    });
  };
  EXPECT_EQ(run_http(server, std::move(options)), 0);
  thread.join();
  EXPECT_TRUE(nobody.starts_with("HTTP/1.1 401 ")) << nobody;
  EXPECT_TRUE(nobody.contains("WWW-Authenticate: Bearer\r\n")) << nobody;
  EXPECT_TRUE(nobody.contains(R"("id":1,"error":{"code":-31010)")) << nobody;
  EXPECT_TRUE(ali.contains("HTTP/1.1 200 ")) << ali;
  EXPECT_TRUE(metadata.starts_with("HTTP/1.1 200 ")) << metadata;
  EXPECT_TRUE(metadata.contains("Access-Control-Allow-Origin: *")) << metadata;
}

TEST(RunHttp, AnythingButItsPathIsNotFound) {
  std::string received;
  EXPECT_EQ(serve(transport::Eras::both,
                  [&](std::uint16_t port) {
                    BlockingClient client(port);
                    client.send(post_request("/other", "Connection: close\r\n", kInitialize));
                    received = client.read_to_end();
                  }),
            0);
  EXPECT_TRUE(received.starts_with("HTTP/1.1 404 ")) << received;
}

TEST(RunHttp, CanBeRestrictedToOneEra) {
  std::string sessions_only, stateless_only;
  serve(transport::Eras::legacy, [&](std::uint16_t port) {
    BlockingClient client(port);
    client.send(add("7"));
    sessions_only = client.read_until("}}");
  });
  EXPECT_TRUE(sessions_only.starts_with("HTTP/1.1 400 ")) << sessions_only;
  EXPECT_NE(sessions_only.find("start with initialize"), std::string::npos) << sessions_only;
  serve(transport::Eras::modern, [&](std::uint16_t port) {
    BlockingClient client(port);
    client.send(post_request("/mcp", "", kInitialize));
    stateless_only = client.read_until("}}");
  });
  EXPECT_TRUE(stateless_only.starts_with("HTTP/1.1 404 ")) << stateless_only;
  EXPECT_NE(stateless_only.find(R"("supported":["2026-07-28"])"), std::string::npos) << stateless_only;
}

TEST(RunHttp, ListenStreamsEndWithTheirResultWhenTheServerStops) {
  std::string received;
  std::optional<BlockingClient> listener;
  EXPECT_EQ(
      serve(transport::Eras::both,
            [&](std::uint16_t port) {
              listener.emplace(port);
              listener->send(modern("subscriptions/listen", "", "9", R"("notifications":{"toolsListChanged":true})"));
              received = listener->read_until("notifications/subscriptions/acknowledged");
              EXPECT_EQ(received.find(R"("id":9,"result")"), std::string::npos);
            }),
      0);
  received = listener->read_to_end();
  EXPECT_NE(received.find(R"("id":9,"result")"), std::string::npos) << received;
  EXPECT_TRUE(received.ends_with("0\r\n\r\n")) << "the body has its end: " << received;
}

TEST(RunHttp, ATakenPortIsSaid) {
  int inner = 0;
  EXPECT_EQ(serve(transport::Eras::both,
                  [&](std::uint16_t port) {
                    test::FeatureServer other;
                    HttpOptions options{.listen = {"127.0.0.1", port}};
                    options.on_listening = [](const std::string&) { FAIL() << "two servers on one port"; };
                    inner = run_http(other.server(), std::move(options));
                  }),
            0);
  EXPECT_EQ(inner, 1);
}

}  // namespace
}  // namespace gatehouse::server
