#include <gtest/gtest.h>

#include "gateway/config/tree.hpp"

namespace gatehouse::config {
namespace {

/// The tree in one line: `{a:1"x"}` with lines and quotes left out.
std::string spell(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::null: return "~";
    case Node::Kind::scalar: return node.text;
    case Node::Kind::list:
      for (const Node& item : node.items) out += (out.empty() ? "" : ",") + spell(item);
      return "[" + out + "]";
    case Node::Kind::map:
      for (const Member& member : node.members)
        out += (out.empty() ? "" : ",") + member.key + ":" + spell(member.value);
      return "{" + out + "}";
  }
  return out;
}

std::string json(std::string_view text) {
  const auto tree = read_json(text);
  return tree ? spell(*tree) : "line " + std::to_string(tree.error().line) + ": " + tree.error().message;
}
std::string yaml(std::string_view text) {
  const auto tree = read_yaml(text);
  return tree ? spell(*tree) : "line " + std::to_string(tree.error().line) + ": " + tree.error().message;
}

TEST(JsonTree, KnowsEveryKindOfValue) {
  EXPECT_EQ(json(R"({"a": [1, -2.5e3, true, false, null], "b": {"c": "d"}, "e": {}, "f": []})"),
            "{a:[1,-2.5e3,true,false,~],b:{c:d},e:{},f:[]}");
}

TEST(JsonTree, ToleratesWhatEditorsWrite) {
  EXPECT_EQ(json("\xEF\xBB\xBF// head\n{\"a\": 1, /* in\nside */ \"b\": [1, 2,], // tail\n}\n// end"), "{a:1,b:[1,2]}");
}

TEST(JsonTree, LeavesCommentsInsideTextAlone) {
  EXPECT_EQ(json(R"({"url": "https://a/b", "glob": "/* x */", "tail": "a,]"})"),
            "{url:https://a/b,glob:/* x */,tail:a,]}");
}

TEST(JsonTree, UnescapesText) {
  EXPECT_EQ(json(R"(["\"\\\/\b\f\n\r\t", "\u00e4\u20ac\ud83d\ude00"])"), "[\"\\/\b\f\n\r\t,\u00e4\u20ac\U0001F600]");
}

TEST(JsonTree, CountsLinesThroughCommentsAndLists) {
  const auto tree = read_json("{\n/*\n*/ \"a\": [\n1,\n2]\n}");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->members[0].line, 3);
  EXPECT_EQ(tree->members[0].value.items[1].line, 5);
}

TEST(JsonTree, NamesTheLineOfAMistake) {
  EXPECT_EQ(json("{\n\"a\" 1}"), "line 2: not valid JSON: expected ':' after a key");
  EXPECT_EQ(json("{\"a\": 1\n\"b\": 2}"), "line 2: not valid JSON: expected ',' or '}'");
  EXPECT_EQ(json("[1 2]"), "line 1: not valid JSON: expected ',' or ']'");
  EXPECT_EQ(json("{\"a\":\n"), "line 2: not valid JSON: the document ends too early");
  EXPECT_EQ(json("\n\n{a: 1}"), "line 3: not valid JSON: expected a key in double quotes");
  EXPECT_EQ(json("[\"a\nb\"]"), "line 1: not valid JSON: a line break or control character inside text");
  EXPECT_EQ(json(R"(["C:\dir"])"), "line 1: not valid JSON: unknown escape '\\d'; a backslash is written '\\\\'");
  EXPECT_EQ(json(R"(["\ud83d"])"), "line 1: not valid JSON: half of a surrogate pair");
  EXPECT_EQ(json(R"(["\u12"])"), "line 1: not valid JSON: '\\u' needs four hexadecimal digits");
  EXPECT_EQ(json("{} {}"), "line 1: not valid JSON: something follows the end of the document");
  EXPECT_EQ(json("[yes]"), "line 1: not valid JSON: unexpected word; text needs double quotes");
  EXPECT_EQ(json("/* open"), "line 1: not valid JSON: a comment is not closed");
  EXPECT_EQ(json("[,]"), "line 1: not valid JSON: unexpected ','");
}

TEST(JsonTree, RefusesDeepNesting) {
  EXPECT_EQ(json(std::string(60, '[') + std::string(60, ']')).front(), '[');
  EXPECT_EQ(json(std::string(100'000, '[')), "line 1: not valid JSON: nested too deeply");
}

TEST(JsonTree, SurvivesEveryTruncation) {
  const std::string text = R"({"a": [1, "x\u00e4\n", {"b": null}], /* c */ "d": true, } // e)";
  for (std::size_t i = 1; i < text.size() - 5; ++i)
    EXPECT_EQ(json(text.substr(0, i)).substr(0, 5), "line ") << text.substr(0, i);
}

TEST(YamlTree, KeepsOrderDuplicatesAndLines) {
  const auto tree = read_yaml("b: 1\na:\n  - x\n  - 'y'\nb: ~\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(spell(*tree), "{b:1,a:[x,y],b:~}");
  EXPECT_EQ(tree->members[1].line, 2);
  EXPECT_EQ(tree->members[1].value.items[1].line, 4);
  EXPECT_EQ(tree->members[2].line, 5);
}

TEST(YamlTree, TakesScalarsAsWritten) {
  EXPECT_EQ(yaml("[0x10, 1e3, 007, yes, 1_000, 2024-01-01]"), "[0x10,1e3,007,yes,1_000,2024-01-01]");
}

TEST(YamlTree, IsEmptyForAnEmptyText) {
  EXPECT_EQ(yaml(""), "~");
  EXPECT_EQ(yaml("# only a comment\n"), "~");
}

TEST(YamlTree, EndsWhereTheParserCannotMoveOn) {
  for (const char* const text : {",", ",t", "# a\n, a: b", ",[1]"})
    EXPECT_TRUE(yaml(text).contains("not valid YAML")) << text << ": " << yaml(text);
  EXPECT_EQ(yaml("a: 1\n---\nb: 2"), "line 2: more than one YAML document ('---') in the file");
  EXPECT_EQ(yaml("---\n,"), "line 2: more than one YAML document ('---') in the file");
  EXPECT_EQ(yaml("--- {a: 1}\n..."), "{a:1}");
}

TEST(YamlTree, RefusesWhatMultiplies) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [" + last + "," + last + "," + last + "," + last + "," + last + "," + last + "," +
            last + "," + last + "]\n";
  }
  EXPECT_NE(yaml(bomb).find("too many values"), std::string::npos);
  EXPECT_NE(yaml(std::string(5000, '[')).find("line 1: "), std::string::npos);
  EXPECT_NE(yaml("a:\n  <<: {b: c}\n").find("line 2: merge keys"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::config
