#include "gateway/catalog/view.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/text.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/catalog/settle.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;
using Keys = std::vector<std::string>;

Item item(std::string_view member, std::string_view key) {
  Item item;
  item.key = key;
  item.form.text = R"({"x":1,")" + std::string(member) + "\":";
  item.form.key = {item.form.text.size(), json::quoted(key).size()};
  item.form.text += json::quoted(key) + R"(,"more":[]})";
  return item;
}

constexpr TimePoint kNow{std::chrono::hours(1)};

/// Lists of one server: `lists().tools({"a"}).resources({"file:///x"})`.
class Offer {
 public:
  Offer tools(const Keys& keys) { return add(ListKind::tools, "name", keys); }
  Offer prompts(const Keys& keys) { return add(ListKind::prompts, "name", keys); }
  Offer resources(const Keys& keys) { return add(ListKind::resources, "uri", keys); }
  Offer templates(const Keys& keys) { return add(ListKind::templates, "uriTemplate", keys); }
  Offer tool(std::string text) {
    lists_.capabilities.tools = true;
    Item one;
    one.form = read_form(ListKind::tools, text).value();
    one.key = *json::unquote(std::string_view(one.form.text).substr(one.form.key.at, one.form.key.size));
    lists_.of(ListKind::tools).push_back(std::move(one));
    (void)settle(lists_, {});
    return *this;
  }
  Offer cache(std::int64_t ttl_ms, mcp::CacheScope scope) {
    lists_.capabilities.tools = true;
    freshness_.hints.fill({.ttl_ms = ttl_ms, .scope = scope});
    return *this;
  }
  Offer read_at(TimePoint at) {
    freshness_.read_at = at;
    return *this;
  }
  Offer announced() {
    freshness_.announced = true;
    return *this;
  }
  Offer instructions(std::string text, std::string title = {}) {
    lists_.instructions = std::move(text);
    lists_.title = std::move(title);
    return *this;
  }
  Offer capabilities(mcp::ServerCapabilities capabilities) {
    lists_.capabilities = capabilities;
    return *this;
  }
  [[nodiscard]] Source as(std::string name, bool degraded = false) const {
    return {.name = std::move(name),
            .lists = std::make_shared<const ServerLists>(lists_),
            .freshness = std::make_shared<const Freshness>(freshness_),
            .degraded = degraded};
  }

 private:
  Offer add(ListKind kind, std::string_view member, const Keys& keys) {
    for (const std::string& key : keys) lists_.of(kind).push_back(item(member, key));
    return *this;
  }
  ServerLists lists_;
  Freshness freshness_{.hints = {}, .read_at = kNow, .announced = false};
};

/// The first page of a list, as it would be sent.
std::string first(const View& view, ListKind kind, Dialect dialect = Dialect::modern) {
  return *view.page(kind, dialect).value().text;
}

/// The keys of a whole list, over all pages.
Keys listed(const View& view, ListKind kind, std::size_t* pages = nullptr) {
  Keys keys;
  const std::string_view member = kind == ListKind::resources   ? "uri"
                                  : kind == ListKind::templates ? "uriTemplate"
                                                                : "name";
  std::optional<std::size_t> position = 0;
  for (std::size_t n = 1; n < 1000; ++n) {
    const auto page = view.page(kind, Dialect::modern, *position);
    if (!page) throw std::logic_error(page.error().message);
    const auto parsed = json::parse(*page->text);
    if (!parsed) throw std::logic_error(*page->text);
    for (const auto& one : *parsed->find(mcp::items_member(kind))->as_array()) keys.emplace_back(one.text(member));
    if (pages) *pages = n;
    position = page->next;
    if (!position) return keys;
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
  EXPECT_EQ(first(view, ListKind::prompts), R"({"prompts":[]})");
  EXPECT_EQ(view.size(ListKind::tools), 3U);
}

TEST(View, ReplacesTheKeyAndNothingElse) {
  const View view({Offer().tools({"say \"hi\""}).as("crm")}, {.separator = "__"});
  EXPECT_EQ(first(view, ListKind::tools), R"({"tools":[{"x":1,"name":"crm__say \"hi\"","more":[]}]})");
}

