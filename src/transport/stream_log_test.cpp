#include <gatehouse/transport/stream_log.hpp>

#include <random>

#include <gtest/gtest.h>

namespace gatehouse::transport {
namespace {

using std::chrono::seconds;
using Kind = StreamLog::Kind;
using Texts = std::vector<std::string>;

constexpr TimePoint kStart{};

class Hand final : public StreamLog::Writer {
 public:
  void more() override { ++news; }
  void taken_over() override { lost = true; }
  int news = 0;
  bool lost = false;
};

/// What a client that saw the events up to `number` still gets.
Texts rest_of(const StreamLog& stream, std::uint64_t number) {
  Texts rest;
  for (auto n = stream.next_kept(number); n <= stream.last(); n = stream.next_kept(n)) rest.push_back(*stream.event(n));
  return rest;
}

// TR-445, TR-447
TEST(StreamLog, KnowsWhatFollowsAnEvent) {
  StreamLogTable table({});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::response, "1", kStart);
  EXPECT_EQ(stream->append("a"), 1U);
  EXPECT_EQ(stream->append("b"), 2U);
  const auto place = logs.find(stream->event_id(1));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->stream, stream);
  EXPECT_EQ(rest_of(*stream, place->number), Texts{"b"});
  EXPECT_EQ(rest_of(*stream, 0), (Texts{"a", "b"}));
  EXPECT_EQ(rest_of(*stream, 2), Texts{});
}

// TR-444, TR-448
TEST(StreamLog, IdsOfOneSessionMeanNothingInAnother) {
  StreamLogTable table({});
  StreamLogs logs(table), others(table);
  const auto stream = logs.open(Kind::response, "1", kStart), second = logs.open(Kind::response, "2", kStart);
  stream->append("a");
  EXPECT_NE(stream->event_id(1), second->event_id(1));
  EXPECT_FALSE(others.find(stream->event_id(1)));
  EXPECT_FALSE(logs.find(second->event_id(1))) << "it has sent nothing yet";
  EXPECT_TRUE(logs.find(second->event_id(0)));
}

TEST(StreamLog, ForgedIdsAreUnknown) {
  StreamLogTable table({});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::response, "1", kStart);
  stream->append("a");
  const std::string id = stream->event_id(1);
  const std::string name = id.substr(0, id.rfind('.'));
  for (const std::string& forged : {std::string(), std::string("."), std::string(".1"), name, name + ".", name + ".2",
                                    name + ".-1", name + ".+1", name + ".1 ", name + ".1x", name + ".0x1",
                                    name + ".99999999999999999999999", name.substr(1) + ".1", "x" + id}) {
    EXPECT_FALSE(logs.find(forged)) << forged;
  }
}

// GB-371, GB-372
TEST(StreamLog, TheNewestWriterWins) {
  StreamLogTable table({});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::response, "1", kStart);
  Hand first, second;
  stream->attach(first);
  stream->append("a");
  stream->attach(second);
  EXPECT_TRUE(first.lost);
  stream->detach(first);
  stream->append("b");
  EXPECT_EQ(first.news, 1);
  EXPECT_EQ(second.news, 1);
  logs.end();
  EXPECT_TRUE(second.lost);
}

TEST(StreamLog, AnEndedResponseIsKeptForAWhile) {
  StreamLogTable table({.ttl = seconds(300)});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::response, "1", kStart);
  stream->append("answer");
  stream->end(kStart);
  table.expire(kStart + seconds(299));
  EXPECT_TRUE(logs.find(stream->event_id(1)));
  table.expire(kStart + seconds(300));
  EXPECT_FALSE(logs.find(stream->event_id(1)));
  EXPECT_EQ(table.bytes(), 0U);
}

