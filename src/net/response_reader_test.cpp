#include "src/net/response_reader.hpp"

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

using State = ResponseReader::State;

constexpr std::size_t kBuffer = 4096;

struct Read {
  std::string body;
  Result<void> result;
  bool done = false;
};

/// Reads one response from `bytes` in pieces of `step`, giving the buffer back between any two pieces if `thrifty`.
Read read_response(ResponseReader& reader, std::string_view bytes, std::size_t step, bool thrifty = false,
                   bool ends = false) {
  Read out;
  const auto stop = [&](Error error) {
    out.result = std::unexpected(std::move(error));
    return out;
  };
  for (;;) {
    if (const auto state = reader.advance(); !state) return stop(state.error());
    for (;;) {
      const auto taken = reader.take();
      if (!taken) return stop(taken.error());
      if (taken->empty()) break;
      out.body += *taken;
    }
    out.done = reader.state() == State::done;
    if (out.done) return out;
    if (bytes.empty()) {
      if (!ends) return out;
      if (auto ended = reader.ended(); !ended) return stop(ended.error());
      out.done = reader.state() == State::done;
      return out;
    }
    if (thrifty) (void)reader.take_buffer();
    if (!reader.has_buffer()) reader.lend(Buffer(kBuffer));
    const auto space = reader.space();
    const std::size_t size = bytes.copy(space.data(), std::min(step, space.size()));
    reader.received(size);
    bytes.remove_prefix(size);
  }
}

std::string sized(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string chunked(const std::string& body, std::size_t chunk) {
  std::string out = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const std::string piece = body.substr(at, chunk);
    append_chunk_head(out, piece.size());
    out += piece + "\r\n";
  }
  return out + "0\r\n\r\n";
}

TEST(ResponseReader, ReadsEveryKindOfBodyWhateverThePieces) {
  const std::string informational = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  for (const bool thrifty : {false, true}) {
    for (std::size_t step = 1; step < 200; ++step) {
      ResponseReader reader({});
      for (const std::string& bytes :
           {sized("hello"), informational + sized("hello"), chunked("hello", 2), chunked("hello", 100)}) {
        reader.begin(false);
        const Read read = read_response(reader, bytes, step, thrifty);
        ASSERT_TRUE(read.result) << read.result.error().message;
        EXPECT_EQ(read.body, "hello") << step;
        EXPECT_TRUE(read.done);
        EXPECT_EQ(reader.head().status, 200);
        EXPECT_EQ(reader.head().value("content-type"), "text/plain");
        EXPECT_FALSE(reader.has_bytes());
      }
      reader.begin(false);
      const Read read = read_response(reader, "HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello", step, thrifty, true);
      EXPECT_EQ(read.body, "hello");
      EXPECT_TRUE(read.done);
      EXPECT_EQ(reader.head().value("x"), "y");
    }
  }
}

TEST(ResponseReader, ReadsLongBodies) {
  std::string body(300'000, 'x');
  body.back() = 'y';
  for (const std::size_t step : {1000u, 1'000'000u}) {
    for (const std::size_t chunk : {100u, 5000u, 200'000u}) {
      ResponseReader reader({});
      reader.begin(false);
      EXPECT_TRUE(read_response(reader, chunked(body, chunk), step).body == body) << step;
      EXPECT_EQ(reader.state(), State::done);
      EXPECT_EQ(reader.head().value("content-type"), "text/plain");
      reader.begin(false);
      EXPECT_TRUE(read_response(reader, sized(body), step).body == body) << step;
      EXPECT_EQ(reader.state(), State::done);
    }
  }
}

TEST(ResponseReader, TakesHeadsLargerThanItsBuffer) {
  for (const std::size_t size : {3900u, 3990u, 4000u, 4010u, 4020u, 20'000u}) {
    const std::string field =
        "HTTP/1.1 200 OK\r\nX: " + std::string(size, 'x') + "\r\nTransfer-Encoding: chunked\r\n\r\n";
    ResponseReader reader({});
    reader.begin(false);
    const Read read = read_response(reader, field + "5\r\nhello\r\n0\r\n\r\n", 1000);
    EXPECT_EQ(read.body, "hello") << size;
    EXPECT_EQ(reader.head().value("x").size(), size);
  }
}

TEST(ResponseReader, NeedsNoBufferWhileItWaits) {
  ResponseReader reader({});
  reader.begin(false);
  const std::string bytes = chunked("hello", 100);
  const Read half = read_response(reader, std::string_view{bytes}.substr(0, bytes.size() - 9), 10'000);
  EXPECT_EQ(half.body, "hel");
  EXPECT_TRUE(reader.take_buffer());
  EXPECT_FALSE(reader.has_buffer());
  EXPECT_EQ(reader.head().value("content-type"), "text/plain");
  EXPECT_EQ(read_response(reader, std::string_view{bytes}.substr(bytes.size() - 9), 10'000).body, "lo");
  EXPECT_EQ(reader.state(), State::done);
}

TEST(ResponseReader, KeepsABufferThatStillHoldsBytes) {
  ResponseReader reader({});
  reader.begin(false);
  const std::string bytes = sized("hello");
  reader.lend(Buffer(kBuffer));
  bytes.copy(reader.space().data(), bytes.size());
  reader.received(bytes.size());
  ASSERT_EQ(*reader.advance(), State::body);
  EXPECT_FALSE(reader.take_buffer());
  EXPECT_EQ(*reader.take(), "hello");
}

TEST(ResponseReader, CountsBytesThatWereReadElsewhere) {
  ResponseReader reader({});
  reader.begin(false);
  EXPECT_EQ(read_response(reader, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 1000).body, "abc");
  EXPECT_EQ(reader.left(), 7u);
  reader.received_elsewhere(3);
  EXPECT_EQ(reader.state(), State::body);
  reader.received_elsewhere(4);
  EXPECT_EQ(reader.state(), State::done);
}

TEST(ResponseReader, NoticesBytesBehindTheResponse) {
  ResponseReader reader({});
  reader.begin(false);
  EXPECT_TRUE(read_response(reader, sized("hello") + "HTTP/1.1 200 OK\r\n", 1000).done);
  EXPECT_TRUE(reader.has_bytes());
  reader.begin(false);
  EXPECT_TRUE(read_response(reader, chunked("hello", 9) + "x", 1000).done);
  EXPECT_TRUE(reader.has_bytes());
}

TEST(ResponseReader, HeadResponsesHaveNoBody) {
  ResponseReader reader({});
  reader.begin(true);
  EXPECT_TRUE(read_response(reader, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", 1000).done);
}

TEST(ResponseReader, RefusesBrokenResponses) {
  const auto kind = [](std::string_view bytes, bool ends) {
    ResponseReader reader({});
    reader.begin(false);
    const Read read = read_response(reader, bytes, 1000, false, ends);
    return read.result ? std::string_view{"none"} : to_string(read.result.error().kind);
  };
  EXPECT_EQ(kind("SSH-2.0\r\n", false), "bad_reply");
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false), "bad_reply");
  EXPECT_EQ(kind("HTTP/1.1 101 Switching\r\n\r\n", false), "bad_reply");
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x'), false), "too_large");
  EXPECT_EQ(kind("", true), "connection_lost");
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nContent-Len", true), "connection_lost");
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true), "connection_lost");
  EXPECT_EQ(kind("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", true), "connection_lost");
}

}  // namespace
}  // namespace gatehouse::net
