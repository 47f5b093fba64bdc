#include "gateway/catalog/view.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/text.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;
using Keys = std::vector<std::string>;

Item item(std::string_view member, std::string_view key) {
  Item item{.key = std::string(key), .text = R"({"x":1,")" + std::string(member) + "\":"};
  item.key_at = item.text.size();
  item.text += json::quoted(key);
  item.key_size = item.text.size() - item.key_at;
  item.text += R"(,"more":[]})";
  return item;
}

/// Lists of one server: `lists().tools({"a"}).resources({"file:///x"})`.
class Offer {
 public:
  Offer tools(const Keys& keys) { return add(ListKind::tools, "name", keys); }
  Offer prompts(const Keys& keys) { return add(ListKind::prompts, "name", keys); }
  Offer resources(const Keys& keys) { return add(ListKind::resources, "uri", keys); }
  Offer templates(const Keys& keys) { return add(ListKind::templates, "uriTemplate", keys); }
  Offer cache(std::int64_t ttl_ms, mcp::CacheScope scope) {
    lists_.cache = {.ttl_ms = ttl_ms, .scope = scope};
    return *this;
  }
  Offer instructions(std::string text) {
    lists_.instructions = std::move(text);
    return *this;
  }
  Offer capabilities(mcp::ServerCapabilities capabilities) {
    lists_.capabilities = capabilities;
    return *this;
  }
  [[nodiscard]] Source as(std::string name, bool degraded = false) const {
    return {std::move(name), std::make_shared<const ServerLists>(lists_), degraded};
  }

 private:
  Offer add(ListKind kind, std::string_view member, const Keys& keys) {
    for (const std::string& key : keys) lists_.of(kind).push_back(item(member, key));
    return *this;
  }
  ServerLists lists_;
};

/// The keys of a whole list, over all pages.
Keys listed(const View& view, ListKind kind, std::size_t* pages = nullptr) {
  Keys keys;
  const std::string_view member = kind == ListKind::resources   ? "uri"
                                  : kind == ListKind::templates ? "uriTemplate"
                                                                : "name";
  std::optional<std::string> cursor;
  for (std::size_t n = 1; n < 1000; ++n) {
    const auto page = view.page(kind, cursor ? std::optional<std::string_view>(*cursor) : std::nullopt);
    if (!page) throw std::logic_error(page.error().message);
    const auto parsed = json::parse(**page);
    if (!parsed) throw std::logic_error(**page);
    for (const auto& one : *parsed->find(mcp::items_member(kind))->as_array()) keys.emplace_back(one.text(member));
    if (pages) *pages = n;
    const auto* next = parsed->find("nextCursor");
    if (!next) return keys;
    cursor = *next->as_string();
  }
  throw std::logic_error("the list does not end");
}

std::string resolved(const std::optional<Target>& target) {
  return target ? std::to_string(target->source) + ":" + target->local : "none";
}
std::string tool(const View& view, std::string_view name) { return resolved(view.resolve_name(ListKind::tools, name)); }

// GB-301
TEST(View, MergesInTheEndpointsOrder) {
  const View view({Offer().tools({"z", "a"}).as("files"), Offer().tools({"a"}).as("crm")}, {});
  EXPECT_EQ(listed(view, ListKind::tools), (Keys{"files.z", "files.a", "crm.a"}));
  EXPECT_EQ(*view.page(ListKind::prompts, {}).value(), R"({"prompts":[]})");
  EXPECT_EQ(view.size(ListKind::tools), 3U);
}

TEST(View, ReplacesTheKeyAndNothingElse) {
  const View view({Offer().tools({"say \"hi\""}).as("crm")}, {.separator = "__"});
  EXPECT_EQ(*view.page(ListKind::tools, {}).value(), R"({"tools":[{"x":1,"name":"crm__say \"hi\"","more":[]}]})");
}

// GB section 15, 14
TEST(View, TheSameSourcesGiveTheSameBytes) {
  const auto make = [] {
    return View({Offer().tools({"a", "b"}).as("x"), Offer().tools({"c"}).resources({"m:1"}).as("y")},
                {.page_bytes = 50});
  };
  const View one = make(), two = make();
  for (const ListKind kind : mcp::kListKinds) {
    EXPECT_EQ(*one.page(kind, {}).value(), *two.page(kind, {}).value());
    EXPECT_EQ(one.fingerprint(kind), two.fingerprint(kind));
  }
  const View changed({Offer().tools({"a", "b"}).as("x"), Offer().tools({"d"}).resources({"m:1"}).as("y")},
                     {.page_bytes = 50});
  EXPECT_NE(one.fingerprint(ListKind::tools), changed.fingerprint(ListKind::tools));
  EXPECT_EQ(one.fingerprint(ListKind::resources), changed.fingerprint(ListKind::resources));
}

