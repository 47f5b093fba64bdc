#include "gateway/app/patient_channel.hpp"

#include <gtest/gtest.h>

#include <gatehouse/transport/stdio.hpp>

#include "tests/support/failing_channel.hpp"
#include "tests/support/finish.hpp"
#include "tests/support/settle.hpp"

namespace gatehouse::app {
namespace {

constexpr std::string_view kInitialize = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})";
constexpr std::string_view kDiscover = R"({"jsonrpc":"2.0","id":"d","method":"server/discover","params":{}})";
constexpr std::string_view kList = R"({"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}})";
constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":3,"method":"ping"})";

/// A host on one end, the channel on the other, and a server that is up or not.
struct Fixture {
  explicit Fixture(test::FailAt fail_at = {1'000'000}) {
    auto both = transport::memory_channels();
    host = std::move(both.first);
    channel = std::make_unique<PatientChannel>(
        std::make_unique<test::FailingChannel>(std::move(both.second), fail_at),
        [this](Cancel& closed) { return wait(closed); }, [this](Cancel& closed) { return part(closed); });
  }
  ~Fixture() { test::finish(channel->close()); }
  Task<Result<void>> wait(Cancel& closed) {
    ++waits;
    if (slow) {
      const Cancel::Hook stop(closed, [this] { ready.notify(); });
      co_await ready.wait();
    }
    if (up) co_return Result<void>{};
    co_return fail(Kind::unavailable, Origin::upstream, "The server is not there.");
  }
  Task<void> part(Cancel& closed) {
    const Cancel::Hook stop(closed, [this] { parted.notify(); });
    co_await parted.wait();
  }
  void say(std::string_view text) const {
    const json::Pieces message(1, text);
    (void)test::finish(host->send(message));
  }
  /// What the front gets next; "lost" at the end.
  std::string next() const {
    const auto text = test::finish(channel->receive());
    return text ? std::string(text->view()) : "lost";
  }
  std::string heard() const { return std::string(test::finish(host->receive())->view()); }

  bool up = true, slow = false;
  int waits = 0;
  Signal ready, parted;
  std::unique_ptr<transport::Channel> host;
  std::unique_ptr<PatientChannel> channel;
};

TEST(PatientChannel, WaitsOnceBeforeTheFirstRequest) {
  Fixture f;
  for (const auto text : {kPing, kInitialize, kList, kDiscover}) f.say(text);
  EXPECT_EQ(f.next(), kPing);
  EXPECT_EQ(f.waits, 0) << "nobody has to wait for a ping";
  EXPECT_EQ(f.next(), kInitialize);
  EXPECT_EQ(f.next(), kList);
  EXPECT_EQ(f.next(), kDiscover);
  EXPECT_EQ(f.waits, 1);
}

TEST(PatientChannel, AnswersGreetingsItselfWhileTheServerIsDown) {
  Fixture f;
  f.up = false;
  for (const auto text : {kInitialize, kDiscover, kList}) f.say(text);
  EXPECT_EQ(f.next(), kList) << "other requests get their own answer";
  EXPECT_EQ(f.heard(), R"({"jsonrpc":"2.0","id":1,"error":{"code":-31001,"message":"The server is not there."}})");
  EXPECT_EQ(f.heard(), R"({"jsonrpc":"2.0","id":"d","error":{"code":-31001,"message":"The server is not there."}})");
  f.up = true;
  f.say(kInitialize);
  EXPECT_EQ(f.next(), kInitialize) << "the next greeting finds it up";
}

TEST(PatientChannel, WhatIsNoRequestPassesUnread) {
  Fixture f;
  for (const std::string_view text : {"no JSON", "[]", R"({"jsonrpc":"2.0","method":"notifications/initialized"})"}) {
    f.say(text);
    EXPECT_EQ(f.next(), text);
  }
  EXPECT_EQ(f.waits, 0);
}

Task<void> receive_into(PatientChannel& channel, std::string& out) {
  const auto text = co_await channel.receive();
  out = text ? std::string(text->view()) : "lost";
}

TEST(PatientChannel, AHostThatGoesEndsTheWait) {
  Fixture f;
  f.slow = true;
  std::string received;
  TaskGroup group;
  net::Loop loop;
  f.say(kInitialize);
  group.spawn(receive_into(*f.channel, received));
  f.say(kList);
  net::run(loop, test::settle(loop));
  EXPECT_EQ(received, "") << "the server is not there yet";
  test::finish(f.host->close());
  net::run(loop, test::settle(loop));
  EXPECT_EQ(received, "") << "it may only have said all it wants to say";
  f.parted.notify();
  net::run(loop, test::settle(loop));
  EXPECT_EQ(received, "lost");
}

TEST(PatientChannel, AHostThatHasSaidEverythingIsStillServed) {
  Fixture f;
  f.slow = true;
  std::string received;
  TaskGroup group;
  net::Loop loop;
  f.say(kInitialize);
  f.say(kList);
  group.spawn(receive_into(*f.channel, received));
  test::finish(f.host->close());
  net::run(loop, test::settle(loop));
  f.ready.notify();
  net::run(loop, test::settle(loop));
  EXPECT_EQ(received, kInitialize);
  EXPECT_EQ(f.next(), kList);
  EXPECT_EQ(f.next(), "lost");
}

TEST(PatientChannel, EndsWithItsHostWhereverThatIs) {
  for (std::size_t n = 1; n <= 4; ++n) {
    Fixture f({n});
    f.up = false;
    f.say(kInitialize);
    f.say(kList);
    std::string last;
    for (int i = 0; i < 3 && last != "lost"; ++i) last = f.next();
    EXPECT_EQ(last, "lost") << n;
  }
}

}  // namespace
}  // namespace gatehouse::app
