#include <gatehouse/transport/mirrored_headers.hpp>

#include <random>

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"

namespace gatehouse::transport {
namespace {

struct Encoding {
  const char *text, *value;
};

// transports.md section 7.3; TR-559, TR-561, TR-562
TEST(HeaderValue, IsEncodedWhenItIsNotPlain) {
  const Encoding rows[] = {
      {"eu-north", "eu-north"},
      {"7", "7"},
      {"a b", "a b"},
      {"=?utf-8?x?=", "=?utf-8?x?="},
      {"Z\xc3\xbcrich", "=?base64?WsO8cmljaA==?="},
      {" x", "=?base64?IHg=?="},
      {"x ", "=?base64?eCA=?="},
      {"\tx", "=?base64?CXg=?="},
      {"a\nb", "=?base64?YQpi?="},
      {"a\x7f", "=?base64?YX8=?="},
      {"=?base64?YQ==?=", "=?base64?PT9iYXNlNjQ/WVE9PT89?="},
      {"", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(encode_header_value(row.text), row.value) << row.text;
    EXPECT_EQ(decode_header_value(row.value), row.text) << row.value;
  }
}

// TR-563: only an exact sentinel is one
TEST(HeaderValue, WhatIsNoSentinelIsLiteral) {
  for (const auto* value : {"=?BASE64?YQ==?=", "=?base64?YQ==", "base64?YQ==?=", "x=?base64?YQ==?=", "=?base64?YQ==?= ",
                            "=?base64?=", "=?base64?"}) {
    EXPECT_EQ(decode_header_value(value), value);
  }
}

TEST(HeaderValue, BadBase64InASentinelIsRefused) {
  for (const auto* inside : {"a", "ab", "abc", "a===", "====", "YQ=", "Y Q=", "Y*==", "YQ==YQ==", "=YQ=",
                             "\xc3\xbc"
                             "aa"}) {
    const auto decoded = decode_header_value("=?base64?" + std::string(inside) + "?=");
    ASSERT_FALSE(decoded) << inside;
    EXPECT_EQ(decoded.error().kind, Kind::header_mismatch) << inside;
    EXPECT_EQ(decoded.error().origin, Origin::client) << inside;
  }
  EXPECT_EQ(decode_header_value("=?base64?"
                                "?="),
            "");
}

TEST(HeaderValue, EveryTextComesBackAndIsAHeaderValue) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n)
      text += random() % 3 ? static_cast<char>(random() % 256) : "=?base64?"[random() % 9];
    const std::string value = encode_header_value(text);
    EXPECT_TRUE(net::is_field_value(value));
    EXPECT_TRUE(value.empty() || (value.front() != ' ' && value.back() != ' '));
    EXPECT_EQ(decode_header_value(value), text);
  }
}

constexpr std::string_view kMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

/// "ok" or the error's kind for a POST with these header lines.
std::string checked(std::string_view headers, std::string_view method = "tools/call",
                    std::string_view params = R"("name":"add")") {
  const std::string text = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n";
  net::RequestHead head;
  const auto complete = net::parse_head(text, {}, head);
  if (!complete || !*complete) return "bad head";
  const auto message =
      test::request(method, "{" + std::string(kMeta) + (params.empty() ? "" : ",") + std::string(params) + "}");
  const auto result = check_mirrored_headers(head, *message);
  return result ? "ok" : std::string(to_string(result.error().kind));
}

constexpr const char* kVersion = "MCP-Protocol-Version: 2026-07-28\r\n";
std::string with(std::string_view more) { return kVersion + std::string(more); }
std::string named(std::string_view value) {
  return with("Mcp-Method: tools/call\r\nMcp-Name: " + std::string(value) + "\r\n");
}

// TR-521, TR-541, TR-542, TR-545, TR-546
TEST(MirroredHeaders, RepeatTheBody) {
  EXPECT_EQ(checked(named("add")), "ok");
  EXPECT_EQ(checked("mcp-protocol-version: 2026-07-28\r\nMCP-METHOD: tools/call\r\nmcp-name: add\r\n"), "ok");
  EXPECT_EQ(checked(with("Mcp-Method: \t tools/call \t \r\nMcp-Name:add\r\n")), "ok");
  EXPECT_EQ(checked(with("Mcp-Method: tools/list\r\n"), "tools/list", ""), "ok");
  EXPECT_EQ(checked(with("Mcp-Method: resources/read\r\nMcp-Name: file:///a\r\n"), "resources/read",
                    R"("uri":"file:\/\/\/a")"),
            "ok");
  EXPECT_EQ(checked(with("Mcp-Method: tasks/get\r\nMcp-Name: t1\r\n"), "tasks/get", R"("taskId":"t1")"), "ok");
}

// TR-605
TEST(MirroredHeaders, MethodsThatDoNotExistNeedNoName) {
  EXPECT_EQ(checked(with("Mcp-Method: resources/subscribe\r\n"), "resources/subscribe", R"("uri":"file:///a")"), "ok");
}

// TR-522, TR-560
TEST(MirroredHeaders, AnyDifferenceIsRefused) {
  const std::string bad[] = {
      "",
      kVersion,
      with("Mcp-Method: tools/call\r\n"),
      with("Mcp-Name: add\r\n"),
      "Mcp-Method: tools/call\r\nMcp-Name: add\r\n",
      "MCP-Protocol-Version: 2025-11-25\r\nMcp-Method: tools/call\r\nMcp-Name: add\r\n",
      "MCP-Protocol-Version:\r\nMcp-Method: tools/call\r\nMcp-Name: add\r\n",
      with("Mcp-Method: TOOLS/CALL\r\nMcp-Name: add\r\n"),
      with("Mcp-Method: tools/list\r\nMcp-Name: add\r\n"),
      named("Add"),
      named("add2"),
      named(""),
      named("\"add\""),
      named("=?base64?YWRk"),
      named("=?base64?YWR?="),
      named("=?base64?YWRl?="),
  };
  for (const auto& headers : bad) EXPECT_EQ(checked(headers), "header_mismatch") << headers;
}

// TR-544, TR-563
TEST(MirroredHeaders, AreDecodedBeforeTheyAreCompared) {
  EXPECT_EQ(checked(named("=?base64?YWRk?=")), "ok");
  EXPECT_EQ(checked(named("=?base64?WsO8cmljaA==?="), "tools/call", "\"name\":\"Z\\u00fcrich\""), "ok");
  EXPECT_EQ(checked(named("=?base64?"
                          "?="),
                    "tools/call", R"("name":"")"),
            "ok");
  EXPECT_EQ(checked(named(""), "tools/call", R"("name":"")"), "ok");
}

// A proxy may look at the first one and we at the second.
TEST(MirroredHeaders, AreGivenOnce) {
  for (const auto* twice :
       {"Mcp-Name: add\r\n", "Mcp-Name: other\r\n", "Mcp-Method: tools/call\r\n", "Mcp-Method: tools/list\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\n", "MCP-Protocol-Version: 2025-11-25\r\n"}) {
    EXPECT_EQ(checked(named("add") + twice), "header_mismatch") << twice;
  }
}

// A request that names nothing is not a problem of headers.
TEST(MirroredHeaders, WithoutANameInTheBodyNoneIsWanted) {
  EXPECT_EQ(checked(with("Mcp-Method: tools/call\r\n"), "tools/call", ""), "ok");
  EXPECT_EQ(checked(with("Mcp-Method: tools/list\r\nMcp-Name: whatever\r\n"), "tools/list", ""), "ok");
}

}  // namespace
}  // namespace gatehouse::transport
