#include <gatehouse/json/splice.hpp>

#include <gtest/gtest.h>

#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/value.hpp>

#include "src/json/padded_test.hpp"
#include "src/json/random_json_test.hpp"

namespace gatehouse::json {
namespace {

std::string_view part(std::string_view text, std::string_view what) {
  return text.substr(text.find(what), what.size());
}

TEST(Splice, WithoutEditsIsItsSource) {
  const Splice splice("{}");
  EXPECT_FALSE(splice.edited());
  EXPECT_EQ(splice.str(), "{}");
  EXPECT_EQ(Splice().str(), "");
  EXPECT_EQ(Splice().size(), 0u);
}

TEST(Splice, AppliesEditsInAnyOrder) {
  const std::string_view text = "abcdefgh";
  Splice splice(text);
  splice.replace(part(text, "gh"), "8");
  splice.erase(part(text, "cd"));
  splice.insert(text.data(), "<");
  splice.insert(text.data() + text.size(), ">");
  splice.replace(part(text, "b"), "BBB");
  EXPECT_EQ(splice.str(), "<aBBBef8>");
  EXPECT_EQ(splice.size(), splice.str().size());
  splice.replace(part(text, "a"), "A");  // more edits after a use
  EXPECT_EQ(splice.str(), "<ABBBef8>");
}

TEST(Splice, DropsEditsInsideARemovedRange) {
  const std::string_view text = "0123456789";
  for (const bool outer_first : {true, false}) {
    Splice splice(text);
    if (outer_first) splice.replace(part(text, "234567"), "x");
    splice.replace(part(text, "23"), "in front");
    splice.replace(part(text, "45"), "inside");
    splice.insert(part(text, "5").data(), "inside too");
    splice.erase(part(text, "67"));
    if (!outer_first) splice.replace(part(text, "234567"), "x");
    EXPECT_EQ(splice.str(), "01x89");
  }
}

TEST(Splice, KeepsInsertionsAtTheEdgesOfARemovedRange) {
  const std::string_view text = "0123456789";
  Splice splice(text);
  splice.insert(part(text, "4").data(), "b");
  splice.erase(part(text, "23"));
  splice.insert(part(text, "2").data(), "a");
  EXPECT_EQ(splice.str(), "01ab456789");
}

TEST(Splice, KeepsTheOrderOfInsertionsAtOnePlace) {
  const std::string_view text = "xy";
  Splice splice(text);
  splice.insert(text.data() + 1, "1");
  splice.insert(text.data() + 1, "2");
  splice.replace(part(text, "y"), "Y");
  splice.insert(text.data() + 1, "3");
  EXPECT_EQ(splice.str(), "x123Y");
}

TEST(Splice, LetsTheLaterEditOfTheSameRangeHold) {
  const std::string_view text = "abc";
  Splice splice(text);
  splice.erase(part(text, "b"));
  splice.replace(part(text, "b"), "1");
  EXPECT_EQ(splice.str(), "a1c");
  splice.replace(part(text, "b"), "2");
  EXPECT_EQ(splice.str(), "a2c");
  splice.erase(part(text, "b"));
  EXPECT_EQ(splice.str(), "ac");
}

TEST(Splice, PointsAtTheSourceInsteadOfCopyingIt) {
  const std::string source = R"({"id":1,"x":"unchanged"})";
  Splice splice(source);
  splice.replace(part(source, "1"), "22");
  Pieces pieces;
  splice.append_to(pieces);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0].data(), source.data());
  EXPECT_EQ(pieces[1], "22");
  EXPECT_EQ(pieces[2].data(), source.data() + 7);
}

TEST(Splice, MatchesRebuildingTheTextByHand) {
  test::RandomJson random(7);
  const std::string source = "abcdefghijklmnopqrstuvwxyz";
  for (int round = 0; round < 2000; ++round) {
    Splice splice(source);
    std::string expected;
    std::size_t at = 0;
    while (at < source.size()) {  // disjoint edits from left to right are easy to apply by hand
      const std::size_t length = 1 + random.below(4);
      const std::string_view range = std::string_view(source).substr(at, length);
      if (random.one_in(3)) {
        const std::string text = random.text();
        splice.replace(range, text);
        expected += text;
      } else {
        expected += range;
      }
      at += length;
    }
    ASSERT_EQ(splice.str(), expected);
    ASSERT_EQ(splice.size(), expected.size());
  }
}

using test::Padded;

ObjectView view_of(std::string_view text) {
  ObjectView view;
  auto walked = reader().walk(text, [&view](Node& root) -> Result<void> {
    view = root.object().value();
    return {};
  });
  EXPECT_TRUE(walked);
  return view;
}

