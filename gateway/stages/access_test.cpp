#include "gateway/stages/access.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/text.hpp>

namespace gatehouse::stages {
namespace {

using mcp::ListKind;

catalog::Item item(std::string_view member, std::string key, mcp::ToolHints hints = {}) {
  catalog::Item out;
  out.form.text = "{\"" + std::string(member) + "\":";
  out.form.key = {out.form.text.size(), json::quoted(key).size()};
  out.form.text += json::quoted(key) + "}";
  out.key = std::move(key);
  out.hints = hints;
  return out;
}

std::shared_ptr<const catalog::View> view(std::size_t tools = 3) {
  auto lists = std::make_shared<catalog::ServerLists>();
  for (std::size_t i = 0; i < tools; ++i)
    lists->of(ListKind::tools).push_back(item("name", "get_" + std::to_string(i)));
  lists->of(ListKind::tools).push_back(item("name", "delete"));
  lists->of(ListKind::tools).push_back(item("name", "look", {.read_only = true, .destructive = false}));
  lists->of(ListKind::resources).push_back(item("uri", "File:///srv/a b"));
  lists->of(ListKind::resources).push_back(item("uri", "file:///etc/passwd"));
  std::vector<catalog::Source> sources;
  sources.push_back({.name = "files", .lists = lists});
  sources.push_back({.name = "quiet", .lists = std::make_shared<catalog::ServerLists>()});
  return std::make_shared<const catalog::View>(std::move(sources), catalog::ViewOptions{.page_bytes = 40});
}

std::shared_ptr<mcp::Principal> somebody(std::string key, std::vector<std::string> roles) {
  auto out = std::make_shared<mcp::Principal>();
  out->key = out->subject = std::move(key);
  out->kind = mcp::PrincipalKind::human;
  out->roles = std::move(roles);
  return out;
}

std::shared_ptr<Access> access(Access::Options options = {}) {
  policy::PolicySource source;
  source.rules = {
      {.id = "readers", .who = {.roles = {"reader"}}, .what = {.tools = {"get_*"}, .resources = {"file:///srv/*"}}},
      {.id = "owners", .who = {.roles = {"owner"}}},
      {.id = "careful",
       .effect = policy::Effect::deny,
       .who = {.roles = {"careful"}},
       .what = {.annotations = {{"destructiveHint", "true"}}}}};
  return std::make_shared<Access>(*policy::Policy::compile(std::move(source)), options);
}

std::string tools_of(Access& access, const mcp::Principal& who, const std::shared_ptr<const catalog::View>& all) {
  const auto seen = access.list(who, "/mcp", all, ListKind::tools);
  std::string out;
  std::optional<std::size_t> at = 0;
  while (at) {
    const auto page = all->page(*seen, catalog::Dialect::modern, *at);
    if (!page) return page.error().message;
    out += *page->text;
    at = page->next;
  }
  return out;
}

TEST(Access, ShowsEachCallerWhatHeMayUse) {
  const auto rules = access();
  const auto all = view(2);
  EXPECT_EQ(tools_of(*rules, *somebody("a", {"reader"}), all),
            R"({"tools":[{"name":"files.get_0"}]}{"tools":[{"name":"files.get_1"}]})");
  EXPECT_EQ(tools_of(*rules, *somebody("b", {}), all), R"({"tools":[]})");
  EXPECT_EQ(tools_of(*rules, *somebody("c", {"owner", "careful"}), all), R"({"tools":[{"name":"files.look"}]})");
  EXPECT_EQ(rules->list(*somebody("a", {"reader"}), "/mcp", all, ListKind::resources)->size(), 1U)
      << "judged in its normal spelling";
}

TEST(Access, SharesOneListAmongAllWhomTheRulesCannotTellApart) {
  const auto rules = access();
  const auto all = view();
  const auto first = rules->list(*somebody("a", {"reader"}), "/mcp", all, ListKind::tools);
  EXPECT_EQ(rules->list(*somebody("b", {"reader"}), "/mcp", all, ListKind::tools), first);
  EXPECT_NE(rules->list(*somebody("c", {"owner"}), "/mcp", all, ListKind::tools), first);
  EXPECT_NE(rules->list(*somebody("a", {"reader"}), "/mcp", view(), ListKind::tools), first) << "another view";
}

TEST(Access, GivesEqualListsEqualFingerprints) {
  const auto rules = access();
  const auto who = somebody("a", {"reader"});
  const auto one = rules->list(*who, "/mcp", view(3), ListKind::tools);
  EXPECT_EQ(rules->list(*who, "/mcp", view(3), ListKind::tools)->fingerprint(), one->fingerprint());
  EXPECT_NE(rules->list(*who, "/mcp", view(4), ListKind::tools)->fingerprint(), one->fingerprint());
  const auto owner = rules->list(*somebody("b", {"owner"}), "/mcp", view(3), ListKind::tools);
  EXPECT_TRUE(owner->is_everything());
  EXPECT_EQ(owner->fingerprint(), view(3)->fingerprint(ListKind::tools));
}

TEST(Access, KnowsWhoseServersAreShown) {
  const auto rules = access();
  const auto all = view();
  EXPECT_TRUE(rules->shows_server(*somebody("a", {"reader"}), "/mcp", all, 0));
  EXPECT_FALSE(rules->shows_server(*somebody("a", {"reader"}), "/mcp", all, 1));
  EXPECT_FALSE(rules->shows_server(*somebody("b", {}), "/mcp", all, 0));
}

TEST(Access, ForgetsWithinItsBounds) {
  const auto rules = access({.max_principals = 3, .max_lists = 4, .max_list_bytes = 500});
  const auto all = view();
  std::weak_ptr<mcp::Principal> first;
  for (int round = 0; round < 20; ++round) {
    const auto reader = somebody("r" + std::to_string(round), {"reader", "x" + std::to_string(round)});
    if (round == 0) first = reader;
    EXPECT_EQ(rules->list(*reader, "/mcp", all, ListKind::tools)->size(), 3U);
    EXPECT_FALSE(tools_of(*rules, *reader, all).empty());
    EXPECT_LE(rules->remembered_lists(), 4U);
  }
  EXPECT_TRUE(first.expired());
}

}  // namespace
}  // namespace gatehouse::stages
