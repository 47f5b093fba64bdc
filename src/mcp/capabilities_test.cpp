#include <gatehouse/mcp/capabilities.hpp>

#include <gtest/gtest.h>

namespace gatehouse::mcp {
namespace {

TEST(ClientCapabilities, NothingDeclaredIsNothing) {
  const ClientCapabilities none;
  for (const auto* raw :
       {"", "{}", " { } ", R"({"experimental":{"x":{}},"tasks":{}})", "[]", "{", "null", R"({"sampling")"}) {
    EXPECT_EQ(read_client_capabilities(raw), none) << raw;
  }
  EXPECT_FALSE(none.any_callback());
}

TEST(ClientCapabilities, ReadsEachFeature) {
  const auto all = read_client_capabilities(
      R"({"roots":{"listChanged":true},"sampling":{"tools":{},"context":{}},"elicitation":{"form":{},"url":{}},
          "extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html"]}}})");
  EXPECT_EQ(all, (ClientCapabilities{.roots = true,
                                     .roots_changed = true,
                                     .sampling = true,
                                     .sampling_tools = true,
                                     .sampling_context = true,
                                     .elicitation_form = true,
                                     .elicitation_url = true,
                                     .ui = true}));
  EXPECT_TRUE(all.any_callback());
  EXPECT_EQ(read_client_capabilities(R"({"roots":{"listChanged":false}})"), ClientCapabilities{.roots = true});
  EXPECT_FALSE(read_client_capabilities(R"({"extensions":{"io.modelcontextprotocol/ui":{}}})").any_callback());
}

// Spec: 2025-11-25 client/elicitation, "Capabilities": an empty object means forms
TEST(ClientCapabilities, AnEmptyElicitationMeansForms) {
  EXPECT_EQ(read_client_capabilities(R"({"elicitation":{}})"), ClientCapabilities{.elicitation_form = true});
  EXPECT_EQ(read_client_capabilities(R"({"elicitation":{"url":{}}})"), ClientCapabilities{.elicitation_url = true});
}

// GB 4.6
TEST(ClientCapabilities, AreToldToServersInTheirRevision) {
  ClientCapabilities all{.roots = true,
                         .roots_changed = true,
                         .sampling = true,
                         .sampling_tools = true,
                         .elicitation_form = true,
                         .elicitation_url = true};
  EXPECT_EQ(to_json(all, Revision::v2025_11_25).str(),
            R"({"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})");
  EXPECT_EQ(to_json(all, Revision::v2026_07_28).str(),
            R"({"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})");
  EXPECT_EQ(to_json(ClientCapabilities{.elicitation_form = true}, Revision::v2025_06_18).str(), R"({"elicitation":{}})");
  EXPECT_EQ(to_json(ClientCapabilities{}, Revision::v2026_07_28).str(), "{}");
  for (const Revision revision : {Revision::v2025_11_25, Revision::v2026_07_28}) {
    all.roots_changed = !is_modern(revision);
    EXPECT_EQ(read_client_capabilities(to_json(all, revision).str()), all);
  }
}

ServerCapabilities read_server(std::string_view text) { return read_server_capabilities(*json::parse(text)); }

TEST(ServerCapabilities, AreReadAndTold) {
  const char* text =
      R"({"tools":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true},"prompts":{},"completions":{},"logging":{}})";
  const ServerCapabilities all = read_server(text);
  EXPECT_EQ(all, (ServerCapabilities{.tools = true,
                                     .tools_changed = true,
                                     .resources = true,
                                     .resources_changed = true,
                                     .resources_subscribe = true,
                                     .prompts = true,
                                     .completions = true,
                                     .logging = true}));
  EXPECT_EQ(to_json(all, Revision::v2025_11_25).str(), text);
  EXPECT_EQ(read_server("{}"), ServerCapabilities{});
  EXPECT_EQ(read_server(R"({"tools":{"listChanged":"yes"},"resources":{"subscribe":1}})"),
            (ServerCapabilities{.tools = true, .resources = true}));
}

// GB-321: 2024-11-05 has no completions capability
TEST(ServerCapabilities, LeavesOutWhatTheRevisionLacks) {
  EXPECT_EQ(to_json(ServerCapabilities{.completions = true}, Revision::v2024_11_05).str(), "{}");
  EXPECT_EQ(to_json(ServerCapabilities{.completions = true}, Revision::v2025_03_26).str(), R"({"completions":{}})");
}

// LF-1515, LF-1516: each revision has its own form of tasks and never sees the other's
TEST(ServerCapabilities, TellsTasksInTheFormOfTheRevision) {
  const char* core = R"({"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}})";
  const ServerCapabilities read = read_server(core);
  EXPECT_EQ(read, (ServerCapabilities{.tasks_calls = true, .tasks_cancel = true, .tasks_list = true}));
  EXPECT_EQ(to_json(read, Revision::v2025_11_25).str(), core);
  for (const Revision revision : {Revision::v2025_06_18, Revision::v2026_07_28})
    EXPECT_EQ(to_json(read, revision).str(), "{}");
  EXPECT_EQ(read_server(R"({"extensions":{"io.modelcontextprotocol/tasks":{}},"tasks":{"requests":{"tools":{}}}})"),
            (ServerCapabilities{.tasks_extension = true}));
}

TEST(ClientCapabilities, TakesTasksOnlyFromTheExtension) {
  EXPECT_TRUE(read_client_capabilities(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})").tasks);
  EXPECT_FALSE(read_client_capabilities(R"({"tasks":{"requests":{}}})").tasks);
  const ClientCapabilities both{.ui = true, .tasks = true};
  EXPECT_EQ(read_client_capabilities(to_json(both, Revision::v2026_07_28).str()), both);
  EXPECT_FALSE(read_client_capabilities(to_json(both, Revision::v2025_11_25).str()).tasks);
}

TEST(Implementation, HasATitleOnlyIfThereIsOne) {
  EXPECT_EQ(to_json(Implementation{"n", "1", ""}).str(), R"({"name":"n","version":"1"})");
  EXPECT_EQ(to_json(Implementation{"n", "1", "T \"x\""}).str(), R"({"name":"n","version":"1","title":"T \"x\""})");
}

}  // namespace
}  // namespace gatehouse::mcp