// GB-371 (a)
TEST(StreamLog, TheSessionsOwnStreamStaysKnownWhenItsEventsAreGone) {
  StreamLogTable table({.ttl = seconds(300)});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::standalone, {}, kStart);
  stream->append("a");
  stream->append("b");
  stream->rest(kStart);
  table.expire(kStart + seconds(300));
  const auto place = logs.find(stream->event_id(1));
  ASSERT_TRUE(place);
  EXPECT_EQ(stream->next_kept(1), 3U) << "event 2 was lost";
  (void)logs.open(Kind::standalone, {}, kStart + seconds(300));
  EXPECT_TRUE(stream->ended());
}

TEST(StreamLog, WhoeverComesBackInTimeFindsEverything) {
  StreamLogTable table({.ttl = seconds(300)});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::standalone, {}, kStart);
  stream->append("a");
  stream->rest(kStart);
  Hand hand;
  stream->attach(hand);
  table.expire(kStart + seconds(900));
  EXPECT_EQ(rest_of(*stream, 0), Texts{"a"});
}

TEST(StreamLog, WhatWasSentGoesFirst) {
  StreamLogTable table({.session_bytes = 600, .sent_bytes = 150});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::standalone, {}, kStart), other = logs.open(Kind::response, "1", kStart);
  const std::string text(50, 'x');
  other->append(text);
  for (int i = 0; i < 20; ++i) stream->sent(stream->append(text));
  EXPECT_EQ(rest_of(*other, 0), Texts{text}) << "nobody got it yet";
  EXPECT_LE(rest_of(*stream, 0).size(), 2U);
  EXPECT_EQ(stream->last(), 20U);
}

TEST(StreamLog, MemoryIsBounded) {
  StreamLogTable table({.session_bytes = 2000, .total_bytes = 3000});
  StreamLogs one(table), two(table);
  const auto a = one.open(Kind::response, "1", kStart), b = two.open(Kind::response, "1", kStart);
  for (int i = 0; i < 1000; ++i) {
    a->append(std::string(100, 'a'));
    b->append(std::string(100, 'b'));
    ASSERT_LE(one.bytes(), 2000U);
    ASSERT_LE(table.bytes(), 3000U);
  }
  a->append(std::string(5000, 'c'));
  EXPECT_EQ(a->last(), 1001U) << "too large to be kept, and counted";
  EXPECT_EQ(a->event(1001), nullptr);
}

TEST(StreamLog, EndedStreamsAreFew) {
  StreamLogTable table({});
  StreamLogs logs(table);
  for (int i = 0; i < 1000; ++i) {
    const auto stream = logs.open(Kind::response, "1", kStart);
    stream->sent(stream->append("a"));
    stream->end(kStart);
  }
  EXPECT_LE(logs.size(), 64U);
}

// Invariants 7 and 8 of the gateway rules.
TEST(StreamLog, AClientThatComesBackSeesEveryEventOnceAndInOrder) {
  std::mt19937 random(11);
  StreamLogTable table({});
  StreamLogs logs(table);
  const auto stream = logs.open(Kind::response, "1", kStart);
  Texts seen, appended;
  std::string last_seen = stream->event_id(0);  // what the client would put into Last-Event-ID
  std::optional<std::uint64_t> at = 0;          // how far the open connection has come
  for (int step = 0; step < 20'000; ++step) {
    switch (random() % 4) {
      case 0:
        appended.push_back(std::to_string(step));
        stream->append(appended.back());
        break;
      case 1:
        if (at && *at < stream->last()) {  // the connection carries one event; it may break before that arrives
          at = stream->next_kept(*at);
          stream->sent(*at);
          if (random() % 8 == 0) {
            at.reset();
          } else {
            seen.push_back(*stream->event(*at));
            last_seen = stream->event_id(*at);
          }
        }
        break;
      case 2:
        if (random() % 8 == 0) at.reset();
        break;
      default:
        if (!at) at = logs.find(last_seen)->number;
    }
  }
  const Texts rest = rest_of(*stream, logs.find(last_seen)->number);
  seen.insert(seen.end(), rest.begin(), rest.end());
  EXPECT_GT(appended.size(), 1000U);
  EXPECT_EQ(seen, appended);
}

}  // namespace
}  // namespace gatehouse::transport
