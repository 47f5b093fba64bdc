#include "src/client/outgoing.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "tests/support/messages.hpp"

namespace gatehouse::client {
namespace {

using mcp::Method;

const Sender kSender{R"({"name":"gatehouse","version":"1"})", mcp::kLatest};

/// The params as they are sent, for a request whose caller wrote `params`.
std::string sent(std::string_view params, const Sender* sender, Request request = {}) {
  const auto message = test::request("tools/call", params);
  request.method = Method::tools_call;
  request.method_name = "tools/call";
  request.params = &message->params;
  const std::string text = Outgoing(42, request, sender).str();
  constexpr std::string_view kHead = R"({"jsonrpc":"2.0","id":42,"method":"tools/call")";
  if (!text.starts_with(kHead)) return "unexpected frame: " + text;
  const auto rest = std::string_view(text).substr(kHead.size());
  if (rest == "}") return "none";
  return std::string(rest.substr(std::string_view(R"(,"params":)").size(), rest.size() - 11));
}
std::string to_legacy(std::string_view params) { return sent(params, nullptr); }
std::string to_modern(std::string_view params, Request request = {}) { return sent(params, &kSender, request); }

constexpr const char* kProtocol =
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"gatehouse","version":"1"},"io.modelcontextprotocol/clientCapabilities":{})";
std::string protocol_and(std::string_view more) {
  return R"("_meta":{)" + std::string(kProtocol) + std::string(more) + "}";
}

// GB section 15, 18
TEST(Outgoing, ToALegacyServerSendsTheParamsAsTheyAre) {
  for (const auto* params : {"", "{}", "{ }", R"({ "name" : "n" , "arguments" : { } })", R"({"name":"n","_meta":{}})",
                             R"({"_meta":{ "vendor/x" : [ 1 ], "traceparent":"00"} , "name":"n"})"}) {
    EXPECT_EQ(to_legacy(params), *params ? params : "none");
  }
}

// GB 4.5: what the asker can do is said anew in each request
TEST(Outgoing, SaysToAModernServerWhatEachAskerCanDo) {
  const auto declared = [](bool ui, bool sampling) {
    Request request;
    request.capabilities.ui = ui;
    request.capabilities.sampling = sampling;
    const auto params = json::parse(to_modern(R"({"_meta":{}})", request));
    return params ? params->find("_meta")->find(mcp::meta_key::kClientCapabilities)->str() : "malformed";
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(declared(false, false), "{}");
    EXPECT_EQ(declared(false, true), R"({"sampling":{}})");
    EXPECT_EQ(declared(false, true), R"({"sampling":{}})");
    EXPECT_TRUE(declared(true, false).contains("extensions"));
  }
}

// GB-064: a fresh token per request; the id is one
TEST(Outgoing, ReplacesTheProgressToken) {
  EXPECT_EQ(to_legacy(R"({"_meta":{"a":1, "progressToken" : "mine" ,"b":2},"name":"n"})"),
            R"({"_meta":{"a":1, "progressToken" : 42 ,"b":2},"name":"n"})");
  EXPECT_EQ(to_modern(R"({"_meta":{"a":1,"progressToken":"mine"}})"),
            "{" + protocol_and(R"(,"progressToken":42,"a":1)") + "}");
}

// GB section 4.5: what a stateless client says about the protocol stays on its hop
TEST(Outgoing, ToALegacyServerRemovesModernMetadata) {
  EXPECT_EQ(
      to_legacy(
          R"({"name":"n","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{},
                          "io.modelcontextprotocol/logLevel":"debug","progressToken":1, "vendor\/x" : "\u0041","io.modelcontextprotocol/related-task":{"taskId":"t"}}})"),
      R"({"name":"n","_meta":{"progressToken":42,"vendor\/x" : "\u0041"}})");
  EXPECT_EQ(to_legacy(R"({"_meta":{"io.modelcontextprotocol/logLevel":"debug"},"name":"n"})"),
            R"({"_meta":{},"name":"n"})");
}

// GB section 4.5: our own keys are never taken from a client
TEST(Outgoing, NeverPassesOnKeysOfTheGateway) {
  EXPECT_EQ(to_legacy(R"({"_meta":{"io.gatehouse/affinity":"x","a":1}})"), R"({"_meta":{"a":1}})");
  EXPECT_EQ(to_legacy(R"({"_meta":{"io.gateh\u006fuse/affinity":"x"}})"), R"({"_meta":{}})");
  EXPECT_EQ(to_modern(R"({"_meta":{"io.gatehouse/backend":"x","a":1}})"), "{" + protocol_and(R"(,"a":1)") + "}");
}

