// Generated servers, by seed. Gateway rules section 15: invariants 13, 14 and 17.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "gateway/catalog/settle.hpp"
#include "gateway/catalog/view.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;

constexpr TimePoint kNow{std::chrono::hours(10)};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  std::string one_of(std::initializer_list<const char*> texts) { return *(texts.begin() + below(texts.size())); }

  std::string name() {
    std::string name = one_of({"get", "a.b", "crm.sync", "x__y", "", "\xc3\xa9t\xc3\xa9", "say \"hi\"", "gh-x+y"});
    if (chance(5)) name += std::string(40 + below(60), 'n');
    return name + std::to_string(below(20));
  }
  std::string uri() {
    return one_of(
               {"file:///", "memo:", "ui://dash/", "https://x.example/", "gh-a+b:", "FILE:///A b", "db://\xc3\xa9/"}) +
           std::to_string(below(15));
  }
  std::string tool() {
    std::string text = R"({"name":)" + json::quoted(name()) + R"(,"inputSchema":{)";
    text += chance(4) ? "" : R"("type":"object",)";
    text += R"("properties":{"a":)" + one_of({"true", "{}", R"({"type":"string","x-mcp-header":"A"})"}) + "}}";
    if (chance(3)) text += R"(,"outputSchema":{"type":)" + one_of({"\"object\"", "\"array\""}) + "}";
    if (chance(3))
      text += R"(,"_meta":{"ui":{"resourceUri":)" + json::quoted("ui://app/" + std::to_string(below(5))) + "}}";
    return text + "}";
  }
  Source source(std::string name) {
    ServerLists lists;
    lists.capabilities = {.tools = true, .resources = true, .prompts = true};
    for (std::size_t n = below(8); n > 0; --n) add(lists, ListKind::tools, tool());
    for (std::size_t n = below(5); n > 0; --n)
      add(lists, ListKind::prompts, R"({"name":)" + json::quoted(this->name()) + "}");
    for (std::size_t n = below(5); n > 0; --n)
      add(lists, ListKind::resources, R"({"uri":)" + json::quoted(uri()) + "}");
    for (std::size_t n = below(3); n > 0; --n)
      add(lists, ListKind::templates, R"({"uriTemplate":)" + json::quoted(uri() + "/{id}") + "}");
    (void)settle(lists, {});
    Freshness fresh{.hints = {}, .read_at = kNow - Milliseconds{below(100'000)}, .announced = chance(3)};
    for (auto& hints : fresh.hints)
      hints = {.ttl_ms = static_cast<std::int64_t>(below(120'000)),
               .scope = chance(3) ? mcp::CacheScope::personal : mcp::CacheScope::shared};
    return {.name = std::move(name),
            .lists = chance(9) ? nullptr : std::make_shared<const ServerLists>(std::move(lists)),
            .freshness = std::make_shared<const Freshness>(fresh),
            .degraded = chance(8)};
  }
  std::vector<Source> sources() {
    std::vector<Source> all;
    for (const char* name : {"a", "a.b", "crm", "Crm", "x__"})
      if (!chance(4)) all.push_back(source(name));
    return all;
  }
  ViewOptions options() {
    const bool prefixed = !chance(3);
    return {
        .separator = one_of({".", "__"}), .prefixed = prefixed, .prefixed_uris = prefixed, .page_bytes = 1 + below(600)};
  }

 private:
  static void add(ServerLists& lists, ListKind kind, std::string text) {
    Item item;
    item.form = read_form(kind, std::move(text)).value();
    item.key = *json::unquote(std::string_view(item.form.text).substr(item.form.key.at, item.form.key.size));
    lists.of(kind).push_back(std::move(item));
  }
  std::mt19937 random_;
};

constexpr Dialect kAllDialects[] = {Dialect::modern, Dialect::structured, Dialect::plain};

/// The texts of all pages.
std::vector<std::string> pages(const View& view, ListKind kind, Dialect dialect) {
  std::vector<std::string> texts;
  for (std::optional<std::size_t> at = 0; at;) {
    const auto page = view.page(kind, dialect, *at).value();
    texts.push_back(*page.text);
    at = page.next;
  }
  return texts;
}

std::string_view key_member(ListKind kind) {
  return kind == ListKind::resources ? "uri" : kind == ListKind::templates ? "uriTemplate" : "name";
}

TEST(ViewProperty, ListingTwiceGivesTheSameBytes) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Generator generator(seed);
    const auto sources = generator.sources();
    const auto options = generator.options();
    const View one(sources, options), two(sources, options);
    for (const ListKind kind : mcp::kListKinds)
      for (const Dialect dialect : kAllDialects)
        ASSERT_EQ(pages(one, kind, dialect), pages(two, kind, dialect)) << seed;
  }
}

TEST(ViewProperty, EveryPageHasItemsAndEveryItemIsOnOnePage) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Generator generator(seed);
    const View view(generator.sources(), generator.options());
    for (const ListKind kind : mcp::kListKinds) {
      std::size_t count = 0;
      for (const std::string& text : pages(view, kind, Dialect::modern)) {
        const auto parsed = json::parse(text);
        ASSERT_TRUE(parsed) << seed << text;
        const std::size_t on_page = parsed->find(mcp::items_member(kind))->as_array()->size();
        EXPECT_TRUE(on_page > 0 || view.size(kind) == 0) << seed;
        count += on_page;
      }
      EXPECT_EQ(count, view.size(kind)) << seed;
    }
  }
}

TEST(ViewProperty, WhateverIsExposedReachesItsServer) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Generator generator(seed);
    const auto sources = generator.sources();
    const View view(sources, generator.options());
    for (const ListKind kind : mcp::kListKinds) {
      const bool uris = kind == ListKind::resources || kind == ListKind::templates;
      for (const std::string& text : pages(view, kind, Dialect::modern)) {
        const auto parsed = json::parse(text).value();
        for (const auto& item : *parsed.find(mcp::items_member(kind))->as_array()) {
          const std::string key(item.text(key_member(kind)));
          const auto target = uris ? view.resolve_uri(key) : view.resolve_name(kind, key);
          ASSERT_TRUE(target) << seed << " " << key;
          const auto& items = sources[target->source].lists->of(kind);
          EXPECT_TRUE(std::ranges::any_of(items, [&](const Item& one) { return one.key == target->local; }))
              << seed << key;
          if (uris) {
            EXPECT_EQ(view.expose_uri(target->source, target->local), key) << seed;
          }
        }
      }
    }
  }
}

TEST(ViewProperty, HintsNeverPromiseMoreThanAnyServerDid) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    Generator generator(seed);
    const auto sources = generator.sources();
    const View view(sources, generator.options());
    for (const ListKind kind : mcp::kListKinds) {
      const mcp::CacheHints hints = view.cache(kind, kNow);
      EXPECT_GE(hints.ttl_ms, 0) << seed;
      for (const Source& source : sources) {
        const mcp::CacheHints own = source.freshness->remaining(kind, kNow);
        EXPECT_LE(hints.ttl_ms, own.ttl_ms) << seed;
        const bool private_one = own.scope == mcp::CacheScope::personal || source.degraded || !source.lists;
        if (private_one) {
          EXPECT_EQ(hints.scope, mcp::CacheScope::personal) << seed;
        }
        if (source.degraded || !source.lists) {
          EXPECT_EQ(hints.ttl_ms, 0) << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace gatehouse::catalog
