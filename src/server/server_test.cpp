#include <gatehouse/server/server.hpp>

#include <gtest/gtest.h>

#include <gatehouse/base/log.hpp>

#include "tests/support/asker.hpp"

namespace gatehouse::server {
namespace {

using test::Asker;

ToolResult nothing(Context&, const json::Value&) { return {}; }

Server with_tools(std::initializer_list<const char*> names, std::size_t page_size) {
  Builder builder = Server::builder("x", "1");
  for (const char* name : names) builder.tool(name, "", "", nothing);
  return builder.options({.page_size = page_size}).build().value();
}

/// Names on a page, and the cursor of the next one.
std::pair<std::string, std::string> page(Server& server, const std::string& cursor) {
  Asker asker;
  const auto result =
      json::parse(asker.text_of(server, "tools/list", cursor.empty() ? "{}" : R"({"cursor":")" + cursor + "\"}")).value();
  std::string names;
  for (const json::Value& tool : *result.find("tools")->as_array()) names += tool.text("name");
  return {names, std::string(result.text("nextCursor"))};
}

TEST(Server, PagesSurviveAdditionsAndRemovals) {
  auto server = with_tools({"a", "b", "c", "d"}, 2);
  const auto [first, cursor] = page(server, "");
  EXPECT_EQ(first, "ab");
  EXPECT_TRUE(server.remove_tool("b"));
  EXPECT_TRUE(server.remove_tool("c"));
  ASSERT_TRUE(server.tool({.name = "e", .description = ""}, nothing));
  EXPECT_EQ(page(server, cursor), (std::pair<std::string, std::string>{"de", ""}));
  EXPECT_EQ(page(server, ""), (std::pair<std::string, std::string>{"ad", "4"}));
  EXPECT_FALSE(server.remove_tool("b"));
}

TEST(Server, CursorsThatWereNeverGivenAreRefused) {
  auto server = with_tools({"a", "b"}, 1);
  Asker asker;
  for (const char* cursor : {"", "zz", "1x", "-1", "3", "ffffffffffffffffffff"}) {
    EXPECT_TRUE(asker.text_of(server, "tools/list", R"({"cursor":")" + std::string(cursor) + "\"}")
                    .starts_with("error: not_found"))
        << cursor;
  }
}

Server with_needs() {
  ServerOptions options;
  options.resource.identifier = "https://mcp.example/mcp";
  options.resource.metadata_url = identity::metadata_url(options.resource.identifier);
  Tool wipe{.name = "wipe", .description = ""};
  wipe.needs = {.roles = {"admin", "owner"}, .scopes = {"data.write"}};
  const auto whoami = [](Context& context, const json::Value&) -> Task<Result<ToolResult>> {
    if (auto admin = context.require_role("admin"); !admin) co_return fail(std::move(admin.error()));
    co_return ToolResult::text(context.principal().subject);
  };
  return Server::builder("x", "1")
      .tool(std::move(wipe), nothing)
      .tool("whoami", "", "", whoami)
      .options(std::move(options))
      .build()
      .value();
}

mcp::Reply call_as(Server& server, std::string_view tool, std::vector<std::string> roles,
                   std::vector<std::string> scopes, std::vector<std::string> only_tools = {}) {
  auto who = std::make_shared<mcp::Principal>();
  who->ceilings.tools = std::move(only_tools);
  who->subject = who->key = "ann";
  who->roles = std::move(roles);
  who->scopes = std::move(scopes);
  const std::shared_ptr<const mcp::Principal> kept = std::move(who);
  Asker asker;
  asker.client.who = kept.get();
  return asker.ask_for(server, "tools/call", R"({"name":")" + std::string(tool) + "\"}");
}

// RS-24, RS-28
TEST(Server, AToolSaysWhatItsCallersNeed) {
  auto server = with_needs();
  EXPECT_TRUE(call_as(server, "wipe", {"owner"}, {"data.write", "data.read"}));
  const auto no_role = call_as(server, "wipe", {"user"}, {"data.write"});
  ASSERT_FALSE(no_role);
  EXPECT_EQ(no_role.error().kind, Kind::denied);
  EXPECT_EQ(no_role.error().message, "Forbidden: admin role required");
  EXPECT_EQ(no_role.error().challenge, "");
  const auto no_scope = call_as(server, "wipe", {"admin"}, {"data.read"});
  ASSERT_FALSE(no_scope);
  EXPECT_EQ(no_scope.error().kind, Kind::insufficient_scope);
  EXPECT_EQ(no_scope.error().challenge,
            "Bearer error=\"insufficient_scope\", scope=\"data.write\", "
            "resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\"");
}

