// The manual and the JSON Schema against the table of keys. GATEHOUSE_UPDATE=1 writes both anew.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "gateway/config/keys.hpp"
#include "gateway/config/load.hpp"

namespace gatehouse::config {
namespace {

std::string read(const char* path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::string type_name(const Key& key) {
  switch (key.shape) {
    case Shape::text: return "text";
    case Shape::flag: return "`true` or `false`";
    case Shape::duration: return "duration";
    case Shape::bytes: return "size";
    case Shape::count: return "number";
    case Shape::rate: return "rate";
    case Shape::texts:
      if (!key.choices.empty()) break;
      return key.or_one ? "text or list of texts" : key.secret ? "list of secrets" : "list of texts";
    case Shape::groups: return "map of lists";
    case Shape::pairs: return key.secret ? "map of secrets" : "map of texts";
    case Shape::address: return "host:port";
    case Shape::url: return "URL";
    case Shape::section: {
      const bool list = key.nested ? key.nested->form == Nested::Form::list : key.name == "endpoints";
      return list ? "list" : "map";
    }
    case Shape::choice: break;
  }
  std::string out;
  for (const std::string_view choice : key.choices) out += (out.empty() ? "`" : ", `") + std::string(choice) + "`";
  return key.shape == Shape::texts ? "one or a list of " + out : out;
}

std::string default_text(const Section& section, const Key& key) {
  if (!key.slot) return "";
  const Slot slot = key.slot(section.fresh());
  std::string out;
  if (const auto* const* texts = std::get_if<Texts*>(&slot)) {
    for (const std::string& text : **texts) out += (out.empty() ? "[\"" : ", \"") + text + "\"";
    return out.empty() ? "" : "`" + out + "]`";
  }
  out = scalar_text(key, slot);
  return out.empty() ? "" : "`" + out + "`";
}

std::string table(const Section& section) {
  std::string out = "| Key | Type | Default | Meaning |\n| --- | --- | --- | --- |\n";
  for (const Key& key : section.keys)
    out += "| `" + std::string(key.name) + "` | " + type_name(key) + " | " + default_text(section, key) + " | " +
           std::string(key.meaning) + " |\n";
  return out;
}

TEST(ConfigManual, ListsEveryKeyWithTypeDefaultAndMeaning) {
  const char* path = "docs/config.md";
  std::string page = read(path);
  for (const Section* section : all_sections()) {
    const std::string begin = "<!-- keys: " + (section->path.empty() ? "top" : std::string(section->path)) + " -->\n",
                      end = "<!-- end -->";
    const auto from = page.find(begin);
    ASSERT_NE(from, page.npos) << begin;
    const auto to = page.find(end, from);
    ASSERT_NE(to, page.npos) << begin;
    const std::string written = page.substr(from + begin.size(), to - from - begin.size());
    if (std::getenv("GATEHOUSE_UPDATE"))
      page.replace(from + begin.size(), written.size(), table(*section));
    else
      EXPECT_EQ(written, table(*section)) << "GATEHOUSE_UPDATE=1 accepts";
  }
  if (std::getenv("GATEHOUSE_UPDATE")) std::ofstream(path) << page;
}

TEST(ConfigSchema, IsTheOneInTheRepository) {
  const char* path = "schema/gatehouse.schema.json";
  if (std::getenv("GATEHOUSE_UPDATE")) std::ofstream(path) << schema_json();
  EXPECT_EQ(read(path), schema_json()) << "GATEHOUSE_UPDATE=1 accepts";
}

/// Every section has its keys in the schema, and so on inwards.
void expect_keys(const Section& section, const json::Value& schema) {
  const json::Value* properties = schema.find("properties");
  ASSERT_TRUE(properties) << section.path;
  EXPECT_EQ(properties->as_object()->size(), section.keys.size()) << section.path;
  for (const Key& key : section.keys) {
    const json::Value* found = properties->find(key.name);
    ASSERT_TRUE(found) << section.path << " " << key.name;
    if (!key.nested) continue;
    if (key.nested->form == Nested::Form::list) found = found->find("items");
    ASSERT_TRUE(found) << key.name;
    expect_keys(key.nested->section(), *found);
  }
}

TEST(ConfigSchema, KnowsEveryKey) {
  const auto schema = json::parse(schema_json());
  ASSERT_TRUE(schema) << schema.error().message;
  const json::Value& top = *schema->find("properties");
  expect_keys(top_section(), *schema);
  expect_keys(admin_section(), top.find("admin")->find("anyOf")->as_array()->at(1));
  expect_keys(endpoint_section(), *top.find("endpoints")->find("items"));
  expect_keys(server_section(), *schema->find("$defs")->find("server"));
  expect_keys(limits_section(), top.find("limits")->find("anyOf")->as_array()->at(1));
  const json::Value& server = *schema->find("$defs")->find("server")->find("properties");
  for (const ServerPart& part : server_parts())
    expect_keys(part.section, server.find(part.name)->find("anyOf")->as_array()->at(1));
}

TEST(ConfigSchema, HasNoOtherSections) {
  std::vector<const Section*> own = {&top_section(), &admin_section(), &endpoint_section(), &server_section(),
                                     &limits_section()};
  for (const ServerPart& part : server_parts()) own.push_back(&part.section);
  for (const Section* section : all_sections()) {
    const auto nests = [&](const Section* outer) {
      return std::ranges::any_of(outer->keys,
                                 [&](const Key& key) { return key.nested && &key.nested->section() == section; });
    };
    EXPECT_TRUE(std::ranges::find(own, section) != own.end() || std::ranges::any_of(all_sections(), nests))
        << section->path;
  }
}

TEST(Keys, HaveDefaultsInsideTheirOwnRanges) {
  for (const Section* section : all_sections())
    for (const Key& key : section->keys) {
      EXPECT_FALSE(key.meaning.empty()) << key.name;
      EXPECT_EQ(key.slot == nullptr, key.shape == Shape::section) << key.name;
      if (!key.slot) continue;
      const Slot slot = key.slot(section->fresh());
      std::uint64_t value = key.least;
      if (const auto* const* duration = std::get_if<Milliseconds*>(&slot))
        value = static_cast<std::uint64_t>((*duration)->count());
      if (const auto* const* number = std::get_if<std::size_t*>(&slot)) value = **number;
      EXPECT_TRUE(value >= key.least && value <= key.most) << key.name;
    }
}

}  // namespace
}  // namespace gatehouse::config
