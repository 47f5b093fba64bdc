#include <gatehouse/net/sse.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;

struct Seen {
  std::string type, data, id;
  bool has_id = false;
  bool operator==(const Seen&) const = default;
  friend void PrintTo(const Seen& seen, std::ostream* out) {
    *out << '{' << seen.type << '|' << seen.data << '|' << seen.id << '|' << seen.has_id << '}';
  }
};

struct Outcome {
  std::vector<Seen> events;
  bool failed = false;
  std::string last_id;
  std::optional<std::chrono::milliseconds> retry;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(const std::vector<std::string>& parts, std::size_t max_event_bytes = 1 << 20) {
  Outcome out;
  SseParser parser{max_event_bytes};
  auto keep = [&](const SseEvent& event) -> Result<void> {
    volatile char slack = 0;
    for (std::size_t i = 0; i < kSlack; ++i) slack = event.data.data()[event.data.size() + i];  // for the sanitizers
    (void)slack;
    out.events.push_back({std::string{event.type}, std::string{event.data}, std::string{event.id}, event.has_id});
    return {};
  };
  for (const std::string& part : parts) {
    const std::vector<char> exact(part.begin(),
                                  part.end());  // on the heap, so that a sanitizer sees a read past the end
    if (auto fed = parser.feed({exact.data(), exact.size()}, keep); !fed) {
      EXPECT_EQ(fed.error().kind, Kind::too_large);
      out.failed = true;
      break;
    }
  }
  out.last_id = parser.last_event_id();
  out.retry = parser.retry();
  return out;
}

std::vector<Seen> events(std::string stream) { return parse({std::move(stream)}).events; }

TEST(SseParser, ReadsTypeDataAndId) {
  EXPECT_EQ(events("event: endpoint\nid: 7\ndata: /messages\n\n"),
            (std::vector<Seen>{{"endpoint", "/messages", "7", true}}));
  EXPECT_EQ(events("data:x\n\n"), (std::vector<Seen>{{"message", "x", "", false}}));
}

TEST(SseParser, RemovesOneSpaceBehindTheColonAndNoMore) {
  EXPECT_EQ(events("data:  x \n\n"), (std::vector<Seen>{{"message", " x ", "", false}}));
}

TEST(SseParser, JoinsDataLinesWithLineFeeds) {
  EXPECT_EQ(events("data: a\ndata\ndata:\ndata: b\n\n"), (std::vector<Seen>{{"message", "a\n\n\nb", "", false}}));
}

TEST(SseParser, TakesEveryKindOfLineEnd) {
  const std::vector<Seen> expected{{"t", "a\nb", "", false}, {"message", "c", "", false}};
  EXPECT_EQ(events("event:t\ndata:a\ndata:b\n\ndata:c\n\n"), expected);
  EXPECT_EQ(events("event:t\rdata:a\rdata:b\r\rdata:c\r\r"), expected);
  EXPECT_EQ(events("event:t\r\ndata:a\r\ndata:b\r\n\r\ndata:c\r\n\r\n"), expected);
  EXPECT_EQ(events("event:t\rdata:a\ndata:b\r\n\rdata:c\n\r\n"), expected);
}

TEST(SseParser, SkipsOneByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(events("\xEF\xBB\xBF"
                   "data:x\n\n"),
            (std::vector<Seen>{{"message", "x", "", false}}));
  EXPECT_TRUE(events("\xEF\xBB\xBF\xEF\xBB\xBF"
                     "data:x\n\n")
                  .empty());
  EXPECT_TRUE(events("\xEF\xBB"
                     "data:x\n\n")
                  .empty());
  EXPECT_EQ(events("\xEF\ndata:x\n\n").size(), 1u);
}

TEST(SseParser, IgnoresCommentsAndUnknownFields) {
  EXPECT_EQ(events(": hello\n:\nfoo: bar\nDATA: x\n data: y\ndata: z\n\n" + std::string{kSseKeepAlive}),
            (std::vector<Seen>{{"message", "z", "", false}}));
}

TEST(SseParser, DeliversAnEventWithoutDataOnlyIfItSetsAnId) {
  EXPECT_EQ(events("id: p\n\n"), (std::vector<Seen>{{"message", "", "p", true}}));
  EXPECT_TRUE(events("event: x\n\n\n\n").empty());
  EXPECT_EQ(events("data\n\n"), (std::vector<Seen>{{"message", "", "", false}}));
}

TEST(SseParser, ForgetsTheTypeButKeepsTheIdForLaterEvents) {
  EXPECT_EQ(events("event: t\nid: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"),
            (std::vector<Seen>{{"t", "a", "1", true}, {"message", "b", "1", false}, {"message", "c", "", true}}));
  EXPECT_EQ(events("event: t\n\ndata: a\n\n"), (std::vector<Seen>{{"message", "a", "", false}}));
}

TEST(SseParser, IgnoresAnIdWithNul) {
  EXPECT_EQ(events("id: 1\n\nid: 2\0"
                   "3\ndata: x\n\n"s),
            (std::vector<Seen>{{"message", "", "1", true}, {"message", "x", "1", false}}));
}

TEST(SseParser, ReadsRetryFromDigitsOnly) {
  EXPECT_EQ(parse({"retry: 1500\n"}).retry, 1500ms);
  EXPECT_EQ(parse({"retry: 1500\nretry: 2s\nretry: -1\nretry:\nretry: 1 \n"}).retry, 1500ms);
  EXPECT_EQ(parse({"retry: 0\n"}).retry, 0ms);
  EXPECT_EQ(parse({"retry: 99999999999999999999999999\n"}).retry, SseParser::kMaxRetry);
  EXPECT_EQ(parse({"data: x\n\n"}).retry, std::nullopt);
}

TEST(SseParser, DropsAnEventThatTheEndCutsOff) {
  const Outcome out = parse({"id: 1\ndata: a\n\nid: 2\ndata: b\n"});
  EXPECT_EQ(out.events, (std::vector<Seen>{{"message", "a", "1", true}}));
  EXPECT_EQ(out.last_id, "1");
}

TEST(SseParser, GivesTheSameEventsHoweverTheStreamIsCut) {
  const std::string stream =
      "\xEF\xBB\xBF: hi\r\n\r\nevent: t\rid: 1\r\ndata: {\"a\":1}\ndata:  b\r\rdata\n\n"
      "id: 2\0x\nretry: 30\n\nid: 3\n\ndata:c\r\n\r\ndatax: d\ndata:: e\n\ndata: cut"s;
  const Outcome whole = parse({stream});
  ASSERT_EQ(whole.events.size(), 5u);
  std::vector<std::string> bytes;
  for (const char c : stream) bytes.emplace_back(1, c);
  EXPECT_EQ(parse(bytes), whole);
  for (std::size_t i = 0; i <= stream.size(); ++i) {
    for (std::size_t j = i; j <= stream.size(); ++j) {
      ASSERT_EQ(parse({stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)}), whole) << i << ' ' << j;
    }
  }
}

