#include "gateway/bridge/log_line.hpp"

#include <gtest/gtest.h>

#include "gateway/bridge/clean_text.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::LogLevel;
using enum mcp::Revision;

std::string lifted(std::string_view params, const LogRules& rules = {}) {
  const test::ClientMessage message(R"({"jsonrpc":"2.0","method":"notifications/message","params":)" +
                                    std::string(params) + "}");
  return lift_log(*message, "old", rules);
}

// GB-221
TEST(LiftLog, PutsTheServersNameInFront) {
  EXPECT_EQ(lifted(R"({"level":"info","logger":"db","data":{"a" : 1}})"),
            R"({"level":"info","logger":"old/db","data":{"a" : 1}})");
  EXPECT_EQ(lifted(R"({"level":"info","logger":"d\"b","data":1})"), R"({"level":"info","logger":"old/d\"b","data":1})");
  EXPECT_EQ(lifted(R"({"level":"info","data":1})"), R"({"level":"info","data":1,"logger":"old"})");
  EXPECT_EQ(lifted(R"({"level":"info","logger":7,"data":1})"), R"({"level":"info","data":1,"logger":"old"})");
}

TEST(LiftLog, LeavesOutTooMuchData) {
  EXPECT_EQ(lifted(R"({"level":"info","logger":"db","data":"0123456789"})", {.max_data_bytes = 11}),
            R"({"level":"info","logger":"old/db","data":"[12 bytes omitted]"})");
}

TEST(LiftLog, ForgetsTheServersSubscription) {
  EXPECT_EQ(lifted(R"({"level":"info","logger":"a","data":1,"_meta":{"io.modelcontextprotocol/subscriptionId":4}})"),
            R"({"level":"info","logger":"old/a","data":1,"_meta":{}})");
}

// Gateway rule 6.10, LF-603
TEST(WantsLine, DependsOnWhatTheClientSaid) {
  EXPECT_TRUE(wants_line("info", LogLevel::info, v2026_07_28, {}));
  EXPECT_FALSE(wants_line("debug", LogLevel::info, v2026_07_28, {}));
  EXPECT_FALSE(wants_line("emergency", std::nullopt, v2026_07_28, {})) << "it did not ask";
  EXPECT_TRUE(wants_line("warning", std::nullopt, v2025_11_25, {}));
  EXPECT_FALSE(wants_line("info", std::nullopt, v2025_11_25, {}));
  EXPECT_TRUE(wants_line("debug", std::nullopt, v2025_11_25, {.unasked = LogLevel::debug}));
  EXPECT_FALSE(wants_line("loud", LogLevel::debug, v2025_11_25, {}));
}

// GB-391
TEST(CleanText, CutsTracesAndCredentials) {
  EXPECT_EQ(clean_text("boom\n    at f (/srv/app/x.js:1:2)\n    at g"), "boom");
  EXPECT_EQ(clean_text("Traceback (most recent call last):\n  File"), "");
  EXPECT_EQ(clean_text("sent Bearer eyJhbGciOi.abc-_1 to it"), "sent Bearer [removed] to it");
  EXPECT_EQ(clean_text("key sk-abcdefgh12345678, url?api_key=0123456789&x"), "key [removed], url?api_key=[removed]&x");
  EXPECT_EQ(clean_text("the Bearer of news; a task-abcdefghij; Basic tier"),
            "the Bearer of news; a task-abcdefghij; Basic tier");
  EXPECT_EQ(clean_text(""), "");
}

}  // namespace
}  // namespace gatehouse::bridge