TEST(Server, ACredentialMayBeForSomeToolsOnly) {
  auto server = with_needs();
  EXPECT_TRUE(call_as(server, "whoami", {"admin"}, {}, {"jira.*", "who*"}));
  const auto other = call_as(server, "whoami", {"admin"}, {}, {"jira.*", "wipe"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, Kind::denied);
  EXPECT_EQ(other.error().message, "Forbidden: this credential is not for the tool whoami");
}

TEST(Server, HandlersKnowWhoIsAsking) {
  auto server = with_needs();
  const auto ann = call_as(server, "whoami", {"admin"}, {});
  ASSERT_TRUE(ann);
  EXPECT_TRUE((*ann)->body.str().contains("\"ann\"")) << (*ann)->body.str();
  const auto other = call_as(server, "whoami", {}, {});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "Forbidden: admin role required");
}

TEST(Server, ATakenNameIsRefusedAndChangesNothing) {
  auto server = with_tools({"a"}, 9);
  const auto again = server.tool({.name = "a", .description = "other"}, nothing);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, Kind::invalid_config);
  EXPECT_EQ(page(server, "").first, "a");
}

TEST(Server, ARemovedToolFinishesTheCallsThatRun) {
  Signal go;
  auto server = Server::builder("x", "1")
                    .tool("slow", "", "",
                          [&go, text = std::string("a text too long for the small buffer")](
                              Context&, const json::Value&) -> Task<ToolResult> {
                            co_await go.wait();
                            co_return ToolResult::text(text);
                          })
                    .build()
                    .value();
  Asker asker;
  const auto message = test::request("tools/call", R"({"name":"slow"})");
  mcp::Reply reply;
  TaskGroup group;
  const mcp::Call call{*message, asker.client, asker, asker.cancel, {}};
  group.spawn([](Server& in, const mcp::Call& one, mcp::Reply& out) -> Task<void> { out = co_await in.answer(one); }(
                                                                        server, call, reply));
  EXPECT_TRUE(server.remove_tool("slow"));
  go.notify();
  ASSERT_EQ(group.running(), 0U);
  EXPECT_EQ((*reply)->body.str(), R"({"content":[{"type":"text","text":"a text too long for the small buffer"}]})");
}

TEST(Server, HandlersMayReturnAnyOfTheForms) {
  auto server =
      Server::builder("x", "1")
          .tool("text", "", "", [](Context&, const json::Value&) { return "1"; })
          .tool("result", "", "", [](Context&, const json::Value&) -> Result<ToolResult> { return ToolResult("2"); })
          .tool("task", "", "", [](Context&, const json::Value&) -> Task<ToolResult> { co_return ToolResult("3"); })
          .tool("task_of_text", "", "", [](Context&, const json::Value&) -> Task<std::string> { co_return "4"; })
          .tool("error", "", "",
                [](Context&, const json::Value&) -> Task<Result<ToolResult>> {
                  co_return fail(Kind::timed_out, Origin::upstream, "late");
                })
          .build()
          .value();
  Asker asker;
  const auto call = [&](const char* name) {
    return asker.text_of(server, "tools/call", R"({"name":")" + std::string(name) + "\"}");
  };
  const auto text = [](const char* t) { return R"({"content":[{"type":"text","text":")" + std::string(t) + "\"}]}"; };
  EXPECT_EQ(call("text"), text("1"));
  EXPECT_EQ(call("result"), text("2"));
  EXPECT_EQ(call("task"), text("3"));
  EXPECT_EQ(call("task_of_text"), text("4"));
  EXPECT_EQ(call("error"), "error: timed_out late");
}

TEST(Server, WhatAHandlerThrowsIsLoggedAndNotTold) {
  static std::string logged;
  log::set_sink(
      [](log::Level, std::string_view event, std::initializer_list<log::Field> fields) {
        logged = event;
        for (const log::Field& field : fields) logged.append(" ").append(field.value);
      },
      log::Level::error);
  auto server =
      Server::builder("x", "1")
          .tool("plain", "", "", [](Context&, const json::Value&) -> ToolResult { throw std::runtime_error("secret"); })
          .tool("task", "", "",
                [](Context&, const json::Value&) -> Task<ToolResult> {
                  throw 7;
                  co_return ToolResult();
                })
          .build()
          .value();
  Asker asker;
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"plain"})"), "error: internal Internal error.");
  EXPECT_EQ(logged, "handler threw an exception plain secret");
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"task"})"), "error: internal Internal error.");
  EXPECT_EQ(logged, "handler threw an exception task not a std::exception");
  log::set_sink(nullptr, log::Level::off);
}