// GB section 4.5: other vendor keys
TEST(Outgoing, KeepsBackWhatItsServerMustNotGet) {
  const Buffer text = Buffer::copy_of(R"({"name":"n","_meta":{"a":1,"secret":2,"progressToken":"p"}})");
  const auto params = mcp::read_params(text.view());
  const auto is_secret = [](std::string_view key) { return key == "secret"; };
  const Request request{.method = mcp::Method::tools_call,
                        .method_name = "tools/call",
                        .params = &*params,
                        .withheld_meta = KeyFilter(is_secret)};
  EXPECT_NE(Outgoing(7, request, nullptr).str().find(R"("_meta":{"progressToken":7,"a":1}})"), std::string::npos)
      << Outgoing(7, request, nullptr).str();
  const Sender sender("{}");
  EXPECT_EQ(Outgoing(7, request, &sender).str().find("secret"), std::string::npos);
}

TEST(Outgoing, ToAModernServerAddsItsOwnMetadata) {
  EXPECT_EQ(to_modern(""), "{" + protocol_and("") + "}");
  EXPECT_EQ(to_modern("{}"), "{" + protocol_and("") + "}");
  EXPECT_EQ(to_modern(" { } "), "{" + protocol_and("") + " }");
  EXPECT_EQ(to_modern(R"({ "name" : "n" })"), R"({ "name" : "n",)" + protocol_and("") + " }");
  EXPECT_EQ(to_modern(R"({"name":"n","_meta" : { } ,"x":1})"),
            R"({"name":"n","_meta" : {)" + std::string(kProtocol) + R"(} ,"x":1})");
}

TEST(Outgoing, ReplacesWhatTheClientSaidAboutTheProtocol) {
  EXPECT_EQ(
      to_modern(
          R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01","io.modelcontextprotocol/clientInfo":{"name":"evil"},
                          "io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/logLevel":"debug","traceparent":"00"}})"),
      "{" + protocol_and(R"(,"traceparent":"00")") + "}");
}

TEST(Outgoing, DeclaresWhatTheAskerCanDo) {
  const Request request{.capabilities = {.elicitation_form = true}, .log_level = mcp::LogLevel::warning};
  const auto params = json::parse(to_modern("{}", request));
  ASSERT_TRUE(params);
  EXPECT_EQ(params->find("_meta")->find(mcp::meta_key::kClientCapabilities)->str(), R"({"elicitation":{}})");
  EXPECT_EQ(params->find("_meta")->text(mcp::meta_key::kLogLevel), "warning");
}

/// Edits that a bridge may make before.
TEST(Outgoing, KeepsTheEditsOfItsCaller) {
  for (const auto* params : {R"({"name":"crm.a","task":{},"x":1})", R"({"task":{},"name":"crm.a","x":1})",
                             R"({"name":"crm.a","x":1,"task":{}})", R"({"x":1,"task":{},"_meta":{},"name":"crm.a"})"}) {
    for (const Sender* sender : {static_cast<const Sender*>(nullptr), &kSender}) {
      const auto message = test::request("tools/call", params);
      json::Splice edits(message->params.object.text);
      edits.replace(message->params.name_raw, "\"a\"");
      json::rewrite_members(edits, message->params.object,
                            [](const json::Member& member) { return member.key == "task"; }, {});
      const Request request{
          .method = Method::tools_call, .method_name = "tools/call", .params = &message->params, .edits = &edits};
      const std::string text = Outgoing(1, request, sender).str();
      const auto parsed = json::parse(text);
      ASSERT_TRUE(parsed) << text;
      EXPECT_EQ(parsed->find("params")->text("name"), "a") << text;
      EXPECT_FALSE(parsed->find("params")->find("task")) << text;
      EXPECT_EQ(parsed->find("params")->find("x")->as_int(), 1) << text;
      if (sender) {
        EXPECT_TRUE(parsed->find("params")->find("_meta")->find(mcp::meta_key::kProtocolVersion)) << text;
      }
    }
  }
}

TEST(Outgoing, ARequestWithoutCallerHasNoParams) {
  const Request request{.method = Method::tools_list, .method_name = "tools/list"};
  EXPECT_EQ(Outgoing(1, request, nullptr).str(), R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
  EXPECT_EQ(Outgoing(1, request, &kSender).str(),
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{)" + protocol_and("") + "}}");
}

TEST(NotificationText, HasParamsIfThereAreSome) {
  EXPECT_EQ(notification_text("notifications/initialized", ""),
            R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(notification_text("notifications/cancelled", R"({"requestId":1})"),
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
}

}  // namespace
}  // namespace gatehouse::client
