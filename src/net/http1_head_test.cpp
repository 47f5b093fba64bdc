#include <gatehouse/net/http1.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

/// Parses a copy without a byte to spare behind it, so that a sanitizer sees any read past the end.
template <class Head, class... Args>
Result<bool> parse_exactly(std::unique_ptr<char[]>& copy, std::string_view bytes, Head& head, Args... args) {
  copy = std::make_unique<char[]>(bytes.size());
  bytes.copy(copy.get(), bytes.size());
  return parse_head({copy.get(), bytes.size()}, HeadLimits{}, args..., head);
}

struct Request {
  explicit Request(std::string_view bytes) : result(parse_exactly(copy, bytes, head)) {}
  std::unique_ptr<char[]> copy;
  RequestHead head;
  Result<bool> result;
};

struct Response {
  explicit Response(std::string_view bytes, bool to_head = false) : result(parse_exactly(copy, bytes, head, to_head)) {}
  std::unique_ptr<char[]> copy;
  ResponseHead head;
  Result<bool> result;
};

constexpr std::string_view kPost =
    "POST /mcp?x=1 HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
    "Authorization: \t Bearer a b\tc \t\r\nX-Empty:\r\nX-Text: \xc3\xa9\r\n\r\n";

TEST(RequestHead, IsReadIntoItsParts) {
  const Request request(kPost);
  ASSERT_TRUE(request.result && *request.result);
  const RequestHead& head = request.head;
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/mcp?x=1");
  EXPECT_EQ(head.path(), "/mcp");
  EXPECT_EQ(head.headers.size(), 6u);
  EXPECT_EQ(head.value("content-TYPE"), "application/json");
  EXPECT_EQ(head.value("authorization"), "Bearer a b\tc");
  EXPECT_EQ(head.value("x-text"), "\xc3\xa9");
  ASSERT_NE(head.find("x-empty"), nullptr);
  EXPECT_EQ(head.find("x-empty")->value, "");
  EXPECT_EQ(head.find("x-absent"), nullptr);
  EXPECT_EQ(head.body, BodyKind::sized);
  EXPECT_EQ(head.content_length, 12u);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.size, kPost.size());
}

TEST(RequestHead, WaitsForMoreAtEveryByte) {
  for (std::size_t size = 0; size < kPost.size(); ++size) {
    const Request request(kPost.substr(0, size));
    ASSERT_TRUE(request.result) << size << ": " << request.result.error().message;
    EXPECT_FALSE(*request.result) << size;
  }
  const Request with_body(std::string{kPost}.append("{\"a\":1}"));
  EXPECT_EQ(with_body.head.size, kPost.size());
}

