#include "src/transport/stdio_own.hpp"

#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>

namespace gatehouse::transport {
namespace {

// A channel, and the far ends of its pipes.
struct Fixture {
  explicit Fixture(net::Loop& loop, const StdioOptions& options = {}) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    channel = line_channel(net::Pipe::take(loop, in[0]).value(), net::Pipe::take(loop, out[1]).value(), options);
    to = net::Pipe::take(loop, in[1]).value();
    from = net::Pipe::take(loop, out[0]).value();
  }
  std::unique_ptr<Channel> channel;
  net::Pipe to, from;
};

template <class Body>
void on_loop(Body body) {
  net::Loop loop;
  run(loop, body(loop));
}

Task<std::string> received(Channel& channel) {
  auto message = co_await channel.receive();
  co_return message ? std::string{message->view()} : std::string{to_string(message.error().kind)};
}

Task<bool> sent(Channel& channel, std::string_view first, std::string_view second = {}) {
  json::Pieces pieces;
  pieces.push_back(first);
  pieces.push_back(second);
  co_return (co_await channel.send(pieces)).has_value();
}

Task<void> write(net::Pipe& pipe, std::string_view text) {
  json::Pieces pieces;
  pieces.push_back(text);
  EXPECT_TRUE(co_await pipe.write(pieces));
}

TEST(LineChannel, DeliversEveryLineButBlankOnes) {
  on_loop([](net::Loop& loop) -> Task<void> {
    Fixture f{loop};
    co_await write(f.to, "{\"a\":1}\r\n\nno json\n\r\n{\"cut");
    f.to.close();
    EXPECT_EQ(co_await received(*f.channel), "{\"a\":1}");
    EXPECT_EQ(co_await received(*f.channel), "no json");
    EXPECT_EQ(co_await received(*f.channel), "{\"cut");
    EXPECT_EQ(co_await received(*f.channel), "connection_lost");
    EXPECT_EQ(co_await received(*f.channel), "connection_lost");
  });
}

TEST(LineChannel, WritesOneLinePerMessage) {
  on_loop([](net::Loop& loop) -> Task<void> {
    Fixture f{loop};
    EXPECT_TRUE(co_await sent(*f.channel, "{\n\"a\"", ":1}"));
    EXPECT_TRUE(co_await sent(*f.channel, "{}"));
    std::string text(100, '\0');
    text.resize((co_await f.from.read(text.data(), text.size())).value_or(0));
    EXPECT_EQ(text, "{ \"a\":1}\n{}\n");
  });
}

Task<void> expect_end(Channel& channel, bool& ended) {
  EXPECT_EQ(co_await received(channel), "connection_lost");
  ended = true;
}

TEST(LineChannel, CloseEndsAWaitingReceiver) {
  on_loop([](net::Loop& loop) -> Task<void> {
    Fixture f{loop};
    bool ended = false;
    TaskGroup group;
    group.spawn(expect_end(*f.channel, ended));
    co_await f.channel->close();
    co_await group.join();
    EXPECT_TRUE(ended);
    EXPECT_FALSE(co_await sent(*f.channel, "{}"));
  });
}

}  // namespace
}  // namespace gatehouse::transport
