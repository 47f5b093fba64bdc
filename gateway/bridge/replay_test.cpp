#include "gateway/bridge/replay.hpp"

#include <gtest/gtest.h>

namespace gatehouse::bridge {
namespace {

std::string ask(Replay& run, std::string_view params, std::string_view method = "elicitation/create") {
  return run.ask(*read_question(method, params)).value_or("asked");
}

Replay next_run(const Replay& run, InputResponses responses) {
  auto next = Replay::of(run.remember());
  next->answered(responses);
  return std::move(*next);
}

// GB-129
TEST(Replay, AnswersFromMemoryWhatWasAnsweredBefore) {
  Replay first;
  EXPECT_EQ(ask(first, R"({"message":"colour?"})"), "asked");
  ASSERT_EQ(first.open().size(), 1U);
  EXPECT_EQ(first.open()[0].key, "r1");
  Replay second = next_run(first, {.answers = {{"r1", R"({"action":"accept"})"}}, .state = {}});
  EXPECT_EQ(second.runs(), 1U);
  EXPECT_EQ(ask(second, R"({ "message" : "colour?" })"), R"({"action":"accept"})") << "whatever its spelling";
  EXPECT_EQ(ask(second, R"({"message":"size?"})"), "asked");
  EXPECT_EQ(second.open()[0].key, "r2") << "keys are never used again";
  Replay third = next_run(second, {.answers = {{"r2", "{}"}, {"r1", "\"late\""}, {"r9", "{}"}}, .state = {}});
  EXPECT_EQ(ask(third, R"({"message":"colour?"})"), R"({"action":"accept"})") << "r1 was of another run";
  EXPECT_EQ(ask(third, R"({"message":"size?"})"), "{}");
  EXPECT_TRUE(third.open().empty());
}

TEST(Replay, TheSameQuestionAskedTwiceIsTwo) {
  Replay first;
  EXPECT_EQ(ask(first, R"({"message":"again?"})"), "asked");
  Replay second = next_run(first, {.answers = {{"r1", "1"}}, .state = {}});
  EXPECT_EQ(ask(second, R"({"message":"again?"})"), "1");
  EXPECT_EQ(ask(second, R"({"message":"again?"})"), "asked");
  EXPECT_EQ(ask(second, "{}", "roots/list"), "asked");
}

// LF-313
TEST(Replay, WhatHasNoAnswerIsAskedAgain) {
  Replay first;
  (void)ask(first, R"({"message":"a"})");
  (void)ask(first, R"({"message":"b"})");
  Replay second = next_run(first, {.answers = {{"r2", "{}"}}, .state = {}});
  EXPECT_EQ(ask(second, R"({"message":"a"})"), "asked");
  EXPECT_EQ(ask(second, R"({"message":"b"})"), "{}");
}

TEST(Replay, ReadsOnlyItsOwnMemory) {
  for (const std::string_view text : {"", "[]", "no", "\"x\""}) EXPECT_FALSE(Replay::of(text)) << text;
  auto odd = Replay::of(R"({"a":{"x":1},"q":[],"n":"z"})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(ask(*odd, "{}"), "asked");
}

}  // namespace
}  // namespace gatehouse::bridge