TEST(RequestHead, ForgivesOneEmptyLineInFront) {
  const Request request("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(request.result && *request.result);
  EXPECT_EQ(request.head.size, 29u);
  EXPECT_FALSE(Request("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").result);
}

struct Refused {
  std::string_view name, bytes;
  Kind kind = Kind::invalid_request;
};

constexpr Refused kRefusedRequests[] = {
    {"BareLfAfterRequestLine", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {"BareLfAfterField", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
    {"BareLfAtTheEnd", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
    {"BareCrInValue", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"},
    {"BareCrAtTheEnd", "GET / HTTP/1.1\r\nHost: a\r\n\rX"},
    {"NulInValue", std::string_view{"GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 35}},
    {"DelInValue", "GET / HTTP/1.1\r\nHost: a\r\nX: b\x7f\r\n\r\n"},
    {"ControlInLongValue", "GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789\x01 0123456789\r\n\r\n"},
    {"ObsFold", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"},
    {"ObsFoldWithTab", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n"},
    {"FoldedFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
    {"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
    {"NoColon", "GET / HTTP/1.1\r\nHost\r\n\r\n"},
    {"EmptyFieldName", "GET / HTTP/1.1\r\n: a\r\n\r\n"},
    {"NonAsciiFieldName", "GET / HTTP/1.1\r\nH\xc3\xb6st: a\r\n\r\n"},
    {"TwoLengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
    {"TwoEqualLengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n"},
    {"LengthList", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n"},
    {"SignedLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n"},
    {"NegativeLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"},
    {"HexLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x10\r\n\r\n"},
    {"EmptyLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"},
    {"LengthOverflow", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n"},
    {"LengthAndChunked", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"ChunkedAndLength", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"},
    {"TwoCodings", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"CodingList", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Kind::unsupported_media},
    {"ChunkedTwice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
     Kind::unsupported_media},
    {"ForeignCoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", Kind::unsupported_media},
    {"QuotedCoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", Kind::unsupported_media},
    {"IdentityCoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", Kind::unsupported_media},
    {"CodingInOldVersion", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"NoHost", "GET / HTTP/1.1\r\nX: a\r\n\r\n"},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"HostWithUser", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
    {"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
    {"TargetWithSpace", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TargetWithTab", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TargetWithFragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TargetNotAscii", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"RelativeTarget", "GET mcp HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"ForeignScheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"AbsoluteTargetOfAnotherHost", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"EmptyTarget", "GET  HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"EmptyMethod", " / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"MethodWithBadByte", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TabForSpace", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"SpaceAfterVersion", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
    {"NoVersion", "GET /\r\nHost: a\r\n\r\n"},
    {"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n"},
    {"OtherProtocol", "GET / ICY/1.1\r\nHost: a\r\n\r\n"},
    {"LongVersion", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Kind::unsupported_version},
    {"Http09", "GET / HTTP/0.9\r\n\r\n", Kind::unsupported_version},
    {"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", Kind::unsupported_version},
    {"TlsHello", "\x16\x03\x01\x02"},
    {"EndsInTheMiddle", "GET / HTTP/1.1\r\nHost: a\r\nX:\x02"},
};

struct RefusedRequests : testing::TestWithParam<Refused> {};

TEST_P(RefusedRequests, WithAReasonAndTheClientToBlame) {
  const Request request(GetParam().bytes);
  ASSERT_FALSE(request.result);
  EXPECT_EQ(request.result.error().kind, GetParam().kind) << request.result.error().message;
  EXPECT_EQ(request.result.error().origin, Origin::client);
  EXPECT_FALSE(request.result.error().message.empty());
}
INSTANTIATE_TEST_SUITE_P(Shapes, RefusedRequests, testing::ValuesIn(kRefusedRequests),
                         [](const auto& shape) { return std::string{shape.param.name}; });

TEST(RequestHead, TakesAbsoluteTargets) {
  EXPECT_EQ(Request("GET http://a:80/x?y HTTP/1.1\r\nHost: A:80\r\n\r\n").head.path(), "/x");
  EXPECT_EQ(Request("GET https://a HTTP/1.1\r\nHost: a\r\n\r\n").head.path(), "/");
  EXPECT_EQ(Request("GET http://a?y HTTP/1.1\r\nHost: a\r\n\r\n").head.path(), "/");
  EXPECT_EQ(Request("GET /http://a HTTP/1.1\r\nHost: a\r\n\r\n").head.path(), "/http://a");
  EXPECT_TRUE(*Request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").result);
}

TEST(RequestHead, KnowsWhetherTheConnectionStays) {
  EXPECT_FALSE(Request("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(Request("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(Request("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(Request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(Request("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").head.keep_alive);
}

TEST(RequestHead, FindsTheBody) {
  EXPECT_EQ(Request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").head.body, BodyKind::none);
  EXPECT_EQ(Request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").head.body, BodyKind::none);
  EXPECT_EQ(Request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n").head.body, BodyKind::chunked);
  EXPECT_EQ(Request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n").head.content_length,
            18446744073709551615u);
  EXPECT_TRUE(Request("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").head.expect_continue);
  EXPECT_FALSE(Request("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").head.expect_continue);
}

TEST(RequestHead, HasLimits) {
  const std::string line = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string field = "X: " + std::string(100, 'x') + "\r\n";
  RequestHead head;
  const HeadLimits bytes{.bytes = line.size() + field.size() + 2, .fields = 10};
  EXPECT_TRUE(*parse_head(line + field + "\r\n", bytes, head));
  EXPECT_EQ(parse_head(line + "Y" + field + "\r\n", bytes, head).error().kind, Kind::too_large);
  EXPECT_EQ(parse_head(line + field + "XX", bytes, head).error().kind, Kind::too_large);  // not even complete

  const HeadLimits fields{.bytes = 1000, .fields = 2};
  EXPECT_TRUE(*parse_head(line + "A: b\r\n\r\n", fields, head));
  EXPECT_EQ(parse_head(line + "A: b\r\nC: d\r\n\r\n", fields, head).error().kind, Kind::too_large);
}

TEST(ResponseHead, IsReadIntoItsParts) {
  const Response response("HTTP/1.1 200 All right\r\nContent-Length: 5\r\nContent-Type: a/b; c=d\r\n\r\nhello");
  ASSERT_TRUE(response.result && *response.result);
  EXPECT_EQ(response.head.status, 200);
  EXPECT_EQ(response.head.body, BodyKind::sized);
  EXPECT_EQ(response.head.content_length, 5u);
  EXPECT_EQ(response.head.value("content-type"), "a/b; c=d");
  EXPECT_TRUE(response.head.keep_alive);
  EXPECT_EQ(response.head.size, 69u);
}

TEST(ResponseHead, WaitsForMoreAtEveryByte) {
  const std::string_view bytes = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Response response(bytes.substr(0, size));
    ASSERT_TRUE(response.result) << size << ": " << response.result.error().message;
    EXPECT_FALSE(*response.result) << size;
  }
  EXPECT_TRUE(*Response(bytes).result);
}

TEST(ResponseHead, NeedsNoReasonPhrase) {
  EXPECT_EQ(Response("HTTP/1.1 204\r\n\r\n").head.status, 204);
  EXPECT_EQ(Response("HTTP/1.1 204 \r\n\r\n").head.status, 204);
  EXPECT_EQ(Response("HTTP/1.1 200 Tr\xc3\xa8s bien\r\n\r\n").head.status, 200);
}

TEST(ResponseHead, FindsTheBody) {
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\n\r\n").head.body, BodyKind::until_close);
  EXPECT_FALSE(Response("HTTP/1.1 200 OK\r\n\r\n").head.keep_alive);
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").head.body, BodyKind::none);
  EXPECT_TRUE(Response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").head.keep_alive);
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").head.body, BodyKind::chunked);
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true).head.body, BodyKind::none);
  EXPECT_EQ(Response("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").head.body, BodyKind::none);
  EXPECT_EQ(Response("HTTP/1.1 100 Continue\r\n\r\n").head.body, BodyKind::none);
  EXPECT_FALSE(Response("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(Response("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n").head.keep_alive);
}

constexpr Refused kRefusedResponses[] = {
    {"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n"},
    {"Http2", "HTTP/2 200\r\n\r\n"},
    {"ShortStatus", "HTTP/1.1 20 OK\r\n\r\n"},
    {"LongStatus", "HTTP/1.1 2000 OK\r\n\r\n"},
    {"StatusOutOfRange", "HTTP/1.1 600 OK\r\n\r\n"},
    {"StatusBelowRange", "HTTP/1.1 099 OK\r\n\r\n"},
    {"NoSpace", "HTTP/1.1200 OK\r\n\r\n"},
    {"BareLf", "HTTP/1.1 200 OK\n\n"},
    {"ControlInReason", "HTTP/1.1 200 O\x01K\r\n\r\n"},
    {"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"},
    {"LengthAndChunked", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"ForeignCoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
    {"CodingInOldVersion", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"ObsFold", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"},
};

struct RefusedResponses : testing::TestWithParam<Refused> {};

TEST_P(RefusedResponses, AsABadReplyOfTheServer) {
  const Response response(GetParam().bytes);
  ASSERT_FALSE(response.result);
  EXPECT_EQ(response.result.error().kind, Kind::bad_reply);
  EXPECT_EQ(response.result.error().origin, Origin::upstream);
}
INSTANTIATE_TEST_SUITE_P(Shapes, RefusedResponses, testing::ValuesIn(kRefusedResponses),
                         [](const auto& shape) { return std::string{shape.param.name}; });

TEST(ResponseHead, HasLimits) {
  ResponseHead head;
  const HeadLimits limits{.bytes = 40, .fields = 100};
  const std::string bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(40, 'x');
  EXPECT_EQ(parse_head(bytes, limits, false, head).error().kind, Kind::too_large);
}

}  // namespace
}  // namespace gatehouse::net