// GB section 15, 17: everything exposed can be used and reaches whom it came from
TEST(View, EverythingItListsCanBeResolved) {
  const Keys names = {"a",
                      "a.b",
                      "crm.a",
                      std::string(70, 'n'),
                      std::string(71, 'n'),
                      "\xc3\xa9" + std::string(40, 'x') + std::string("\xe2\x82\xac") + std::string(40, 'y')};
  const Keys uris = {"file:///a", "memo:x", "gh-files+file:///a", "ui://dash/x", "a+b:c"};
  const Keys templates = {"db://{t}", "{+any}"};
  std::vector<Source> sources;
  for (const auto* name : {"files", "Files", "files-2", "crm", "crm.a", "a-server-with-a-rather-long-name-1",
                           "a-server-with-a-rather-long-name-2"}) {
    sources.push_back(Offer().tools(names).prompts(names).resources(uris).templates(templates).as(name));
  }
  for (const auto* separator : {".", "__", "/"}) {
    const View view(sources, {.separator = separator});
    std::vector<std::size_t> seen(sources.size());
    for (const std::string& name : listed(view, ListKind::tools)) {
      const auto target = view.resolve_name(ListKind::tools, name);
      ASSERT_TRUE(target) << name;
      EXPECT_NE(std::ranges::find(names, target->local), names.end()) << name << " -> " << target->local;
      EXPECT_TRUE(name.starts_with(sources[target->source].name + separator)) << name;
      ++seen[target->source];
    }
    for (const ListKind kind : {ListKind::resources, ListKind::templates}) {
      for (const std::string& uri : listed(view, kind)) {
        const auto target = view.resolve_uri(uri);
        ASSERT_TRUE(target) << uri;
        EXPECT_EQ(view.expose_uri(target->source, target->local), uri);
        ++seen[target->source];
      }
    }
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_GE(seen[i], 11U) << sources[i].name << " lost items";
  }
}

// GB-042: never split at the separator
TEST(View, ResolvesUnlistedNamesByTheLongestServerName) {
  const View view({Offer().tools({"x"}).as("crm"), Offer().as("crm.eu"), Source{"new", nullptr}}, {});
  EXPECT_EQ(tool(view, "crm.eu.sync"), "1:sync");
  EXPECT_EQ(tool(view, "crm.euro"), "0:euro");
  EXPECT_EQ(tool(view, "crm.a.b.c"), "0:a.b.c");
  EXPECT_EQ(tool(view, "new.tool"), "2:tool") << "nothing is known of it yet";
  for (const auto* unknown : {"crm", "crm.", "cr.x", "x", "", ".x", "files.x"})
    EXPECT_EQ(tool(view, unknown), "none") << unknown;
}

TEST(View, AListedNameGoesToTheServerThatListsIt) {
  const View view({Offer().tools({"eu.sync"}).as("crm"), Offer().tools({"other"}).as("crm.eu")}, {});
  EXPECT_EQ(tool(view, "crm.eu.sync"), "0:eu.sync");
  EXPECT_EQ(resolved(view.resolve_name(ListKind::prompts, "crm.eu.sync")), "1:sync") << "lists are apart";
}

TEST(View, WithoutPrefixesTheFirstOfTwoEqualNamesWins) {
  const View view(
      {Offer().tools({"a", "b"}).resources({"m:1"}).as("x"), Offer().tools({"b", "c"}).resources({"m:1"}).as("y")},
      {.prefixed = false});
  EXPECT_EQ(listed(view, ListKind::tools), (Keys{"a", "b", "c"}));
  EXPECT_EQ(listed(view, ListKind::resources), (Keys{"m:1"}));
  EXPECT_EQ(tool(view, "b"), "0:b");
  EXPECT_EQ(tool(view, "c"), "1:c");
  EXPECT_EQ(tool(view, "unlisted"), "none");
  EXPECT_EQ(resolved(view.resolve_uri("m:1")), "0:m:1");
  EXPECT_EQ(view.expose_uri(1, "m:2"), "m:2");
  EXPECT_FALSE(view.rewrites_uris());
}

TEST(View, WithoutPrefixesOneServerGetsEverything) {
  const View view({Offer().tools({"a"}).as("only")}, {.prefixed = false});
  EXPECT_EQ(tool(view, "unlisted"), "0:unlisted");
  EXPECT_EQ(resolved(view.resolve_uri("any:thing")), "0:any:thing");
}

// GB-052
TEST(View, ResolvesUrisWithoutALabelByTheListsOnly) {
  const View view({Offer().resources({"https://a.example/x"}).templates({"https://a.example/{id}"}).as("a"),
                   Offer().templates({"https://{host}/doc"}).as("b")},
                  {});
  EXPECT_EQ(resolved(view.resolve_uri("https://a.example/x")), "0:https://a.example/x") << "exact";
  EXPECT_EQ(resolved(view.resolve_uri("https://a.example/y")), "0:https://a.example/y") << "by template";
  EXPECT_EQ(resolved(view.resolve_uri("https://b.example/doc")), "1:https://b.example/doc");
  EXPECT_EQ(resolved(view.resolve_uri("https://a.example/doc")), "none") << "two candidates";
  EXPECT_EQ(resolved(view.resolve_uri("file:///x")), "none");
  EXPECT_EQ(resolved(view.resolve_uri("gh-c+file:///x")), "none");
  EXPECT_EQ(resolved(view.resolve_uri("gh-a+file:///unlisted")), "0:file:///unlisted") << "the label says enough";
}