// GB section 15, 14
TEST(View, TheSameSourcesGiveTheSameBytes) {
  const auto make = [] {
    return View({Offer().tools({"a", "b"}).as("x"), Offer().tools({"c"}).resources({"m:1"}).as("y")},
                {.page_bytes = 50});
  };
  const View one = make(), two = make();
  for (const ListKind kind : mcp::kListKinds) {
    EXPECT_EQ(first(one, kind), first(two, kind));
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
  const View view({Offer().tools({"x"}).as("crm"), Offer().as("crm.eu"), Source{"new"}}, {});
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
      {.prefixed = false, .prefixed_uris = false});
  EXPECT_EQ(listed(view, ListKind::tools), (Keys{"a", "b", "c"}));
  EXPECT_EQ(listed(view, ListKind::resources), (Keys{"m:1", "gh-y+m:1"}));
  EXPECT_EQ(tool(view, "b"), "0:b");
  EXPECT_EQ(tool(view, "c"), "1:c");
  EXPECT_EQ(tool(view, "unlisted"), "none");
  EXPECT_EQ(resolved(view.resolve_uri("m:1")), "0:m:1");
  EXPECT_EQ(view.expose_uri(1, "m:2"), "m:2");
  EXPECT_TRUE(view.rewrites_uris()) << "two servers may have the same";
}