// The standard's algorithm, word for word.
std::vector<Seen> slow_parse(std::string stream) {
  if (stream.starts_with("\xEF\xBB\xBF")) stream.erase(0, 3);
  std::vector<Seen> out;
  std::string data, type, id, line;
  bool has_data = false, has_id = false;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    if (stream[i] != '\r' && stream[i] != '\n') {
      line += stream[i];
      continue;
    }
    if (stream[i] == '\r' && i + 1 < stream.size() && stream[i + 1] == '\n') ++i;
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    std::string value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (line.empty()) {
      if (has_data) data.pop_back();
      if (has_data || has_id) out.push_back({type.empty() ? "message" : type, data, id, has_id});
      data = type = "";
      has_data = has_id = false;
    } else if (name == "data") {
      data += value + "\n";
      has_data = true;
    } else if (name == "event") {
      type = value;
    } else if (name == "id" && !value.contains('\0')) {
      id = value;
      has_id = true;
    }
    line.clear();
  }
  return out;
}

// Streams of tokens that mean something to the parser, cut anywhere, with limits that strike now and then.
TEST(SseParser, AgreesWithTheStandardHoweverARandomStreamIsCut) {
  const std::vector<std::string> tokens{"\r",    "\n",          "\r\n", "\n\n",         ":",      " ",       "data",
                                        "data:", "data: ",      "id",   "id: ",         "event:", "retry: ", "7",
                                        "x",     "longer text", "\0"s,  "\xEF\xBB\xBF", "\xEF",   "\xBB"};
  std::mt19937 random{20260728};
  auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  for (int round = 0; round < 20000; ++round) {
    std::string stream;
    for (std::size_t n = below(40); n > 0; --n) stream += tokens[below(tokens.size())];
    const std::size_t limit = below(4) == 0 ? below(30) : 1000;
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t length = std::min(stream.size() - at, below(6));
      parts.push_back(stream.substr(at, length));
      at += length;
    }
    const Outcome whole = parse({stream}, limit);
    ASSERT_EQ(parse(parts, limit), whole) << testing::PrintToString(stream) << " limit " << limit;
    if (limit == 1000) {
      ASSERT_EQ(whole.events, slow_parse(stream)) << testing::PrintToString(stream);
    }
  }
}

