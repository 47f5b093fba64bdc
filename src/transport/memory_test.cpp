#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::transport {
namespace {

Task<void> send(Channel& channel, std::string text, std::vector<std::string>& log) {
  const json::Pieces pieces{std::string_view{text}.substr(0, 1), std::string_view{text}.substr(1)};
  const auto sent = co_await channel.send(pieces);
  log.push_back((sent ? "sent " : "lost ") + text);
}

Task<void> receive(Channel& channel, std::vector<std::string>& log) {
  auto message = co_await channel.receive();
  log.push_back(message ? "got " + std::string{message->view()} : "end");
}

Task<void> close(Channel& channel) { co_await channel.close(); }

TEST(MemoryChannels, CarryMessagesBothWaysInOrder) {
  auto [left, right] = memory_channels();
  std::vector<std::string> log;
  TaskGroup group;
  group.spawn(send(*left, "{1}", log));
  group.spawn(send(*left, "{2}", log));
  group.spawn(send(*right, "{3}", log));
  for (Channel* channel : {right.get(), right.get(), left.get()}) group.spawn(receive(*channel, log));
  EXPECT_EQ(log, (std::vector<std::string>{"sent {1}", "sent {2}", "sent {3}", "got {1}", "got {2}", "got {3}"}));
}

TEST(MemoryChannels, WakeAWaitingReceiver) {
  auto [left, right] = memory_channels();
  std::vector<std::string> log;
  TaskGroup group;
  group.spawn(receive(*right, log));
  EXPECT_TRUE(log.empty());
  group.spawn(send(*left, "{}", log));
  EXPECT_EQ(log.size(), 2u);
}

TEST(MemoryChannels, MakeSendersWaitWhenNobodyReceives) {
  auto [left, right] = memory_channels();
  std::vector<std::string> log;
  TaskGroup group;
  for (int i = 0; i < 100; ++i) group.spawn(send(*left, std::to_string(i), log));
  EXPECT_EQ(log.size(), 64u);
  EXPECT_EQ(group.running(), 36u);
  std::vector<std::string> received, expected;
  for (int i = 0; i < 100; ++i) {
    group.spawn(receive(*right, received));
    expected.push_back("got " + std::to_string(i));
  }
  EXPECT_EQ(received, expected);
  EXPECT_EQ(group.running(), 0u);
}

TEST(MemoryChannels, DeliverWhatWasSentBeforeTheClose) {
  auto [left, right] = memory_channels();
  std::vector<std::string> log;
  TaskGroup group;
  group.spawn(send(*left, "{}", log));
  group.spawn(close(*left));
  group.spawn(receive(*right, log));
  group.spawn(receive(*right, log));
  group.spawn(send(*right, "{}", log));
  EXPECT_EQ(log, (std::vector<std::string>{"sent {}", "got {}", "end", "lost {}"}));
}

TEST(MemoryChannels, CloseEndsAllThatWait) {
  auto [left, right] = memory_channels();
  std::vector<std::string> log;
  TaskGroup group;
  group.spawn(receive(*left, log));
  for (int i = 0; i < 66; ++i) group.spawn(send(*left, "x", log));
  log.clear();
  group.spawn(close(*left));
  EXPECT_EQ(log, (std::vector<std::string>{"end", "lost x", "lost x"}));
  EXPECT_EQ(group.running(), 0u);
}

}  // namespace
}  // namespace gatehouse::transport
