#include "gateway/catalog/names.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/text.hpp>

namespace gatehouse::catalog {
namespace {

TEST(ExposedName, PutsThePrefixInFront) {
  EXPECT_EQ(exposed_name("jira", ".", "create_issue"), "jira.create_issue");
  EXPECT_EQ(exposed_name("jira", "__", "a.b"), "jira__a.b");
  EXPECT_EQ(exposed_name("", ".", "create_issue"), "create_issue");
  EXPECT_EQ(exposed_name("jira", ".", ""), "jira.");
}

// GB-043: deterministic, so that every instance computes the same
TEST(ExposedName, IsShortenedDeterministically) {
  const std::string fits = exposed_name("crm", ".", std::string(60, 'a'));
  EXPECT_EQ(fits, "crm." + std::string(60, 'a'));
  const std::string cut = exposed_name("crm", ".", std::string(61, 'a'));
  EXPECT_EQ(cut.size(), kMaxNameLength);
  EXPECT_EQ(cut, "crm." + std::string(51, 'a') + "_35d5fc17") << "the hash is of the server's own name";
  EXPECT_NE(cut, exposed_name("crm", ".", std::string(62, 'a')));
  EXPECT_EQ(exposed_name("", ".", std::string(100, 'a')), std::string(100, 'a'));
}

TEST(ExposedName, IsNeverCutInsideACharacter) {
  const std::string characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  for (const std::string& character : characters) {
    for (std::size_t offset = 0; offset < 4; ++offset) {
      std::string local(offset, 'x');
      while (local.size() < 80) local += character;
      const std::string name = exposed_name("crm", ".", local);
      EXPECT_LE(name.size(), kMaxNameLength);
      EXPECT_GT(name.size(), kMaxNameLength - 4) << "no more is cut than needed";
      EXPECT_EQ(json::unquote(json::quoted(name)), name) << "it is valid UTF-8";
    }
  }
}

TEST(ExposedName, KeepsThePrefixWhole) {
  const std::string prefix(60, 'p');
  EXPECT_TRUE(exposed_name(prefix, ".", "something").starts_with(prefix + "."));
}

TEST(UriLabel, HasOnlyWhatASchemeMayHave) {
  EXPECT_EQ(uri_label("files"), "files");
  EXPECT_EQ(uri_label("My Server_2"), "my-server-2");
  EXPECT_EQ(uri_label("n\xc3\xa4"
                      "me"),
            "n--me");
  const std::string long_name = "a-server-with-a-rather-long-name";
  EXPECT_EQ(uri_label(long_name).size(), 20U);
  EXPECT_NE(uri_label(long_name), uri_label(long_name + "2"));
}

struct UriRow {
  const char *local, *exposed;
};

// GB section 4.2, the table
TEST(ExposedUri, FollowsTheTable) {
  const UriRow rows[] = {
      {"file:///srv/a.txt", "gh-files+file:///srv/a.txt"},
      {"memo:insights", "gh-files+memo:insights"},
      {"ui://dash/main.html", "ui://gh-files/dash/main.html"},
      {"db://{table}/{id}", "gh-files+db://{table}/{id}"},
      {"{+any}", "gh-files+{+any}"},
      {"", "gh-files+"},
      {"a+b:c", "gh-files+a+b:c"},
      {"gh-inner+file:///x", "gh-files+gh-inner+file:///x"},
  };
  for (const UriRow& row : rows) {
    EXPECT_EQ(exposed_uri("files", row.local), row.exposed);
    const auto back = split_uri(row.exposed);
    ASSERT_TRUE(back) << row.exposed;
    EXPECT_EQ(back->label, "files");
    EXPECT_EQ(back->uri, row.local);
  }
}

TEST(ExposedUri, LeavesAddressesThatClientsCanFetch) {
  for (const auto* uri : {"https://example.org/x", "http://example.org", "https:opaque"}) {
    EXPECT_EQ(exposed_uri("files", uri), uri);
    EXPECT_FALSE(split_uri(uri));
  }
}

TEST(SplitUri, KnowsWhatCarriesNoLabel) {
  for (const auto* uri : {"", "g", "gh-", "gh-files", "gh-+file:///x", "file:///gh-files+x", "gh-a b+x", "gx-files+x",
                          "hh-files+x", "gg-files+x", "hg-files+x", "gh_files+x", "ui://dash/gh-files/x",
                          "ui://gh-files", "ui://hh-files/x", "gh-files:x"}) {
    EXPECT_FALSE(split_uri(uri)) << uri;
  }
}

// GB-055: scheme letters compare without case; nothing else is normalised
TEST(SplitUri, AllowsAClientsUriLibraryToChangeTheCaseOfTheScheme) {
  for (const auto* uri : {"GH-FILES+file:///A%2fb/../c", "Gh-Files+file:///A%2fb/../c"}) {
    const auto split = split_uri(uri);
    ASSERT_TRUE(split) << uri;
    EXPECT_EQ(split->label, "files");
    EXPECT_EQ(split->uri, "file:///A%2fb/../c");
  }
}

TEST(MatchesTemplate, ComparesLiteralsAndLetsExpressionsBeAnything) {
  EXPECT_TRUE(matches_template("db://{table}/{id}", "db://users/7"));
  EXPECT_TRUE(matches_template("db://{table}/{id}", "db://users/7/x"));
  EXPECT_TRUE(matches_template("db://{table}/{id}", "db:///"));
  EXPECT_TRUE(matches_template("{+any}", "whatever"));
  EXPECT_TRUE(matches_template("x{a}{b}y", "xy"));
  EXPECT_TRUE(matches_template("a:b", "a:b"));
  EXPECT_TRUE(matches_template("a{x}b{y}c", "a-b-b-c"));
  EXPECT_FALSE(matches_template("db://{table}/{id}", "db://users"));
  EXPECT_FALSE(matches_template("db://{table}/{id}", "xdb://users/7"));
  EXPECT_FALSE(matches_template("a:b", "a:bc"));
  EXPECT_FALSE(matches_template("a{x}a", "a"));
  EXPECT_FALSE(matches_template("memo:///{day}.txt", "memo:///monday.md"));
  EXPECT_FALSE(matches_template("a:{x", "a:b")) << "a template that does not end";
  EXPECT_FALSE(matches_template("", "a"));
  EXPECT_TRUE(matches_template("", ""));
}

}  // namespace
}  // namespace gatehouse::catalog
