#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/net/http1.hpp>

namespace gatehouse::net {
namespace {

struct Decoded {
  std::string body;
  std::size_t consumed = 0;
  bool done = false;
  Result<void> result;
};

/// Feeds `bytes` in pieces of `step`.
Decoded decode(std::string_view bytes, std::size_t step) {
  ChunkedDecoder decoder;
  Decoded out;
  while (out.consumed < bytes.size() && !decoder.done()) {
    const std::string piece(bytes.substr(out.consumed, step));
    auto fed = decoder.feed(piece, [&](std::string_view data) -> Result<void> {
      out.body += data;
      return {};
    });
    if (!fed) {
      out.result = std::unexpected(fed.error());
      return out;
    }
    out.consumed += *fed;
  }
  out.done = decoder.done();
  return out;
}

TEST(ChunkedDecoder, PutsChunksTogetherWhateverThePieces) {
  const std::string_view bytes = "5\r\nhello\r\n00A;ext=\"v\"\r\n, world!!!\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const Decoded out = decode(bytes, step);
    ASSERT_TRUE(out.result) << out.result.error().message;
    EXPECT_EQ(out.body, "hello, world!!!") << step;
    EXPECT_TRUE(out.done) << step;
    EXPECT_EQ(out.consumed, bytes.size()) << step;
  }
}

TEST(ChunkedDecoder, LeavesWhatComesAfterTheBody) {
  const std::string_view bytes = "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
  const Decoded out = decode(bytes, bytes.size());
  EXPECT_TRUE(out.done);
  EXPECT_EQ(bytes.substr(out.consumed), "GET / HTTP/1.1\r\n");
}

TEST(ChunkedDecoder, IsNotDoneBeforeTheLastByte) {
  const std::string_view bytes = "3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Decoded out = decode(bytes.substr(0, size), size + 1);
    EXPECT_TRUE(out.result) << size;
    EXPECT_FALSE(out.done) << size;
  }
}

TEST(ChunkedDecoder, StopsWhenItsReaderRefuses) {
  ChunkedDecoder decoder;
  const auto fed = decoder.feed(
      "1\r\na\r\n", [](std::string_view) -> Result<void> { return fail(Kind::too_large, Origin::client, "enough"); });
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().kind, Kind::too_large);
}

struct Bad {
  std::string_view name, bytes;
};
constexpr Bad kBad[] = {
    {"EmptySize", "\r\nabc"},
    {"NegativeSize", "-1\r\na"},
    {"PrefixedSize", "0x1\r\na\r\n"},
    {"SpaceBeforeSize", " 1\r\na\r\n"},
    {"SpaceAfterSize", "1 \r\na\r\n"},
    {"SizeNotHex", "g\r\n"},
    {"SizeOverflow", "10000000000000000\r\n"},
    {"SizeOverflowByOneDigit", "fffffffffffffffff\r\n"},
    {"ManyLeadingZeros", "0000000000000001\r\na\r\n"},
    {"BareLfAfterSize", "1\na\r\n0\r\n\r\n"},
    {"BareCrAfterSize", "1\ra\r\n"},
    {"BareLfInExtension", "1;x\na\r\n"},
    {"NulInExtension", std::string_view{"1;\0\r\na\r\n", 8}},
    {"DataTooLong", "1\r\nab\r\n"},
    {"BareLfAfterData", "1\r\na\n0\r\n\r\n"},
    {"NoLfAfterData", "1\r\na\r0\r\n\r\n"},
    {"BareLfAtTheEnd", "0\r\n\n"},
    {"TrailerFolded", "0\r\n x: y\r\n\r\n"},
    {"TrailerWithBareLf", "0\r\nx: y\n\r\n"},
    {"NoLfAtTheEnd", "0\r\n\rx"},
};

struct BadChunks : testing::TestWithParam<Bad> {};

TEST_P(BadChunks, AreRefusedWhateverThePieces) {
  const std::string_view bytes = GetParam().bytes;
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const Decoded out = decode(bytes, step);
    ASSERT_FALSE(out.result) << step;
    EXPECT_EQ(out.result.error().kind, Kind::invalid_request);
  }
}
INSTANTIATE_TEST_SUITE_P(Shapes, BadChunks, testing::ValuesIn(kBad),
                         [](const auto& shape) { return std::string{shape.param.name}; });

TEST(ChunkedDecoder, LimitsExtensionsAndTrailers) {
  EXPECT_FALSE(decode("1;" + std::string(20'000, 'x'), 1000).result);
  EXPECT_FALSE(decode("0\r\nx: " + std::string(20'000, 'x'), 1000).result);
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "1;abcdef\r\na\r\n";
  EXPECT_FALSE(decode(many, many.size()).result);
}

TEST(ChunkHead, IsHexWithCrLf) {
  std::string out;
  append_chunk_head(out, 0);
  append_chunk_head(out, 10);
  append_chunk_head(out, 0x1234abcd);
  EXPECT_EQ(out, "0\r\na\r\n1234abcd\r\n");
}

}  // namespace
}  // namespace gatehouse::net
