#include "gateway/catalog/settle.hpp"

#include <gtest/gtest.h>

namespace gatehouse::catalog {
namespace {

ServerLists lists_of(const std::vector<std::string>& tools) {
  ServerLists lists;
  for (const std::string& text : tools) {
    Item item;
    item.form = read_form(mcp::ListKind::tools, text).value();
    item.key = *json::unquote(std::string_view(item.form.text).substr(item.form.key.at, item.form.key.size));
    lists.of(mcp::ListKind::tools).push_back(std::move(item));
  }
  return lists;
}

/// One tool as the dialect has it.
std::string form(std::string_view tool, Dialect dialect) {
  auto lists = lists_of({std::string(tool)});
  (void)settle(lists, {});
  return lists.of(mcp::ListKind::tools).at(0).as(dialect).text;
}

std::string form(std::string_view tool, Dialect dialect, const ToolWords& words) {
  auto lists = lists_of({std::string(tool)});
  (void)settle(lists, {.words = words});
  return lists.of(mcp::ListKind::tools).at(0).as(dialect).text;
}

// Gateway rules 6.15
TEST(Settle, WrapsOutputSchemasOfValuesWhereTheOperatorWantsIt) {
  const ToolWords wraps{.schema_dialect = {}, .wraps_values = true};
  const char* tool =
      R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"array","items":{"$ref":"#/$defs/x"},"$defs":{"x":{"type":"string"}}}})";
  EXPECT_EQ(form(tool, Dialect::modern, wraps), tool);
  EXPECT_EQ(
      form(tool, Dialect::structured, wraps),
      R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"object","$defs":{"x":{"type":"string"}},"properties":{"value":{"type":"array","items":{"$ref":"#/$defs/x"}}},"required":["value"]}})");
  EXPECT_EQ(form(tool, Dialect::plain, wraps), R"({"name":"a","inputSchema":{"type":"object"}})");
  const char* recursive =
      R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"array","items":{"$ref":"#"}}})";
  EXPECT_EQ(form(recursive, Dialect::structured, wraps), R"({"name":"a","inputSchema":{"type":"object"}})")
      << "its reference would mean something else";
  const char* object = R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}})";
  EXPECT_EQ(form(object, Dialect::structured, wraps), object);
}

TEST(Settle, SaysWhichDialectSchemasAreOfWhereTheOperatorKnows) {
  const ToolWords old{.schema_dialect = "http://json-schema.org/draft-07/schema#"};
  const char* tool = R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"$schema":"s","type":"object"}})";
  EXPECT_EQ(
      form(tool, Dialect::modern, old),
      R"({"name":"a","inputSchema":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"},"outputSchema":{"$schema":"s","type":"object"}})");
  EXPECT_EQ(form(tool, Dialect::structured, old), tool);
}

TEST(Settle, OrdinaryToolsNeedNothing) {
  const std::string tool =
      R"({"name" : "a", "inputSchema":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":false}})";
  auto lists = lists_of({tool});
  EXPECT_TRUE(settle(lists, {}).empty());
  EXPECT_EQ(lists.of(mcp::ListKind::tools)[0].details, nullptr);
  for (const Dialect dialect : {Dialect::modern, Dialect::structured, Dialect::plain})
    EXPECT_EQ(lists.of(mcp::ListKind::tools)[0].as(dialect).text, tool);
}

struct Row {
  const char *tool, *modern, *structured, *plain;  // null: as the tool is
};

// Gateway rules 6.15, GB-254
TEST(Settle, GivesEachRevisionItsForm) {
  const Row rows[] = {
      {R"({"name":"a","inputSchema":{"properties":{}}})",
       R"({"name":"a","inputSchema":{"type":"object","properties":{}}})",
       R"({"name":"a","inputSchema":{"type":"object","properties":{}}})",
       R"({"name":"a","inputSchema":{"type":"object","properties":{}}})"},
      {R"({"name":"a","inputSchema":{"type":"object"},"execution":{"taskSupport":"optional"}})",
       R"({"name":"a","inputSchema":{"type":"object"}})", nullptr, nullptr},
      {R"({"name":"a","inputSchema":{"type":"object","properties":{"s":{"type":"string","x-mcp-header":"S"}}}})",
       nullptr, R"({"name":"a","inputSchema":{"type":"object","properties":{"s":{"type":"string"}}}})",
       R"({"name":"a","inputSchema":{"type":"object","properties":{"s":{"type":"string"}}}})"},
      {R"({"name":"a","inputSchema":{"type":"object","properties":{"x":true,"y":{"properties":{"z":false}}}}})", nullptr,
       R"({"name":"a","inputSchema":{"type":"object","properties":{"x":{},"y":{"properties":{"z":{"not":{}}}}}}})",
       R"({"name":"a","inputSchema":{"type":"object","properties":{"x":{},"y":{"properties":{"z":{"not":{}}}}}}})"},
      {R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}})", nullptr,
       R"({"name":"a","inputSchema":{"type":"object"}})", R"({"name":"a","inputSchema":{"type":"object"}})"},
      {R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}})", nullptr, nullptr,
       R"({"name":"a","inputSchema":{"type":"object"}})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(form(row.tool, Dialect::modern), row.modern ? row.modern : row.tool);
    EXPECT_EQ(form(row.tool, Dialect::structured), row.structured ? row.structured : row.tool);
    EXPECT_EQ(form(row.tool, Dialect::plain), row.plain ? row.plain : row.tool);
  }
}

