#include "gateway/bridge/parked_call.hpp"

#include <gtest/gtest.h>

#include <random>

#include "gateway/bridge/parked_call_random_test.hpp"

namespace gatehouse::bridge {
namespace {

using Step = ParkedCall::Step;
using Verdict = ParkedCall::Retry::Verdict;

constexpr TimePoint kStart{};
constexpr Milliseconds kCoalesce{25}, kPark{900'000}, kGrace{60'000};

InputResponses answers(std::vector<std::pair<std::string, std::string>> given) {
  return {.answers = std::move(given), .state = {}};
}

/// A call whose server asked one thing, and whose client was told so.
struct Parked {
  Parked() {
    key = *call.asked({}, kStart);
    now = kStart + kCoalesce;
    EXPECT_EQ(call.next(now), Step::ask);
  }
  ParkedCall call{QuestionOptions{}};
  std::string key;
  TimePoint now;
};

TEST(ParkedCall, ThatAsksNothingIsJustACall) {
  ParkedCall call{QuestionOptions{}};
  EXPECT_EQ(call.next(kStart), Step::wait);
  EXPECT_FALSE(call.due());
  call.finished();
  EXPECT_EQ(call.next(kStart), Step::answer);
  EXPECT_EQ(call.next(kStart), Step::forget) << "nobody has a way back";
}

TEST(ParkedCall, CollectsQuestionsThatComeTogether) {
  ParkedCall call{QuestionOptions{}};
  EXPECT_EQ(call.asked({}, kStart), "r1");
  EXPECT_EQ(call.next(kStart), Step::wait);
  EXPECT_EQ(call.due(), kStart + kCoalesce);
  EXPECT_EQ(call.asked({}, kStart + Milliseconds{20}), "r2");
  EXPECT_EQ(call.next(kStart + kCoalesce), Step::ask) << "the first one does not wait for ever";
  EXPECT_EQ(call.open_questions().size(), 2U);
  EXPECT_EQ(call.generation(), 1U);
  EXPECT_TRUE(call.is_parked());
}

// GB-121, GB-123
TEST(ParkedCall, DeliversAnswersAndAsksAgainForTheRest) {
  Parked one;
  const auto second = *one.call.asked({}, one.now);
  EXPECT_EQ(second, "r2");
  const auto retry = one.call.retry(1, answers({{"r1", "{}"}, {"r7", "{}"}}), one.now);
  EXPECT_EQ(retry.verdict, Verdict::taken);
  ASSERT_EQ(retry.deliver.size(), 1U) << "a key that was never asked is ignored";
  EXPECT_EQ(retry.deliver[0].first, "r1");
  one.call.attached();
  EXPECT_EQ(one.call.next(one.now), Step::wait);
  EXPECT_EQ(one.call.next(one.now + kCoalesce), Step::ask);
  EXPECT_EQ(one.call.generation(), 2U);
  ASSERT_EQ(one.call.open_questions().size(), 1U);
  EXPECT_EQ(one.call.open_questions()[0].key, "r2");
}

// GB-125
TEST(ParkedCall, KeepsAnOutcomeThatComesWhileNobodyIsThere) {
  Parked one;
  one.call.finished();
  EXPECT_EQ(one.call.next(one.now), Step::wait);
  const auto retry = one.call.retry(1, answers({{"r1", "{}"}}), one.now);
  EXPECT_EQ(retry.verdict, Verdict::taken);
  EXPECT_TRUE(retry.deliver.empty()) << "the server no longer waits";
  one.call.attached();
  EXPECT_EQ(one.call.next(one.now), Step::answer);
}

TEST(ParkedCall, DropsAQuestionThatTheServerWithdrew) {
  Parked one;
  one.call.withdrawn(one.key);
  const auto retry = one.call.retry(1, answers({{"r1", "{}"}}), one.now);
  EXPECT_EQ(retry.verdict, Verdict::taken);
  EXPECT_TRUE(retry.deliver.empty());
  one.call.attached();
  EXPECT_EQ(one.call.next(one.now + kCoalesce), Step::wait) << "there is nothing to ask";
}

// GB-126
TEST(ParkedCall, ExpiresWhenNobodyComesBack) {
  Parked one;
  EXPECT_EQ(one.call.due(), one.now + kPark);
  EXPECT_EQ(one.call.next(one.now + kPark - Milliseconds{1}), Step::wait);
  EXPECT_EQ(one.call.next(one.now + kPark), Step::expire);
}

TEST(ParkedCall, OutcomesThatNobodyFetchesAreForgotten) {
  Parked one;
  one.call.finished();
  EXPECT_EQ(one.call.next(one.now + kPark), Step::forget);
}

// GB-127
TEST(ParkedCall, IsCancelledByItsLastWaitingRequest) {
  ParkedCall first{QuestionOptions{}};
  first.left();
  EXPECT_EQ(first.next(kStart), Step::abandon);
  Parked one;
  EXPECT_EQ(one.call.next(one.now), Step::wait) << "after input_required nobody has to be there";
  ASSERT_EQ(one.call.retry(1, answers({{"r1", "{}"}}), one.now).verdict, Verdict::taken);
  one.call.attached();
  ASSERT_EQ(one.call.retry(1, answers({{"r1", "{ }"}}), one.now).verdict, Verdict::joined);
  one.call.attached();
  one.call.left();
  EXPECT_EQ(one.call.next(one.now), Step::wait);
  one.call.left();
  EXPECT_EQ(one.call.next(one.now), Step::abandon);
}

// GB-132
TEST(ParkedCall, TakesEachGenerationOnce) {
  Parked one;
  ASSERT_EQ(one.call.retry(1, answers({{"r1", R"({"a":1})"}}), one.now).verdict, Verdict::taken);
  one.call.attached();
  EXPECT_EQ(one.call.retry(1, answers({{"r1", R"({"a":2})"}}), one.now).verdict, Verdict::consumed);
  EXPECT_EQ(one.call.retry(1, answers({{"r1", R"({ "a" : 1.0 })"}}), one.now).verdict, Verdict::joined);
  EXPECT_EQ(one.call.retry(0, answers({}), one.now).verdict, Verdict::consumed);
  EXPECT_EQ(one.call.retry(2, answers({}), one.now).verdict, Verdict::consumed);
}

TEST(ParkedCall, RepeatsWhatALostRetryWasTold) {
  Parked one;
  const auto given = answers({{"r1", "{}"}});
  ASSERT_EQ(one.call.retry(1, given, one.now).verdict, Verdict::taken);
  one.call.attached();
  ASSERT_TRUE(one.call.asked({}, one.now));
  ASSERT_EQ(one.call.next(one.now + kCoalesce), Step::ask);
  EXPECT_EQ(one.call.retry(1, given, one.now).verdict, Verdict::repeated);
  ASSERT_EQ(one.call.retry(2, answers({{"r2", "{}"}}), one.now).verdict, Verdict::taken);
  EXPECT_EQ(one.call.retry(1, given, one.now).verdict, Verdict::consumed) << "that was two rounds ago";
}

TEST(ParkedCall, TellsItsOutcomeAgainForAWhile) {
  Parked one;
  const auto given = answers({{"r1", "{}"}});
  ASSERT_EQ(one.call.retry(1, given, one.now).verdict, Verdict::taken);
  one.call.attached();
  one.call.finished();
  ASSERT_EQ(one.call.next(one.now), Step::answer);
  ASSERT_EQ(one.call.retry(1, given, one.now).verdict, Verdict::joined);
  one.call.attached();
  EXPECT_EQ(one.call.next(one.now), Step::answer);
  EXPECT_EQ(one.call.next(one.now + kGrace), Step::forget);
}

TEST(ParkedCall, RefusesAServerThatAsksEndlessly) {
  ParkedCall call{QuestionOptions{.max_rounds = 2}};
  for (std::uint64_t round = 1; round <= 2; ++round) {
    ASSERT_TRUE(call.asked({}, kStart));
    ASSERT_EQ(call.next(kStart + kCoalesce), Step::ask);
    ASSERT_EQ(call.retry(round, answers({{"r" + std::to_string(round), "{}"}}), kStart).verdict, Verdict::taken);
    call.attached();
  }
  EXPECT_FALSE(call.asked({}, kStart));
  ParkedCall wide{QuestionOptions{}};
  for (std::size_t i = 0; i < kMaxQuestions; ++i) ASSERT_TRUE(wide.asked({}, kStart));
  EXPECT_FALSE(wide.asked({}, kStart));
}

TEST(ParkedCall, GivesUpQuestionsThatAreNeverAnswered) {
  ParkedCall call{QuestionOptions{.max_rounds = 2}};
  ASSERT_TRUE(call.asked({}, kStart));
  TimePoint now = kStart;
  for (std::uint64_t round = 1; round <= 2; ++round) {
    now += kCoalesce;
    ASSERT_EQ(call.next(now), Step::ask);
    ASSERT_EQ(call.retry(round, answers({}), now).verdict, Verdict::taken);
    call.attached();
  }
  EXPECT_EQ(call.next(now + kCoalesce), Step::give_up);
  EXPECT_TRUE(call.open_questions().empty());
  EXPECT_EQ(call.next(now + kCoalesce), Step::wait);  // the server goes on
  call.finished();
  EXPECT_EQ(call.next(now + kCoalesce), Step::answer);
}

TEST(ParkedCall, HoldsItsPromisesInAnyOrderOfEvents) {
  std::mt19937 random(20260728);
  std::vector<std::uint8_t> events(200);
  for (int round = 0; round < 20'000; ++round) {
    for (auto& event : events) event = static_cast<std::uint8_t>(random());
    test::RandomParkedCall call;
    const char* broken = call.run(events);
    ASSERT_EQ(broken, nullptr) << broken << " in round " << round;
  }
}

}  // namespace
}  // namespace gatehouse::bridge
