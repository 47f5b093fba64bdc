#include <gatehouse/net/pipe.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>

#include "src/net/fd.hpp"

namespace gatehouse::net {
namespace {

struct Ends {
  Pipe in, out;
};

Ends pipe_pair(Loop& loop) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return {Pipe::take(loop, fds[0]).value(), Pipe::take(loop, fds[1]).value()};
}

template <class Body>
void on_loop(Body body) {
  Loop loop;
  run(loop, body(loop));
}

Task<void> write_text(Pipe& pipe, std::string text, Result<void>& outcome) {
  const json::Pieces pieces{
      std::string_view{text}.substr(0, text.size() / 3), {}, std::string_view{text}.substr(text.size() / 3)};
  outcome = co_await pipe.write(pieces);
}

Task<std::string> read_some(Pipe& pipe) {
  std::string part(65536, '\0');
  const auto got = co_await pipe.read(part.data(), part.size());
  if (!got) throw std::runtime_error("lost");
  part.resize(*got);
  co_return part;
}

Task<bool> sent(Pipe& pipe, std::string_view text) {
  json::Pieces pieces;
  pieces.push_back(text);
  co_return (co_await pipe.write(pieces)).has_value();
}

TEST(Pipe, KnowsThatNobodyCanReadAnyMore) {
  on_loop([](Loop& loop) -> Task<void> {
    Ends ends = pipe_pair(loop);
    EXPECT_FALSE(ends.out.is_broken());
    ends.in.close();
    EXPECT_TRUE(ends.out.is_broken());
    EXPECT_TRUE(ends.in.is_broken()) << "closed";
    co_return;
  });
}

TEST(Pipe, CarriesMoreThanThePipeHolds) {
  on_loop([](Loop& loop) -> Task<void> {
    Ends ends = pipe_pair(loop);
    std::string text(1'000'000, 'x');
    text += "end";
    Result<void> written;
    TaskGroup group;
    group.spawn(write_text(ends.out, text, written));
    std::string read;
    while (read.size() < text.size()) read += co_await read_some(ends.in);
    co_await group.join();
    EXPECT_TRUE(written);
    EXPECT_TRUE(read == text);
    ends.out.close();
    EXPECT_EQ(co_await read_some(ends.in), "");
  });
}

TEST(Pipe, TakesMorePiecesThanOneSystemCall) {
  on_loop([](Loop& loop) -> Task<void> {
    Ends ends = pipe_pair(loop);
    json::Pieces pieces;
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
      const std::string_view digit =
          std::string_view{"0123456789"}.substr(static_cast<std::size_t>(i % 10), i % 3 ? 1 : 0);
      pieces.push_back(digit);
      expected += digit;
    }
    EXPECT_TRUE(co_await ends.out.write(pieces));
    EXPECT_EQ(co_await read_some(ends.in), expected);
  });
}

TEST(Pipe, CloseEndsWaitingReadersAndWriters) {
  on_loop([](Loop& loop) -> Task<void> {
    Ends ends = pipe_pair(loop);
    Result<void> first, second;
    TaskGroup group;
    group.spawn(write_text(ends.out, std::string(1'000'000, 'x'), first));
    group.spawn(write_text(ends.out, "y", second));
    ends.out.close();
    co_await group.join();
    EXPECT_TRUE(!first && first.error().kind == Kind::connection_lost);
    EXPECT_TRUE(!second && second.error().kind == Kind::connection_lost);
    EXPECT_FALSE(ends.out.is_open());
    EXPECT_FALSE(co_await sent(ends.out, "z"));
  });
}

Task<void> expect_lost_read(Pipe& pipe, bool& done) {
  char byte = 0;
  const auto got = co_await pipe.read(&byte, 1);
  EXPECT_TRUE(!got && got.error().kind == Kind::connection_lost);
  done = true;
}

