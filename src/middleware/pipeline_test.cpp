#include <gatehouse/middleware/pipeline.hpp>

#include <string>

#include <gtest/gtest.h>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task_group.hpp>

namespace gatehouse::middleware {
namespace {

struct Call {
  std::string text;
  int tries = 0;
};
using Reply = Result<std::string>;
using CallNext = Next<Call, Reply>;

struct Wrap {
  static constexpr std::string_view kName = "wrap";
  char mark;
  explicit Wrap(char with) : mark(with) {}
  Task<Reply> handle(Call& call, CallNext next) {
    call.text += mark;
    auto reply = co_await next(call);
    if (reply) *reply += mark;
    co_return reply;
  }
};

struct Refuse {
  static constexpr std::string_view kName = "refuse";
  Task<Reply> handle(Call&, CallNext) { co_return fail(Kind::limit_exceeded, Origin::client, "too many"); }
};

struct Retry3 {
  static constexpr std::string_view kName = "retry";
  Task<Reply> handle(Call& call, CallNext next) {
    for (int i = 0; i < 2; ++i)
      if (auto reply = co_await next(call)) co_return reply;
    co_return co_await next(call);
  }
};

struct Echo {
  static constexpr std::string_view kName = "echo";
  int fail_first = 0;
  Task<Reply> handle(Call& call, CallNext) {
    if (call.tries++ < fail_first) co_return fail(Kind::unavailable, Origin::upstream, "down");
    co_return call.text + "|";
  }
};

struct Gate {
  static constexpr std::string_view kName = "gate";
  Signal& open;
  explicit Gate(Signal& signal) : open(signal) {}
  Task<Reply> handle(Call& call, CallNext next) {
    co_await open.wait();
    co_return co_await next(call);
  }
};

Reply run(const Pipeline<Call, Reply>& pipeline, Call& call) {
  Reply reply = "not finished";
  TaskGroup group;
  group.spawn([](const Pipeline<Call, Reply>& p, Call& c, Reply& out) -> Task<void> { out = co_await p(c); }(
                                                                          pipeline, call, reply));
  EXPECT_EQ(group.running(), 0U);
  return reply;
}

TEST(Pipeline, RunsStagesFromTheOutsideInAndBackOut) {
  Pipeline<Call, Reply> pipeline;
  pipeline.add<Wrap>('a');
  pipeline.add<Wrap>('b');
  pipeline.add<Echo>();
  Call call{.text = ">"};
  EXPECT_EQ(run(pipeline, call), ">ab|ba");
}

TEST(Pipeline, ARefusalIsSeenByOuterStagesAndByNoInnerOne) {
  Pipeline<Call, Reply> pipeline;
  pipeline.add<Wrap>('a');
  pipeline.add<Refuse>();
  pipeline.add<Wrap>('b');
  pipeline.add<Echo>();
  Call call;
  const Reply reply = run(pipeline, call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::limit_exceeded);
  EXPECT_EQ(call.text, "a");
}

TEST(Pipeline, AStageMayAskTheInnerOnesAgain) {
  Pipeline<Call, Reply> pipeline;
  pipeline.add<Retry3>();
  pipeline.add<Echo>().fail_first = 2;
  Call call{.text = "x"};
  EXPECT_EQ(run(pipeline, call), "x|");
  EXPECT_EQ(call.tries, 3);
}

TEST(Pipeline, CallsThatWaitDoNotDisturbEachOther) {
  Signal open;
  Pipeline<Call, Reply> pipeline;
  pipeline.add<Gate>(open);
  pipeline.add<Echo>();
  const auto start = [&pipeline](TaskGroup& group, Call& call, Reply& out) {
    group.spawn([](const Pipeline<Call, Reply>& p, Call& c, Reply& o) -> Task<void> { o = co_await p(c); }(pipeline,
                                                                                                           call, out));
  };
  TaskGroup group;
  Call first{.text = "1"};
  Reply reply = "waiting";
  start(group, first, reply);
  EXPECT_EQ(reply, "waiting");
  EXPECT_EQ(group.running(), 1U);
  open.notify();
  EXPECT_EQ(reply, "1|");
  EXPECT_EQ(group.running(), 0U);
}

TEST(Pipeline, NamesItsStagesInOrder) {
  Pipeline<Call, Reply> pipeline;
  pipeline.add<Wrap>('a');
  pipeline.add<Refuse>();
  pipeline.add<Echo>();
  EXPECT_EQ(pipeline.names(), (std::vector<std::string_view>{"wrap", "refuse", "echo"}));
}

}  // namespace
}  // namespace gatehouse::middleware
