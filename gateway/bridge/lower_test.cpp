#include "gateway/bridge/lower.hpp"

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::Revision;

/// The params of a request as a server of `server` gets them, for the item that it calls `local`.
std::string lowered(std::string_view method, std::string_view params, std::string_view local, Revision server) {
  const auto message = test::request(method, params);
  json::Splice splice(message->params.object.text);
  const auto done = lower_request(*message, local, server, splice);
  return done ? splice.str() : std::string(to_string(done.error().kind));
}
std::string to_legacy(std::string_view method, std::string_view params, std::string_view local) {
  return lowered(method, params, local, Revision::v2025_11_25);
}
std::string to_modern(std::string_view method, std::string_view params, std::string_view local) {
  return lowered(method, params, local, Revision::v2026_07_28);
}

// GB section 15, 18
TEST(Lower, LeavesARequestAloneThatNeedsNothing) {
  for (const Revision server : mcp::kRevisions) {
    for (const auto& [method, params, local] : std::initializer_list<std::array<const char*, 3>>{
             {"tools/call", R"( { "name" : "n\u0061me" , "arguments" : { "x" : 1e2 } , "vendor" : [ ] } )", "name"},
             {"prompts/get", R"({"name":"p"})", "p"},
             {"resources/read", R"({"uri":"file:\/\/\/a","_meta":{}})", "file:///a"},
             {"completion/complete", R"({"ref":{"type" : "ref/prompt","name":"p"},"argument":{"name":"a","value":""}})",
              "p"},
         }) {
      const auto message = test::request(method, params);
      json::Splice splice(message->params.object.text);
      ASSERT_TRUE(lower_request(*message, local, server, splice));
      EXPECT_FALSE(splice.edited()) << params;
      EXPECT_EQ(splice.str(), message->params.object.text);
    }
  }
}

TEST(Lower, ReplacesTheNameAndNothingElse) {
  EXPECT_EQ(to_legacy("tools/call", R"({ "arguments":{"name":"crm.add"} ,"name" : "crm.add" })", "add"),
            R"({ "arguments":{"name":"crm.add"} ,"name" : "add" })");
  EXPECT_EQ(to_modern("tools/call", R"({"name":"crm.say\"\u0041","x":"crm.say"})", "say\"A"),
            R"({"name":"say\"A","x":"crm.say"})");
  EXPECT_EQ(to_modern("prompts/get", R"({"n\u0061me":"crm.p"})", "p"), R"({"n\u0061me":"p"})");
  EXPECT_EQ(to_legacy("tools/call", R"({"name":""})", "x"), R"({"name":"x"})") << "an empty name is a name";
}

TEST(Lower, ReplacesTheUri) {
  EXPECT_EQ(to_legacy("resources/read", R"({"uri":"gh-files+file:\/\/\/a%20b"})", "file:///a%20b"),
            R"({"uri":"file:///a%20b"})");
}

// GB section 5.3: only stateless servers take retries with answers
TEST(Lower, RemovesTheRetryMembersForLegacyServers) {
  EXPECT_EQ(to_legacy("tools/call", R"({"inputResponses":{"r1":{}},"name":"a","requestState":"s","arguments":{}})", "a"),
            R"({"name":"a","arguments":{}})");
  EXPECT_EQ(to_legacy("tools/call", R"({"name":"crm.a","inputResponses":{},"requestState":""})", "a"),
            R"({"name":"a"})");
  const char* retry = R"({"name":"a","inputResponses":{},"requestState":"s"})";
  EXPECT_EQ(to_modern("tools/call", retry, "a"), retry);
}

// GB section 5.5: tasks of 2025-11-25 are no members of a modern request
TEST(Lower, RemovesTheTaskMemberForModernServers) {
  EXPECT_EQ(to_modern("tools/call", R"({"task":{"ttl":1},"name":"crm.a"})", "a"), R"({"name":"a"})");
  EXPECT_EQ(to_modern("tools/call", R"({"name":"crm.a" , "task":{"ttl":1} })", "a"), R"({"name":"a" })");
  EXPECT_EQ(to_legacy("tools/call", R"({"task":{"ttl":1},"name":"a"})", "a"), R"({"task":{"ttl":1},"name":"a"})");
}

TEST(Lower, NeedsWhatTheMethodIsAbout) {
  EXPECT_EQ(to_legacy("tools/call", "", "a"), "invalid_params");
  EXPECT_EQ(to_legacy("tools/call", "{}", "a"), "invalid_params");
  EXPECT_EQ(to_modern("resources/read", R"({"name":"a"})", "a"), "invalid_params");
}

// GB-341
TEST(Lower, PointsACompletionAtTheServersOwnItem) {
  EXPECT_EQ(
      to_modern("completion/complete",
                R"({"ref":{"type":"ref/prompt","name":"crm.p","title":"P"},"argument":{"name":"a","value":"v"}})", "p"),
      R"({"ref":{"type":"ref/prompt","name":"p","title":"P"},"argument":{"name":"a","value":"v"}})");
  EXPECT_EQ(to_modern("completion/complete",
                      R"({"argument":{"name":"a","value":"v"},"ref":{"uri":"gh-x+db://{t}","type":"ref/resource"}})",
                      "db://{t}"),
            R"({"argument":{"name":"a","value":"v"},"ref":{"uri":"db://{t}","type":"ref/resource"}})");
}

// GB-341: context exists since 2025-06-18
TEST(Lower, RemovesTheCompletionContextForOldServers) {
  const char* params =
      R"({"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""},"context":{"arguments":{"b":"c"}}})";
  EXPECT_EQ(lowered("completion/complete", params, "p", Revision::v2025_03_26),
            R"({"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}})");
  EXPECT_EQ(lowered("completion/complete", params, "p", Revision::v2025_06_18), params);
  const char* call = R"({"name":"a","context":{}})";
  EXPECT_EQ(lowered("tools/call", call, "a", Revision::v2024_11_05), call);
}

TEST(Reference, SaysWhatIsCompleted) {
  const auto prompt =
      read_reference(*test::request("completion/complete", R"({"ref":{"name":"a.p","type":"ref/prompt"}})"));
  ASSERT_TRUE(prompt);
  EXPECT_TRUE(prompt->is_prompt);
  EXPECT_EQ(prompt->key, "a.p");
  const auto resource =
      read_reference(*test::request("completion/complete", R"({"ref":{"type":"ref\/resource","uri":"x:{a}"}})"));
  ASSERT_TRUE(resource);
  EXPECT_FALSE(resource->is_prompt);
  EXPECT_EQ(resource->key, "x:{a}");
}

TEST(Reference, RefusesWhatNamesNothing) {
  for (const auto* params :
       {"{}", R"({"ref":{}})", R"({"ref":"p"})", R"({"ref":null})", R"({"ref":{"type":"ref/tool","name":"x"}})",
        R"({"ref":{"type":"ref/prompt"}})", R"({"ref":{"type":"ref/prompt","name":""}})",
        R"({"ref":{"type":"ref/prompt","uri":"x"}})", R"({"ref":{"type":"ref/resource","name":"x"}})",
        R"({"ref":{"type":"ref/prompt","name":7}})"}) {
    const auto reference = read_reference(*test::request("completion/complete", params));
    ASSERT_FALSE(reference) << params;
    EXPECT_EQ(reference.error().kind, Kind::invalid_params) << params;
  }
  const auto twice =
      read_reference(*test::request("completion/complete", R"({"ref":{"type":"ref/prompt","name":"a","name":"b"}})"));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().origin, Origin::client);
}

}  // namespace
}  // namespace gatehouse::bridge