TEST(Server, ProgressGrowsOrIsDropped) {
  auto server = Server::builder("x", "1")
                    .tool("p", "", "",
                          [](Context& context, const json::Value&) {
                            for (const double done : {0.0, 0.5, 0.5, 0.25, 1.0}) context.progress(done);
                            return ToolResult();
                          })
                    .build()
                    .value();
  Asker asker;
  asker.text_of(server, "tools/call", R"({"name":"p","_meta":{"progressToken":"t"}})");
  EXPECT_EQ(asker.heard, (std::vector<std::string>{R"(notifications/progress {"progressToken":"t","progress":0})",
                                                   R"(notifications/progress {"progressToken":"t","progress":0.5})",
                                                   R"(notifications/progress {"progressToken":"t","progress":1})"}));
}

TEST(Server, AServerThatDoesNotLogSendsNoLogMessages) {
  auto server = Server::builder("x", "1")
                    .tool("l", "", "",
                          [](Context& context, const json::Value&) {
                            context.log(mcp::LogLevel::emergency, "fire");
                            return ToolResult();
                          })
                    .build()
                    .value();
  Asker asker;
  asker.client.log_level = mcp::LogLevel::debug;
  asker.text_of(server, "tools/call", R"({"name":"l"})");
  EXPECT_TRUE(asker.heard.empty());
}

TEST(Server, ASessionWatchesABoundedNumberOfResources) {
  auto server = Server::builder("x", "1")
                    .resource_template({.uri_template = "a:{x}", .name = "a"},
                                       [](Context&, std::string_view, const Variables&) { return ReadResult("-"); })
                    .options({.max_subscriptions = 2})
                    .build()
                    .value();
  Asker asker;
  asker.client = Asker::with_session("s");
  EXPECT_EQ(asker.text_of(server, "resources/subscribe", R"({"uri":"a:1"})"), "{}");
  EXPECT_EQ(asker.text_of(server, "resources/subscribe", R"({"uri":"a:2"})"), "{}");
  EXPECT_EQ(asker.text_of(server, "resources/subscribe", R"({"uri":"a:2"})"), "{}");
  EXPECT_TRUE(asker.text_of(server, "resources/subscribe", R"({"uri":"a:3"})").starts_with("error: limit_exceeded"));
  EXPECT_EQ(asker.text_of(server, "resources/unsubscribe", R"({"uri":"a:1"})"), "{}");
  EXPECT_EQ(asker.text_of(server, "resources/subscribe", R"({"uri":"a:3"})"), "{}");
  server.session_ended("s");
  EXPECT_EQ(asker.text_of(server, "resources/subscribe", R"({"uri":"a:4"})"), "{}");
  EXPECT_EQ(asker.text_of(server, "resources/subscribe", R"({"uri":"a:5"})"), "{}");
  Asker listener;
  EXPECT_TRUE(
      listener
          .text_of(server, "subscriptions/listen", R"({"notifications":{"resourceSubscriptions":["a:1","a:2","a:3"]}})")
          .starts_with("error: limit_exceeded"));
}

TEST(Server, AnAnswerThatTookQuestionsIsNotCached) {
  const auto read = [](Context&, std::string_view) { return ReadResult("-"); };
  auto server =
      Server::builder("x", "1")
          .resource({.uri = "a:b", .name = "b", .cache = {.ttl_ms = 9, .scope = mcp::CacheScope::shared}}, read)
          .build()
          .value();
  Asker asker;
  const auto plain = asker.ask_for(server, "resources/read", R"({"uri":"a:b"})");
  EXPECT_EQ((*plain)->cache->ttl_ms, 9);
  const auto retried = asker.ask_for(server, "resources/read", R"({"uri":"a:b","inputResponses":{}})");
  EXPECT_EQ((*retried)->cache->ttl_ms, 0);
  EXPECT_EQ((*retried)->cache->scope, mcp::CacheScope::personal);
}

}  // namespace
}  // namespace gatehouse::server
