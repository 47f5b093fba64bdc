#include "src/net/request_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

using State = RequestReader::State;

struct Seen {
  std::vector<std::string> requests;  // "METHOD target body"
  int status = 0;                     // of a refusal
};

/// Reads `bytes` in pieces of `step` and lists what came out.
Seen read_all(RequestReader& reader, std::string_view bytes, std::size_t step) {
  Seen seen;
  for (;;) {
    auto state = reader.advance();
    if (!state) {
      seen.status = state.error().status;
      return seen;
    }
    if (*state == State::complete) {
      seen.requests.push_back(std::string{reader.head().method} + " " + std::string{reader.head().target} + " " +
                              std::string{reader.body()});
      reader.next();
      continue;
    }
    if (bytes.empty()) return seen;
    const auto space = reader.space();
    const std::size_t size = bytes.copy(space.data(), std::min(step, space.size()));
    reader.received(size);
    bytes.remove_prefix(size);
  }
}

constexpr RequestReader::Limits kLimits{.head = {}, .body_bytes = 100'000, .buffer_bytes = 4096};

std::string post(const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string post_chunked(const std::string& body, std::size_t chunk) {
  std::string out = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const std::string piece = body.substr(at, chunk);
    append_chunk_head(out, piece.size());
    out += piece + "\r\n";
  }
  return out + "0\r\n\r\n";
}

TEST(RequestReader, CutsPipelinedRequestsApartWhateverThePieces) {
  const std::string bytes =
      "GET /g HTTP/1.1\r\nHost: a\r\n\r\n" + post("one") + post_chunked("two and three", 5) + post("") + post("x");
  const std::vector<std::string> expected{"GET /g ", "POST /p one", "POST /c two and three", "POST /p ", "POST /p x"};
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RequestReader reader(kLimits);
    const Seen seen = read_all(reader, bytes, step);
    ASSERT_EQ(seen.requests, expected) << step;
    EXPECT_EQ(seen.status, 0) << step;
    EXPECT_EQ(reader.state(), State::nothing);
    EXPECT_FALSE(reader.has_bytes());
  }
}

TEST(RequestReader, TakesBodiesLargerThanItsBuffer) {
  std::string body(50'000, 'b');
  body.back() = 'e';
  for (const std::size_t step : {1000u, 4096u, 1'000'000u}) {
    RequestReader reader(kLimits);
    const Seen seen = read_all(reader, post(body) + post_chunked(body, 777) + post("last"), step);
    ASSERT_EQ(seen.requests.size(), 3u) << step;
    EXPECT_TRUE(seen.requests[0] == "POST /p " + body) << step;
    EXPECT_TRUE(seen.requests[1] == "POST /c " + body) << step;
    EXPECT_EQ(seen.requests[2], "POST /p last");
  }
}

TEST(RequestReader, TakesHeadsLargerThanItsBuffer) {
  for (const std::size_t size : {3900u, 4000u, 4010u, 4020u, 4030u, 4032u, 4100u, 20'000u}) {
    for (const std::size_t step : {100u, 5000u}) {
      RequestReader reader(kLimits);
      const std::string field = "Host: a\r\nX: " + std::string(size, 'x') + "\r\n";
      const std::string sized = "POST /p HTTP/1.1\r\nContent-Length: 3\r\n" + field + "\r\nabc";
      const std::string chunked =
          "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + field + "\r\n3\r\nabc\r\n0\r\n\r\n";
      const Seen seen = read_all(reader, sized + chunked + sized, step);
      EXPECT_EQ(seen.requests, (std::vector<std::string>{"POST /p abc", "POST /c abc", "POST /p abc"}))
          << size << " " << step;
    }
  }
}

TEST(RequestReader, KeepsHeadAndBodyInPlaceUntilTheNextRequest) {
  RequestReader reader(kLimits);
  const std::string bytes = post("one") + post("two");
  bytes.copy(reader.space().data(), bytes.size());
  reader.received(bytes.size());
  ASSERT_EQ(*reader.advance(), State::complete);
  EXPECT_EQ(reader.head().value("host"), "a");
  EXPECT_EQ(reader.body(), "one");
  const char behind = reader.body().data()[reader.body().size() + kSlack - 1];  // readable, whatever it is
  (void)behind;
  reader.next();
  EXPECT_TRUE(reader.has_bytes());
  ASSERT_EQ(*reader.advance(), State::complete);
  EXPECT_EQ(reader.body(), "two");
}

TEST(RequestReader, RefusesWithTheRightStatus) {
  const auto status = [](std::string_view bytes) {
    RequestReader reader(kLimits);
    return read_all(reader, bytes, 1000).status;
  };
  EXPECT_EQ(status("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(status("GET / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x')), 431);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"), 413);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n"), 413);
  EXPECT_EQ(status(post_chunked(std::string(100'001, 'x'), 1000)), 413);
  EXPECT_EQ(status(post_chunked(std::string(100'000, 'x'), 1000)), 0);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), 400);
}

TEST(RequestReader, RefusesALargeBodyBeforeItComes) {
  RequestReader reader(kLimits);
  const std::string_view head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100001\r\n\r\n";
  EXPECT_EQ(read_all(reader, head, 1000).status, 413);
  EXPECT_FALSE(reader.take_wish_to_continue());
}

TEST(RequestReader, TellsOnceThatTheClientWaits) {
  RequestReader reader(kLimits);
  EXPECT_EQ(
      read_all(reader, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", 1000).status,
      0);
  EXPECT_EQ(reader.state(), State::body);
  EXPECT_TRUE(reader.take_wish_to_continue());
  EXPECT_FALSE(reader.take_wish_to_continue());
  EXPECT_EQ(read_all(reader, "abc", 3).requests.size(), 1u);
}

TEST(RequestReader, DoesNotAskForABodyThatIsThere) {
  RequestReader reader(kLimits);
  (void)read_all(reader, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na", 1000);
  EXPECT_EQ(reader.state(), State::body);
  EXPECT_FALSE(reader.take_wish_to_continue());
}

// A byte at a time, a long head must not cost the square of its length.
TEST(RequestReader, LooksAtASlowHeadOncePerLine) {
  RequestReader reader({.head = {.bytes = 1'000'000, .fields = 100}, .body_bytes = 0, .buffer_bytes = 4096});
  const std::string bytes = "GET /g HTTP/1.1\r\nHost: a\r\nX: " + std::string(500'000, 'x') + "\r\n\r\n";
  EXPECT_EQ(read_all(reader, bytes, 1).requests.size(), 1u);
}

}  // namespace
}  // namespace gatehouse::net
