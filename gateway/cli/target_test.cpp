#include "gateway/cli/target.hpp"

#include <gtest/gtest.h>

namespace gatehouse::cli {
namespace {

upstream::Options program(std::string name) {
  upstream::Options server;
  server.name = std::move(name);
  server.command = "run";
  server.args = {"--token", "secret"};
  return server;
}

TEST(Target, SplitsAtTheFirstDot) {
  const std::vector servers = {program("a"), program("a-b")};
  const auto found = find_tool(servers, "a-b.x.y");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->server->name, "a-b");
  EXPECT_EQ(found->tool, "x.y");
  EXPECT_EQ(find_tool(servers, "a")->tool, "");
  EXPECT_FALSE(find_tool(servers, "c.x"));
}

TEST(Target, TakesTheWholeNameBehindAUrl) {
  const auto servers = servers_of({.url = "http://127.0.0.1:1/mcp"});
  ASSERT_TRUE(servers);
  EXPECT_EQ(find_tool(*servers, "a.b")->tool, "a.b");
  EXPECT_EQ(shown_tool(servers->front(), "a.b"), "a.b");
}

TEST(Target, ReadsHeaderLines) {
  const auto servers =
      servers_of({.url = "http://127.0.0.1:1/mcp", .headers = {"Authorization: Bearer x", "X-Empty:"}});
  ASSERT_TRUE(servers);
  const std::vector<std::pair<std::string, std::string>> expected = {{"Authorization", "Bearer x"}, {"X-Empty", ""}};
  EXPECT_EQ(servers->front().headers, expected);
  EXPECT_FALSE(servers_of({.url = "http://127.0.0.1:1/mcp", .headers = {"no colon"}}));
  EXPECT_FALSE(servers_of({.url = "ftp://127.0.0.1/"}));
}

TEST(Target, ShowsNoSecrets) {
  EXPECT_EQ(shown_address(program("a")), "run");
  const auto servers = servers_of({.url = "https://mcp.example.com/mcp?key=secret"});
  EXPECT_EQ(shown_name(servers->front()), "https://mcp.example.com/mcp");
}

}  // namespace
}  // namespace gatehouse::cli
