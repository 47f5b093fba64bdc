#include "gateway/tasks/pumps.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "tests/support/finish.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::tasks {
namespace {

struct Asked {
  Cancel withdrawn;
  std::optional<mcp::Reply> reply;
};

Task<void> ask(Pump& pump, Asked& asked) {
  const json::Splice params(R"({"message":"m"})");
  asked.reply = co_await pump.ask("elicitation/create", params, asked.withdrawn);
}

Task<void> until_cancelled(Pump& pump) {
  Signal over;
  const Cancel::Hook stop(pump.cancel, [&] { over.notify(); });
  if (!pump.cancel.requested()) co_await over.wait();
}

bridge::InputResponses responses(std::string_view json) {
  return *bridge::read_input_responses(
      *test::request("tasks/update", R"({"inputResponses":)" + std::string(json) + "}"));
}

// GB-233, LF-1509, LF-1510
TEST(Pump, KeepsQuestionsUntilTheyAreAnswered) {
  Pump pump("p-");
  Asked first, second;
  TaskGroup group;
  EXPECT_EQ(pump.input_requests(), "");
  group.spawn(ask(pump, first));
  group.spawn(ask(pump, second));
  EXPECT_EQ(
      pump.input_requests(),
      R"({"p-1":{"method":"elicitation/create","params":{"message":"m"}},"p-2":{"method":"elicitation/create","params":{"message":"m"}}})");
  pump.answer(responses(R"({"p-2":{"action":"accept"},"p-9":{},"other":{}})"));
  ASSERT_TRUE(second.reply && *second.reply);
  EXPECT_EQ((**second.reply)->body.str(), R"({"action":"accept"})");
  EXPECT_FALSE(first.reply);
  pump.answer(responses(R"({"p-2":{"action":"decline"}})"));
  first.withdrawn.request(CancelReason::superseded);
  ASSERT_TRUE(first.reply);
  EXPECT_FALSE(*first.reply);
  EXPECT_EQ(pump.input_requests(), "");
  Asked third;
  group.spawn(ask(pump, third));
  EXPECT_TRUE(pump.input_requests().starts_with(R"({"p-3")")) << "keys are never used again";
  third.withdrawn.request(CancelReason::superseded);
}

TEST(Pumps, HaveOnePerTask) {
  net::Loop loop;
  Pumps pumps(loop);
  int started = 0;
  const auto start = [&](Pump& pump) {
    ++started;
    return until_cancelled(pump);
  };
  const auto pump = pumps.ensure("a", start);
  EXPECT_EQ(pumps.ensure("a", start), pump);
  EXPECT_NE(pumps.ensure("b", start), pump);
  EXPECT_EQ(started, 2);
  pumps.end("a");
  EXPECT_EQ(pumps.find("a"), nullptr);
  EXPECT_NE(pumps.ensure("a", start), pump);
  TaskGroup group;
  group.spawn(pumps.stop());
  EXPECT_EQ(pumps.running(), 0U);
}

}  // namespace
}  // namespace gatehouse::tasks
