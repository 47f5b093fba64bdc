#include <gatehouse/server/server.hpp>

#include <gtest/gtest.h>

#include "tests/support/asker.hpp"

namespace gatehouse::server {
namespace {

using test::Asker;

ToolResult nothing(Context&, const json::Value&) { return {}; }
ReadResult no_text(Context&, std::string_view) { return {}; }
ReadResult no_member(Context&, std::string_view, const Variables&) { return {}; }
PromptResult no_prompt(Context&, const json::Value&) { return {}; }
Completion no_values(Context&, std::string_view, const json::Value&) { return {}; }

TEST(Builder, NamesEverythingThatIsWrongAtOnce) {
  const auto server = Server::builder("x", "1")
                          .tool("good", "", "", nothing)
                          .tool("good", "", "", nothing)
                          .tool("bad name", "", "", nothing)
                          .tool("no_schema", "", "[]", nothing)
                          .tool({.name = "no_output", .description = "", .output_schema = "{"}, nothing)
                          .resource({.uri = "relative/path", .name = "a"}, no_text)
                          .resource({.uri = "a:b", .name = ""}, no_text)
                          .resource_template({.uri_template = "a:{+b}", .name = "b"}, no_member)
                          .prompt({.name = "p", .arguments = {{.name = "x"}, {.name = "x"}}}, no_prompt)
                          .completion(CompletionTarget::prompt("p", "x"), no_values)
                          .completion(CompletionTarget::prompt("p", "x"), no_values)
                          .options({.page_size = 0})
                          .build();
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, Kind::invalid_config);
  const std::string& text = server.error().message;
  EXPECT_EQ(std::ranges::count(text, '\n'), 9) << text;
  for (const char* part : {"\"good\": the name is taken", "\"bad name\"", "\"no_schema\": the input schema",
                           "\"no_output\": the output schema", "\"relative/path\"", "\"a:b\": it needs a name",
                           "a:{+b}", "prompt \"p\"", "completion of \"x\"", "page_size"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Builder, ANamelessServerIsRefused) { EXPECT_FALSE(Server::builder("", "1").build()); }

TEST(Builder, DeclaresWhatItHas) {
  auto empty = Server::builder("x", "1").build().value();
  EXPECT_EQ(empty.about({}).capabilities, mcp::ServerCapabilities{});
  Asker asker;
  for (const char* method :
       {"tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read", "prompts/list",
        "prompts/get", "completion/complete", "resources/subscribe", "logging/setLevel"}) {
    EXPECT_TRUE(asker.text_of(empty, method, "{}").starts_with("error: method_not_found")) << method;
  }
  auto some = Server::builder("x", "1").title("An X").tool("t", "", "", nothing).logging().build().value();
  EXPECT_EQ(some.about({}).capabilities,
            (mcp::ServerCapabilities{.tools = true, .tools_changed = true, .logging = true}));
  EXPECT_EQ(some.server_info(), R"({"name":"x","version":"1","title":"An X"})");
}

TEST(Builder, DefinitionsCarryWhatWasSaid) {
  auto server =
      Server::builder("x", "1")
          .tool({.name = "t",
                 .description = "d",
                 .input_schema = R"({"type":"object","x-own":[1.50]})",
                 .title = "T",
                 .output_schema = R"({"type":"array"})",
                 .hints = {.read_only = true, .open_world = false},
                 .meta = json::Value::object({{"k", 1}})},
                nothing)
          .resource({.uri = "a:b", .name = "b", .description = "d", .mime_type = "m", .title = "B", .size = 3}, no_text)
          .build()
          .value();
  Asker asker;
  EXPECT_EQ(
      asker.text_of(server, "tools/list", "{}"),
      R"({"tools":[{"name":"t","title":"T","description":"d","inputSchema":{"type":"object","x-own":[1.50]},"outputSchema":{"type":"array"},)"
      R"("annotations":{"readOnlyHint":true,"openWorldHint":false},"_meta":{"k":1}}]})");
  EXPECT_EQ(asker.text_of(server, "resources/list", "{}"),
            R"({"resources":[{"uri":"a:b","name":"b","title":"B","description":"d","mimeType":"m","size":3}]})");
}

}  // namespace
}  // namespace gatehouse::server
