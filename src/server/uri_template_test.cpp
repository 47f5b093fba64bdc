#include <gatehouse/server/uri_template.hpp>

#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

std::optional<Variables> match(std::string_view pattern, std::string_view uri) {
  return UriTemplate::parse(pattern).value().match(uri);
}

TEST(UriTemplate, GivesTheVariablesPercentDecoded) {
  const auto found = match("file:///{folder}/{name}.txt", "file:///my%20notes/a.b.txt");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["folder"], "my notes");
  EXPECT_EQ((*found)["name"], "a.b");
  EXPECT_EQ((*found)["other"], "");
}

TEST(UriTemplate, AVariableAtTheStartAndAtTheEnd) {
  const auto found = match("{scheme}://host/{id}", "note://host/7");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["scheme"], "note");
  EXPECT_EQ((*found)["id"], "7");
}

TEST(UriTemplate, RefusesWhatIsNotOfTheFamily) {
  for (const char* uri : {"note:///", "note:///a/b", "note:///a?x", "note:///a#x", "Note:///a", "xnote:///a",
                          "note:///%4", "note:///%zz", ""}) {
    EXPECT_FALSE(match("note:///{id}", uri)) << uri;
  }
  EXPECT_FALSE(match("a:{x}-{y}", "a:-b"));
  EXPECT_FALSE(match("a:{x}-{y}", "a:b-"));
  EXPECT_FALSE(match("a:{x}.json", "a:.json"));
}

TEST(UriTemplate, AnEncodedSlashReachesTheHandlerAsASlash) {
  EXPECT_EQ((*match("note:///{id}", "note:///..%2Fsecret"))["id"], "../secret");
}

TEST(UriTemplate, UnderstandsOnlySimpleExpressions) {
  for (const char* text : {"a:{+path}", "a:{?q}", "a:{x,y}", "a:{x:3}", "a:{x*}", "a:{}", "a:{x", "a:x}", "a:{x}{y}",
                           "a:{x}/{x}", "a:b"}) {
    const auto parsed = UriTemplate::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, Kind::invalid_config);
    EXPECT_NE(parsed.error().message.find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse::server
