#include <gatehouse/transport/modern.hpp>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "tests/support/asker.hpp"

namespace gatehouse::transport {
namespace {

std::string kind(const Result<void>& result) { return result ? "ok" : std::string(to_string(result.error().kind)); }
test::ClientMessage with_meta(std::string_view meta, std::string_view method = "tools/list") {
  return test::request(method, R"({"_meta":)" + std::string(meta) + "}");
}
test::ClientMessage of_version(std::string_view version, std::string_view method = "tools/list") {
  return with_meta(R"({"io.modelcontextprotocol/protocolVersion":")" + std::string(version) +
                       R"(","io.modelcontextprotocol/clientCapabilities":{}})",
                   method);
}

// TR-526
TEST(ModernRequest, NeedsVersionAndCapabilities) {
  EXPECT_EQ(kind(check_modern_metadata(*of_version("2026-07-28"))), "ok") << "clientInfo may be missing";
  EXPECT_EQ(kind(check_modern_metadata(*test::request("tools/list", ""))), "missing_metadata");
  for (const auto* meta :
       {"{}", R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})",
        R"({"io.modelcontextprotocol/clientCapabilities":{}})",
        R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]})",
        R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":null})"}) {
    EXPECT_EQ(kind(check_modern_metadata(*with_meta(meta))), "missing_metadata") << meta;
  }
}

// TR-523, GB-332, C-8
TEST(ModernRequest, OfAnotherVersionIsToldWhichOnesAreServed) {
  EXPECT_EQ(kind(check_modern_version(*of_version("2026-07-28"))), "ok");
  const auto supported = [](std::string_view version) {
    const auto checked = check_modern_version(*of_version(version));
    if (checked || checked.error().kind != Kind::unsupported_version) return std::string("wrong");
    return checked.error().data;
  };
  EXPECT_EQ(supported("2027-01-01"),
            R"({"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],"requested":"2027-01-01"})");
  EXPECT_EQ(supported("2025-11-25"), R"({"supported":["2026-07-28"],"requested":"2025-11-25"})")
      << "that one needs a handshake";
  EXPECT_EQ(supported("2024-11-05"), R"({"supported":["2026-07-28"],"requested":"2024-11-05"})");
  EXPECT_EQ(supported(R"(x\"y)"),
            R"({"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],"requested":"x\"y"})");
  EXPECT_EQ(kind(check_modern_version(*of_version(""))), "unsupported_version");
}

// TR-605, TR-524
TEST(ModernRequest, MayOnlyAskWhatTheRevisionHas) {
  for (const auto* method : {"tools/list", "tools/call", "resources/read", "server/discover", "subscriptions/listen",
                             "completion/complete"}) {
    EXPECT_EQ(kind(check_modern_method(*of_version("2026-07-28", method))), "ok") << method;
  }
  for (const auto* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                             "tasks/list", "vendor/x", "notifications/initialized"}) {
    EXPECT_EQ(kind(check_modern_method(*of_version("2026-07-28", method))), "method_not_found") << method;
  }
  EXPECT_EQ(check_modern_method(*of_version("2026-07-28", "initialize")).error().data,
            R"({"supported":["2026-07-28"]})");
}

TEST(ModernRequest, SaysWhoAsks) {
  const auto message = with_meta(
      R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"sampling":{}},
      "io.modelcontextprotocol/clientInfo":{"name":"c"},"io.modelcontextprotocol/logLevel":"notice"})");
  const auto client = modern_client(*message, "10.0.0.1", "agent");
  EXPECT_EQ(client.revision, mcp::kLatest);
  EXPECT_TRUE(client.capabilities.sampling);
  EXPECT_EQ(client.capabilities_raw, R"({"sampling":{}})");
  EXPECT_EQ(client.info_raw, R"({"name":"c"})");
  EXPECT_EQ(client.log_level, mcp::LogLevel::notice);
  EXPECT_TRUE(client.session.empty());
  EXPECT_EQ(client.address, "10.0.0.1");
  EXPECT_EQ(client.user_agent, "agent");
  EXPECT_FALSE(modern_client(*of_version("2026-07-28"), "", "").log_level);
}

class Responder final : public mcp::Responder {
 public:
  Task<mcp::Reply> answer(const mcp::Call& call) override {
    co_return mcp::Answer::of(R"({"asked":")" + std::string(call.request.rpc.method) + "\"}");
  }
  About about(const mcp::Client&) override {
    return {.implementation = {"s", "1", ""},
            .capabilities = {.tools = true, .tools_changed = true, .completions = true},
            .extensions = json::Value::object({{"x", 1}}),
            .instructions = text};
  }
  [[nodiscard]] std::string_view server_info() const override { return R"({"name":"s","version":"1"})"; }
  std::string text;
};

mcp::Reply ask(mcp::Responder& responder, std::string_view method) {
  const auto message = of_version("2026-07-28", method);
  test::Asker asker;
  return test::finish(answer_modern({*message, asker.client, asker, asker.cancel, {}}, responder));
}

// GB section 7.5, GB-332
TEST(Discover, TellsWhatTheResponderIs) {
  Responder responder;
  auto reply = ask(responder, "server/discover");
  ASSERT_TRUE(reply);
  EXPECT_EQ(
      (*reply)->body.str(),
      R"({"supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],"capabilities":{"tools":{"listChanged":true},"completions":{},"extensions":{"x":1}}})");
  ASSERT_TRUE((*reply)->cache);
  EXPECT_GT((*reply)->cache->ttl_ms, 0);
  responder.text = "Use it.";
  EXPECT_EQ(json::parse((*ask(responder, "server/discover"))->body.str())->text("instructions"), "Use it.");
}

TEST(Discover, EverythingElseGoesToTheResponder) {
  Responder responder;
  EXPECT_EQ((*ask(responder, "tools/list"))->body.str(), R"({"asked":"tools/list"})");
}

}  // namespace
}  // namespace gatehouse::transport