TEST(View, WithoutPrefixesOneServerGetsEverything) {
  const View view({Offer().tools({"a"}).as("only")}, {.prefixed = false, .prefixed_uris = false});
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

TEST(View, APageBeginsWhereTheLastOneEnded) {
  const View view({Offer().tools({"a", "b", "c"}).as("x")}, {.page_bytes = 80});
  const auto page = view.page(ListKind::tools, Dialect::modern);
  ASSERT_TRUE(page && page->next);
  EXPECT_TRUE(view.page(ListKind::tools, Dialect::modern, *page->next));
  for (const std::size_t elsewhere : {1UL, 3UL, 1000UL}) {
    const auto none = view.page(ListKind::tools, Dialect::modern, elsewhere);
    ASSERT_FALSE(none) << elsewhere;
    EXPECT_EQ(none.error().kind, Kind::not_found);
  }
}

// GB-311, GB-313, GB-314
TEST(View, HintsAreTheLeastOfItsServers) {
  const auto hints = [](std::vector<Source> sources) {
    return View(std::move(sources), {}).cache(ListKind::tools, kNow);
  };
  const auto shared = Offer().cache(60'000, mcp::CacheScope::shared);
  EXPECT_EQ(hints({shared.as("a")}).ttl_ms, 60'000);
  EXPECT_EQ(hints({shared.as("a")}).scope, mcp::CacheScope::shared);
  EXPECT_EQ(hints({shared.as("a"), Offer().cache(5, mcp::CacheScope::shared).as("b")}).ttl_ms, 5);
  EXPECT_EQ(hints({shared.as("a"), Offer().cache(70'000, mcp::CacheScope::personal).as("b")}).scope,
            mcp::CacheScope::personal);
  EXPECT_EQ(hints({Offer().cache(1'000'000'000, mcp::CacheScope::shared).as("a")}).ttl_ms, 3'600'000)
      << "an hour at most";
  for (const auto& source : {shared.as("down", true), Source{"new"}}) {
    EXPECT_EQ(hints({shared.as("a"), source}).ttl_ms, 0);
    EXPECT_EQ(hints({shared.as("a"), source}).scope, mcp::CacheScope::personal);
  }
}

// The example of gateway rule 7.3
TEST(View, HintsSayWhatIsLeftOfTheTime) {
  const auto forty = kNow - std::chrono::seconds(40);
  const auto a = Offer().cache(60'000, mcp::CacheScope::shared).read_at(forty);
  const auto hints = [](std::vector<Source> sources) {
    return View(std::move(sources), {}).cache(ListKind::tools, kNow);
  };
  EXPECT_EQ(hints({a.as("a")}).ttl_ms, 20'000);
  EXPECT_EQ(hints({a.as("a")}).scope, mcp::CacheScope::shared);
  const auto b = Offer().cache(0, mcp::CacheScope::personal).as("b");
  EXPECT_EQ(hints({a.as("a"), b}).ttl_ms, 0);
  EXPECT_EQ(hints({a.as("a"), b}).scope, mcp::CacheScope::personal);
  EXPECT_EQ(hints({Offer().cache(30'000, mcp::CacheScope::shared).read_at(forty).as("old")}).ttl_ms, 0)
      << "never below";
  EXPECT_EQ(hints({Offer().cache(60'000, mcp::CacheScope::shared).read_at(forty).announced().as("told")}).ttl_ms,
            60'000);
}

// GB-313: who has no such list has no say
TEST(View, HintsOfAListComeFromThoseWhoHaveIt) {
  const View view({Offer().cache(9, mcp::CacheScope::personal).as("tools"),
                   Offer().cache(7'000, mcp::CacheScope::shared).capabilities({.prompts = true}).as("prompts")},
                  {});
  EXPECT_EQ(view.cache(ListKind::prompts, kNow).ttl_ms, 7'000);
  EXPECT_EQ(view.cache(ListKind::prompts, kNow).scope, mcp::CacheScope::shared);
  EXPECT_EQ(view.cache(ListKind::tools, kNow).ttl_ms, 9);
}

// Gateway rule 8, scenario 10: omitted after a while, but a call still says which server is down
TEST(View, AHiddenServerIsNotListedAndStillRouted) {
  auto down = Offer().tools({"sync"}).resources({"memo:1"}).as("old", true);
  down.hidden = true;
  const View view({Offer().tools({"a"}).as("wh"), down}, {});
  EXPECT_EQ(listed(view, ListKind::tools), (Keys{"wh.a"}));
  EXPECT_EQ(listed(view, ListKind::resources), Keys{});
  EXPECT_EQ(tool(view, "old.sync"), "1:sync");
  EXPECT_EQ(view.degraded_member(), R"("io.gatehouse/degraded":{"backends":["old"]})");
}

// GB-321
TEST(View, OffersWhatAnyServerMayOffer) {
  const View known({Offer().capabilities({.tools = true}).as("a"),
                    Offer().capabilities({.prompts = true, .completions = true}).as("b")},
                   {});
  EXPECT_EQ(known.capabilities(),
            (mcp::ServerCapabilities{
                .tools = true, .tools_changed = true, .prompts = true, .prompts_changed = true, .completions = true}));
  const auto all = View({Source{"new"}}, {}).capabilities();
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

std::string ui_tool(std::string_view name, std::string_view uri) {
  return R"({"name":")" + std::string(name) + R"(","inputSchema":{"type":"object"},"_meta":{"ui":{"resourceUri":")" +
         std::string(uri) + R"("},"ui/resourceUri":")" + std::string(uri) + R"("}})";
}

// GB-262
TEST(View, ExposesTheUrisOfUserInterfaces) {
  const View view({Offer().tool(ui_tool("chart", "ui://dash/main.html")).as("bi"), Offer().as("crm")}, {});
  EXPECT_EQ(first(view, ListKind::tools),
            R"({"tools":[{"name":"bi.chart","inputSchema":{"type":"object"},"_meta":{"ui":{"resourceUri":)"
            R"("ui://gh-bi/dash/main.html"},"ui/resourceUri":"ui://gh-bi/dash/main.html"}}]})");
  EXPECT_TRUE(view.has_user_interfaces());
  EXPECT_EQ(resolved(view.resolve_uri("ui://gh-bi/dash/main.html")), "0:ui://dash/main.html")
      << "though it is in no list";
  EXPECT_EQ(resolved(view.resolve_uri("ui://dash/main.html")), "0:ui://dash/main.html") << "as the app itself calls it";
}

// GB-044, GB-263, scenario 13
TEST(View, FindsUserInterfaceToolsByTheirOwnNames) {
  const auto bi = Offer().tool(ui_tool("chart", "ui://a")).tool(ui_tool("own", "ui://b")).tools({"plain"});
  const View view({bi.as("bi"), Offer().tool(ui_tool("chart", "ui://a")).as("crm")}, {});
  EXPECT_EQ(tool(view, "own"), "0:own");
  EXPECT_EQ(tool(view, "chart"), "none");
  EXPECT_TRUE(view.is_ambiguous("chart"));
  EXPECT_FALSE(view.is_ambiguous("own"));
  EXPECT_EQ(tool(view, "plain"), "none") << "it has no user interface";
  EXPECT_EQ(resolved(view.resolve_name(ListKind::prompts, "own")), "none");
  EXPECT_EQ(resolved(view.resolve_uri("ui://a")), "none") << "two servers have it";
}

// GB-254, E6
TEST(View, ListsToolsInTheWordsOfEachRevision) {
  const View view({Offer()
                       .tool(R"({"name":"move","inputSchema":{"type":"object","properties":{"site":{"type":"string",)"
                             R"("x-mcp-header":"Site"}}},"outputSchema":{"type":"object"}})")
                       .as("wh")},
                  {.separator = "__"});
  EXPECT_NE(first(view, ListKind::tools).find("x-mcp-header"), std::string::npos);
  EXPECT_EQ(first(view, ListKind::tools, Dialect::structured),
            R"({"tools":[{"name":"wh__move","inputSchema":{"type":"object","properties":{"site":{"type":"string"}}},)"
            R"("outputSchema":{"type":"object"}}]})");
  EXPECT_EQ(
      first(view, ListKind::tools, Dialect::plain),
      R"({"tools":[{"name":"wh__move","inputSchema":{"type":"object","properties":{"site":{"type":"string"}}}}]})");
  EXPECT_EQ(view.resolve_name(ListKind::tools, "wh__move")->details->headers.at(0).header, "Mcp-Param-Site");
}

// GB-053
TEST(View, ASharedUriIsToldApartByItsLabel) {
  const View view({Offer().resources({"memo:1", "memo:2"}).as("a"),
                   Offer().resources({"memo:1", "https://x/1"}).as("b"), Offer().resources({"https://x/1"}).as("c")},
                  {.prefixed_uris = false});
  EXPECT_EQ(listed(view, ListKind::resources), (Keys{"memo:1", "memo:2", "gh-b+memo:1", "https://x/1"}));
  EXPECT_EQ(resolved(view.resolve_uri("memo:1")), "0:memo:1");
  EXPECT_EQ(resolved(view.resolve_uri("gh-b+memo:1")), "1:memo:1");
  EXPECT_EQ(view.expose_uri(1, "memo:1"), "gh-b+memo:1");
  EXPECT_EQ(view.expose_uri(0, "memo:1"), "memo:1");
  EXPECT_EQ(view.expose_uri(1, "memo:9"), "memo:9");
  ASSERT_EQ(view.collisions().size(), 2U);
  EXPECT_NE(view.collisions()[0].find("memo:1"), std::string::npos);
}

// GB-052 (a)
TEST(View, FindsUrisAsTheirServersWriteThem) {
  const View view({Offer().resources({"memo:1", "memo:both"}).as("a"), Offer().resources({"memo:both"}).as("b")}, {});
  EXPECT_EQ(resolved(view.resolve_uri("memo:1")), "0:memo:1");
  EXPECT_EQ(resolved(view.resolve_uri("memo:both")), "none") << "two candidates";
  EXPECT_EQ(resolved(view.resolve_uri("gh-b+memo:both")), "1:memo:both");
}

// GB-055
TEST(View, ComparesUrisInTheirNormalSpelling) {
  const View view({Offer().resources({"File:///a b.txt", "memo:\xc3\xa9"}).as("files")}, {});
  EXPECT_EQ(resolved(view.resolve_uri("gh-files+file:///a%20b.txt")), "0:File:///a b.txt");
  EXPECT_EQ(resolved(view.resolve_uri("GH-Files+memo:%C3%A9")), "0:memo:\xc3\xa9");
  EXPECT_EQ(listed(view, ListKind::resources), (Keys{"gh-files+File:///a b.txt", "gh-files+memo:\xc3\xa9"}));
}

// GB-271, GB-272
TEST(View, SaysWhoseThingsAreIfItIsAsked) {
  const View view({Offer().tools({"a"}).instructions("Do.", "The CRM").as("crm")},
                  {.names_servers = true, .preamble = "Welcome.\n"});
  EXPECT_EQ(first(view, ListKind::tools),
            R"({"tools":[{"x":1,"name":"crm.a","more":[],"_meta":{"io.gatehouse/backend":)"
            R"({"name":"crm","title":"The CRM"}}}]})");
  EXPECT_EQ(view.backend_member(0), R"("io.gatehouse/backend":{"name":"crm","title":"The CRM"})");
  EXPECT_EQ(view.instructions(), "Welcome.\n\n## The CRM (names start with crm.)\n\nDo.\n");
  auto silent = Offer().instructions("Do.").as("crm");
  silent.instructs = false;
  EXPECT_EQ(View({silent}, {}).instructions(), "");
}

}  // namespace
}  // namespace gatehouse::catalog
