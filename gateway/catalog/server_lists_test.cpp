#include "gateway/catalog/server_lists.hpp"

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;

struct Read {
  Result<Page> page;
  std::size_t dropped = 0;
};

Read read(ListKind kind, std::string_view result) {
  const auto answer = test::server_answer(result, mcp::Uris::skip);
  Read read{.page = fail(Kind::internal, Origin::gateway, "")};
  read.page = read_page(kind, *answer, &read.dropped);
  return read;
}

TEST(ReadPage, KeepsEachDefinitionAsItIs) {
  const auto [page, dropped] =
      read(ListKind::tools,
           R"({"tools":[{"name":"a","inputSchema":{"name":"inner"}}, { "x" : 1e2 , "n\u0061me" : "b\u0063" } ]})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->items[0].key, "a");
  EXPECT_EQ(page->items[0].form.text, R"({"name":"a","inputSchema":{"name":"inner"}})");
  const Item& second = page->items[1];
  EXPECT_EQ(second.key, "bc");
  EXPECT_EQ(second.form.text, R"({ "x" : 1e2 , "n\u0061me" : "b\u0063" })");
  EXPECT_EQ(second.form.text.substr(second.form.key.at, second.form.key.size), R"("b\u0063")");
  EXPECT_EQ(dropped, 0U);
  EXPECT_FALSE(page->has_next);
}

TEST(ReadPage, KnowsTheKeyOfEachList) {
  EXPECT_EQ(read(ListKind::resources, R"({"resources":[{"name":"n","uri":"a:1"}]})").page->items.at(0).key, "a:1");
  EXPECT_EQ(read(ListKind::templates, R"({"resourceTemplates":[{"name":"n","uriTemplate":"a:{x}","uri":"z"}]})")
                .page->items.at(0)
                .key,
            "a:{x}");
  EXPECT_EQ(read(ListKind::prompts, R"({"prompts":[{"title":"t","name":"n"}]})").page->items.at(0).key, "n");
}

// LF-702: an empty cursor is a cursor
TEST(ReadPage, FindsTheNextCursor) {
  const auto read_cursor = [](std::string_view member) {
    return read(ListKind::tools, R"({"tools":[])" + std::string(member) + "}").page.value();
  };
  EXPECT_FALSE(read_cursor("").has_next);
  EXPECT_FALSE(read_cursor(R"(,"nextCursor":null)").has_next);
  EXPECT_TRUE(read_cursor(R"(,"nextCursor":"")").has_next);
  EXPECT_EQ(read_cursor(R"(,"nextCursor":"a\"b")").next_cursor, "a\"b");
}

TEST(ReadPage, LeavesOutWhatCannotBeUsed) {
  const auto [page, dropped] =
      read(ListKind::tools, R"({"tools":[{"name":""},{},{"name":7},null,"x",[],{"name":"good"}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1U);
  EXPECT_EQ(dropped, 6U);
}

// One definition that is no use must not take the others with it.
TEST(ReadPage, LeavesOutANameThatIsNoText) {
  const auto [page, dropped] = read(ListKind::tools, R"({"tools":[{"name":"\ud800"},{"name":"good"}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1U);
  EXPECT_EQ(dropped, 1U);
}

// The definition goes to clients with its name replaced: a second name would stay.
TEST(ReadPage, LeavesOutADefinitionWithTwoNames) {
  const auto [page, dropped] = read(ListKind::tools, R"({"tools":[{"name":"a","name":"b"},{"name":"good"}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1U);
  EXPECT_EQ(dropped, 1U);
}

void expect_bad(std::string_view result) {
  const auto [page, dropped] = read(ListKind::tools, result);
  ASSERT_FALSE(page) << result;
  EXPECT_EQ(page.error().kind, Kind::bad_reply) << result;
}

TEST(ReadPage, RefusesAnAnswerWithoutTheList) {
  for (const auto* result : {"{}", R"({"resources":[]})", R"({"tools":{}})", R"({"tools":null})"}) expect_bad(result);
}

// Some servers write numbers that JSON does not have. The definitions of all servers are sent in one text.
TEST(ReadPage, RefusesDefinitionsThatWouldSpoilTheMergedList) {
  for (const auto* one :
       {"tru", R"({"name":"a","x":NaN})", R"({"name":"a","inputSchema":{"default":-Infinity}})",
        R"({"name":"a","x":01})", R"({"name":"a","x":"\q"})", R"({"name":"a","x":[1,]})", R"({"name":"a","x":[}])"}) {
    expect_bad(R"({"tools":[)" + std::string(one) + R"(,{"name":"good"}]})");
  }
  expect_bad(R"({"tools":[{"name":"a","x":)" + std::string(200, '[') + std::string(200, ']') + "}]}");
}

}  // namespace
}  // namespace gatehouse::catalog