std::string rewritten(const std::string& text, std::string_view dropped, std::string_view added) {
  const Padded padded(text);
  const std::string_view source = padded.view();
  const ObjectView view = view_of(source);
  Splice splice(source);
  rewrite_members(
      splice, view, [dropped](const Member& m) { return dropped.find(m.key) != std::string_view::npos; }, added);
  return splice.str();
}

TEST(RewriteMembers, PutsCommasWhereTheyBelong) {
  const std::string abc = R"({ "a" : 1 , "b":2, "c":3 })";
  EXPECT_EQ(rewritten(abc, "", ""), abc);
  EXPECT_EQ(rewritten(abc, "a", ""), R"({ "b":2, "c":3 })");
  EXPECT_EQ(rewritten(abc, "b", ""), R"({ "a" : 1, "c":3 })");
  EXPECT_EQ(rewritten(abc, "c", ""), R"({ "a" : 1 , "b":2 })");
  EXPECT_EQ(rewritten(abc, "ab", ""), R"({ "c":3 })");
  EXPECT_EQ(rewritten(abc, "bc", ""), R"({ "a" : 1 })");
  EXPECT_EQ(rewritten(abc, "ac", ""), R"({ "b":2 })");
  EXPECT_EQ(rewritten(abc, "abc", ""), R"({  })");
  EXPECT_EQ(rewritten(abc, "", R"("d":4)"), R"({ "a" : 1 , "b":2, "c":3,"d":4 })");
  EXPECT_EQ(rewritten(abc, "bc", R"("d":4)"), R"({ "a" : 1,"d":4 })");
  EXPECT_EQ(rewritten(abc, "abc", R"("d":4)"), R"({"d":4  })");
  EXPECT_EQ(rewritten("{}", "", R"("d":4)"), R"({"d":4})");
}

TEST(RewriteMembers, AgreesWithChangingTheTree) {
  test::RandomJson random(11);
  for (int round = 0; round < 3000; ++round) {
    Value tree = random.object(2);
    const Padded padded(random.spelled(tree));
    const std::string_view source = padded.view();
    const ObjectView view = view_of(source);
    Splice splice(source);
    Value expected = Value::object();
    std::vector<bool> drop;
    for (auto& [key, value] : *tree.as_object()) {
      drop.push_back(random.one_in(2));
      if (drop.back()) continue;
      if (random.one_in(4)) {  // an edit inside a member that stays
        splice.replace(view.find(key)->value, "7");
        value = Value(7);
      }
      expected.set(key, value);
    }
    std::string added;
    for (std::size_t n = random.below(3); n > 0; --n) {
      const std::string key = "added " + std::to_string(n);
      added += (added.empty() ? "" : ",") + json::quoted(key) + ":[" + std::to_string(n) + "]";
      expected.set(key, Value::array({Value(n)}));
    }
    std::size_t i = 0;
    rewrite_members(splice, view, [&](const Member&) { return bool(drop[i++]); }, added);
    const auto result = parse(splice.str());
    ASSERT_TRUE(result) << splice.str();
    ASSERT_EQ(*result, expected) << source << "\n" << splice.str();
  }
}

TEST(RewriteMembers, WorksOnAnObjectInsideAnother) {
  const Padded padded(R"({"m":{"x":1,"y":2},"z":3})");
  const std::string_view source = padded.view();
  ObjectView inner;
  auto walked = reader().walk(source, [&inner](Node& root) -> Result<void> {
    auto done = root.members([&inner](std::string_view key, const char*, Node& value) -> Result<void> {
      if (key == "m") inner = value.object().value();
      return {};
    });
    return done ? Result<void>{} : fail(done.error());
  });
  ASSERT_TRUE(walked);
  const ObjectView outer = view_of(source);
  Splice keeps(source);
  rewrite_members(keeps, inner, [](const Member& m) { return m.key == "y"; }, R"("n":0)");
  rewrite_members(keeps, outer, [](const Member& m) { return m.key == "z"; }, "");
  EXPECT_EQ(keeps.str(), R"({"m":{"x":1,"n":0}})");
  Splice drops(source);
  rewrite_members(drops, inner, [](const Member& m) { return m.key == "y"; }, R"("n":0)");
  rewrite_members(drops, outer, [](const Member& m) { return m.key == "m"; }, "");
  EXPECT_EQ(drops.str(), R"({"z":3})");
}

TEST(ObjectView, KeepsKeysWithEscapesBeyondTheWalk) {
  const Padded padded(R"({"a\/b":1,"plain":2})");
  const ObjectView view = view_of(padded.view());
  const ObjectView copy = view;
  (void)view_of(Padded(R"({"z\/y":1})").view());
  ASSERT_TRUE(copy.find("a/b"));
  EXPECT_EQ(copy.find("a/b")->value, "1");
  EXPECT_EQ(copy.find("plain")->value, "2");
  EXPECT_EQ(copy.find("z/y"), nullptr);
}

}  // namespace
}  // namespace gatehouse::json