TEST(SseParser, RefusesAnEventOverTheLimit) {
  EXPECT_FALSE(parse({"data: 12345\n\n"}, 11).failed);
  EXPECT_TRUE(parse({"data: 123456\n\n"}, 11).failed);
  EXPECT_TRUE(parse({"data: 1\ndata: 2\ndata: 3\ndata: 4\n"}, 11).failed);
  EXPECT_TRUE(parse({"event: " + std::string(100, 'x')}, 50).failed);
  EXPECT_TRUE(parse({"unknown" + std::string(100, 'x')}, 50).failed);
}

TEST(SseParser, CountsEachEventAloneAndCommentsNot) {
  std::string stream;
  for (int i = 0; i < 100; ++i) stream += "data: 1\n\n: a comment longer than any event may be\n";
  EXPECT_EQ(parse({stream}, 10).events.size(), 100u);
  std::vector<std::string> endless{":"};
  endless.resize(100, std::string(100, 'x'));
  EXPECT_FALSE(parse(endless, 10).failed);
}

TEST(SseParser, StopsAtTheFirstErrorOfTheReceiver) {
  SseParser parser;
  int calls = 0;
  auto refuse = [&](const SseEvent&) -> Result<void> {
    ++calls;
    return fail(Kind::bad_reply, Origin::upstream, "no");
  };
  const auto fed = parser.feed("data: a\n\ndata: b\n\n", refuse);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().kind, Kind::bad_reply);
  EXPECT_EQ(calls, 1);
}

TEST(SseParser, TakesALongEventInSmallPartsInLinearTime) {
  const std::string data(8 << 20, 'x');
  std::vector<std::string> parts{"data: "};
  for (std::size_t at = 0; at < data.size(); at += 4096) parts.push_back(data.substr(at, 4096));
  parts.emplace_back("\n\n");
  const Outcome out = parse(parts, 16 << 20);
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_EQ(out.events[0].data, data);
}

TEST(SseWriter, LeavesOutWhatIsDefault) {
  std::string out;
  append_sse_event(out, "{}");
  EXPECT_EQ(out, "data: {}\n\n");
  append_sse_event(out, "", "7", "message");
  append_sse_event(out, "/m", "", "endpoint");
  EXPECT_EQ(out, "data: {}\n\nid: 7\ndata: \n\nevent: endpoint\ndata: /m\n\n");
}

TEST(SseWriter, CannotBeMadeToWriteAnotherLineThroughIdOrType) {
  std::string out;
  append_sse_event(out, "x", "1\ndata: evil", "t\r\rdata: evil");
  EXPECT_EQ(out, "event: t\nid: 1\ndata: x\n\n");
}

std::string with_line_feeds(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

TEST(SseWriter, WritesWhatTheParserReadsBack) {
  std::mt19937 random{5};
  auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  const std::string alphabet = "ab: \r\n\r\n{}\0\xEF\xBB\xBF"s;
  auto text = [&](std::size_t longest) {
    std::string out;
    for (std::size_t n = below(longest + 1); n > 0; --n) out += alphabet[below(alphabet.size())];
    return out;
  };
  for (int round = 0; round < 5000; ++round) {
    const std::string data = text(20), id = std::to_string(round), type = below(2) ? "message" : "t";
    const std::size_t cut = below(data.size() + 1);
    std::string stream;
    append_sse_event(stream, json::Pieces{std::string_view{data}.substr(0, cut), std::string_view{data}.substr(cut)},
                     id, type);
    ASSERT_EQ(events(stream), (std::vector<Seen>{{type, with_line_feeds(data), id, true}}))
        << testing::PrintToString(data);
  }
}

}  // namespace
}  // namespace gatehouse::net