TEST(Pipe, DestructionEndsAWaitingReader) {
  on_loop([](Loop& loop) -> Task<void> {
    Ends ends = pipe_pair(loop);
    bool done = false;
    TaskGroup group;
    group.spawn(expect_lost_read(ends.in, done));
    EXPECT_FALSE(done);
    ends.in = Pipe{};
    co_await group.join();
    EXPECT_TRUE(done);
  });
}

TEST(Pipe, AVanishedReaderIsAnErrorAndNoSignal) {
  on_loop([](Loop& loop) -> Task<void> {
    Ends ends = pipe_pair(loop);
    ends.in.close();
    Result<void> written;
    co_await write_text(ends.out, "x", written);
    EXPECT_TRUE(!written && written.error().kind == Kind::connection_lost);
  });
}

TEST(Pipe, ReadsFilesAndNothing) {
  on_loop([](Loop& loop) -> Task<void> {
    char name[] = "/tmp/gatehouse-pipe-test-XXXXXX";
    const int file = ::mkstemp(name);
    ::unlink(name);
    Pipe pipe = Pipe::take(loop, file).value();
    EXPECT_TRUE(co_await sent(pipe, "text"));
    ::lseek(file, 0, SEEK_SET);
    EXPECT_EQ(co_await read_some(pipe), "text");
    EXPECT_EQ(co_await read_some(pipe), "");
    Pipe nothing = Pipe::take(loop, ::open("/dev/null", O_RDWR | O_CLOEXEC)).value();
    EXPECT_EQ(co_await read_some(nothing), "");
    EXPECT_TRUE(co_await sent(nothing, "text"));
  });
}

TEST(Pipe, TakesNoDescriptorThatIsNone) {
  Loop loop;
  const auto pipe = Pipe::take(loop, -1);
  EXPECT_TRUE(!pipe && pipe.error().kind == Kind::io);
}

// In a process of its own, whose three streams are the given ones: echoes one message through the taken streams while other
// code uses the ordinary ones. Returns the exit code.
int echo_in_a_child(int in, int out, int err) {
  std::fflush(stdout);  // or the child prints it again
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    on_loop([](Loop& loop) -> Task<void> {
      Pipe mine = take_stdin(loop).value();
      Pipe yours = take_stdout(loop).value();
      const std::string text = co_await read_some(mine);
      if (std::getchar() != EOF) ::_exit(10);
      if (std::puts("stray") < 0 || std::fflush(stdout) != 0) ::_exit(11);
      if ((::fcntl(2, F_GETFL) & O_NONBLOCK) != 0) ::_exit(12);
      if (!co_await sent(yours, text)) ::_exit(13);
    });
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string drain(int fd) {
  char bytes[256];
  const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
  const ssize_t read = got >= 0 ? got : ::read(fd, bytes, sizeof bytes);
  return {bytes, static_cast<std::size_t>(read > 0 ? read : 0)};
}

TEST(OwnStreams, AreTakenAwayFromTheRestOfTheProgram) {
  int in[2], out[2], err[2];
  ASSERT_EQ(::pipe(in) | ::pipe(out) | ::pipe(err), 0);
  ASSERT_EQ(::write(in[1], "message", 7), 7);
  EXPECT_EQ(echo_in_a_child(in[0], out[1], err[1]), 0);
  EXPECT_EQ(drain(out[0]), "message");
  EXPECT_EQ(drain(err[0]), "stray\n");
  for (const int fd : {in[0], in[1], out[0], out[1], err[0], err[1]}) ::close(fd);
}

TEST(OwnStreams, MayBeSocketsAndSharePipesWithStderr) {
  int in[2], out[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
  ASSERT_EQ(::pipe(out), 0);
  ASSERT_EQ(::write(in[1], "message", 7), 7);
  EXPECT_EQ(echo_in_a_child(in[0], out[1], out[1]), 0);
  EXPECT_EQ(drain(out[0]), "stray\nmessage");
  for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
}

}  // namespace
}  // namespace gatehouse::net