TEST(Settle, KnowsTheDialectOfEachRevision) {
  EXPECT_EQ(dialect_of(mcp::Revision::v2026_07_28), Dialect::modern);
  EXPECT_EQ(dialect_of(mcp::Revision::v2025_11_25), Dialect::structured);
  EXPECT_EQ(dialect_of(mcp::Revision::v2025_06_18), Dialect::structured);
  EXPECT_EQ(dialect_of(mcp::Revision::v2025_03_26), Dialect::plain);
  EXPECT_EQ(dialect_of(mcp::Revision::v2024_11_05), Dialect::plain);
}

// GB-253
TEST(Settle, DropsOrMendsInvalidAnnotations) {
  const std::string bad =
      R"({"name":"bad","inputSchema":{"type":"object","properties":{"n":{"type":"number","x-mcp-header":"N"}}}})";
  const std::string good =
      R"({"name":"good","inputSchema":{"type":"object","properties":{"s":{"type":"string","x-mcp-header":"S"}}}})";
  auto strict = lists_of({bad, good});
  const auto warnings = settle(strict, {.drops_invalid_headers = true});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("\"bad\""), std::string::npos);
  ASSERT_EQ(strict.of(mcp::ListKind::tools).size(), 1U);
  EXPECT_EQ(strict.of(mcp::ListKind::tools)[0].details->headers.at(0).header, "Mcp-Param-S");

  auto mild = lists_of({bad});
  EXPECT_EQ(settle(mild, {}).size(), 1U);
  EXPECT_EQ(mild.of(mcp::ListKind::tools).at(0).form.text,
            R"({"name":"bad","inputSchema":{"type":"object","properties":{"n":{"type":"number"}}}})");
}

// GB-262
TEST(Settle, FindsUserInterfacesInBothForms) {
  for (const char* meta :
       {R"({"ui":{"visibility":["app"],"resourceUri":"ui:\/\/dash\/x"}})", R"({"ui/resourceUri":"ui://dash/x"})"}) {
    auto lists = lists_of({R"({"name":"a","inputSchema":{"type":"object"},"_meta":)" + std::string(meta) + "}"});
    (void)settle(lists, {});
    const Item& item = lists.of(mcp::ListKind::tools)[0];
    ASSERT_TRUE(item.details) << meta;
    EXPECT_EQ(item.details->ui, "ui://dash/x");
    EXPECT_EQ(item.form.uris.size(), 1U);
  }
}

// GB-273
TEST(Settle, KeepsTheIconsThatMayStay) {
  const std::string tool =
      R"({"name":"a","icons":[{"src":"https://x/i.png"},{"src":"data:image/png;base64,AA"}],"inputSchema":{"type":"object"}})";
  const auto icons = [&](Icons rule) {
    auto lists = lists_of({tool});
    (void)settle(lists, {.icons = rule});
    return lists.of(mcp::ListKind::tools)[0].form.text;
  };
  EXPECT_EQ(icons(Icons::keep), tool);
  EXPECT_EQ(icons(Icons::embedded),
            R"({"name":"a","icons":[{"src":"data:image/png;base64,AA"}],"inputSchema":{"type":"object"}})");
  EXPECT_EQ(icons(Icons::drop), R"({"name":"a","inputSchema":{"type":"object"}})");
  EXPECT_EQ(icons(Icons::inlined), icons(Icons::embedded)) << "there is nothing to be had";
  auto lists = lists_of({tool, R"({"name":"b","icons":[{"src":"https://x/other.png","sizes":["48x48"]}]})"});
  EXPECT_EQ(icon_sources(lists), (std::vector<std::string>{"https://x/i.png", "https://x/other.png"}));
  const auto picture = [](const std::string& source) {
    return std::string(source == "https://x/i.png" ? "data:image/png;base64,BB" : "");
  };
  (void)settle(lists, {.icons = Icons::inlined, .icon = picture});
  EXPECT_EQ(
      lists.of(mcp::ListKind::tools)[0].form.text,
      R"({"name":"a","icons":[{"src":"data:image/png;base64,BB"},{"src":"data:image/png;base64,AA"}],"inputSchema":{"type":"object"}})");
  EXPECT_EQ(lists.of(mcp::ListKind::tools)[1].form.text, R"({"name":"b"})");
}

TEST(Settle, LeavesAloneWhatItCannotRead) {
  const std::string twice = R"({"name":"a","inputSchema":{"type":"object"},"x":1,"x":2})";
  auto lists = lists_of({twice});
  EXPECT_TRUE(settle(lists, {}).empty());
  EXPECT_EQ(lists.of(mcp::ListKind::tools).at(0).form.text, twice);
}

}  // namespace
}  // namespace gatehouse::catalog