// GB-304, GB-305
TEST(View, PagesByBytes) {
  const View view({Offer().tools({"a", "b", "c", "d", "e"}).as("x")}, {.page_bytes = 80});
  std::size_t pages = 0;
  EXPECT_EQ(listed(view, ListKind::tools, &pages), (Keys{"x.a", "x.b", "x.c", "x.d", "x.e"}));
  EXPECT_EQ(pages, 3U);
  const View tiny({Offer().tools({"a", "b"}).as("x")}, {.page_bytes = 1});
  EXPECT_EQ(listed(tiny, ListKind::tools, &pages), (Keys{"x.a", "x.b"}));
  EXPECT_EQ(pages, 2U) << "every page has an item";
}

TEST(View, RefusesCursorsThatItDidNotMake) {
  const View old({Offer().tools({"a", "b"}).as("x")}, {.page_bytes = 1});
  const View view({Offer().tools({"a", "c"}).as("x")}, {.page_bytes = 1});
  const std::string good(json::parse(*view.page(ListKind::tools, {}).value())->text("nextCursor"));
  EXPECT_TRUE(view.page(ListKind::tools, good));
  const std::string stem = good.substr(0, good.size() - 1);
  const std::string foreign(json::parse(*old.page(ListKind::tools, {}).value())->text("nextCursor"));
  for (const std::string& cursor : {std::string(), foreign, stem, stem + "0", stem + "2", stem + "-1",
                                    stem + "99999999999999999999", good + " ", good + "x", "x" + good}) {
    const auto page = view.page(ListKind::tools, cursor);
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().kind, Kind::not_found) << cursor;
    EXPECT_EQ(page.error().origin, Origin::client) << cursor;
  }
  EXPECT_FALSE(view.page(ListKind::prompts, good)) << "a cursor belongs to its list";
}

// GB-311, GB-313, GB-314
TEST(View, HintsAreTheLeastOfItsServers) {
  const auto hints = [](std::vector<Source> sources) { return View(std::move(sources), {}).cache(); };
  const auto shared = Offer().cache(60'000, mcp::CacheScope::shared);
  EXPECT_EQ(hints({shared.as("a")}).ttl_ms, 60'000);
  EXPECT_EQ(hints({shared.as("a")}).scope, mcp::CacheScope::shared);
  EXPECT_EQ(hints({shared.as("a"), Offer().cache(5, mcp::CacheScope::shared).as("b")}).ttl_ms, 5);
  EXPECT_EQ(hints({shared.as("a"), Offer().cache(70'000, mcp::CacheScope::personal).as("b")}).scope,
            mcp::CacheScope::personal);
  EXPECT_EQ(hints({Offer().cache(1'000'000'000, mcp::CacheScope::shared).as("a")}).ttl_ms, 3'600'000)
      << "an hour at most";
  for (const auto& source : {shared.as("down", true), Source{"new", nullptr}}) {
    EXPECT_EQ(hints({shared.as("a"), source}).ttl_ms, 0);
    EXPECT_EQ(hints({shared.as("a"), source}).scope, mcp::CacheScope::personal);
  }
}

// GB-321
TEST(View, OffersWhatAnyServerMayOffer) {
  const View known({Offer().capabilities({.tools = true}).as("a"),
                    Offer().capabilities({.prompts = true, .completions = true}).as("b")},
                   {});
  EXPECT_EQ(known.capabilities(),
            (mcp::ServerCapabilities{
                .tools = true, .tools_changed = true, .prompts = true, .prompts_changed = true, .completions = true}));
  const auto all = View({Source{"new", nullptr}}, {}).capabilities();
  EXPECT_TRUE(all.tools && all.resources && all.prompts && all.tools_changed && all.resources_changed &&
              all.prompts_changed);
  EXPECT_EQ(View({}, {}).capabilities(), mcp::ServerCapabilities{});
}

TEST(View, SaysWhoseInstructionsTheyAre) {
  EXPECT_EQ(View({Offer().instructions("Do.").as("a")}, {}).instructions(), "Do.");
  const View view(
      {Offer().instructions("Do this.").as("a"), Offer().as("silent"), Offer().instructions("Do that.").as("b")},
      {.separator = "__"});
  EXPECT_EQ(view.instructions(),
            "## a (names start with a__)\n\nDo this.\n\n## b (names start with b__)\n\nDo that.\n");
}

TEST(View, CutsLongInstructionsBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 20'000) text += "\xe2\x82\xac";
  for (const auto& sources : {std::vector{Offer().instructions(text).as("a")},
                              std::vector{Offer().instructions(text).as("a"), Offer().as("b")}}) {
    const std::string cut = View(sources, {}).instructions();
    EXPECT_LE(cut.size(), 16U * 1024);
    EXPECT_GT(cut.size(), 16U * 1024 - 3);
    EXPECT_EQ(json::unquote(json::quoted(cut)), cut);
  }
}

}  // namespace
}  // namespace gatehouse::catalog
