#include "gateway/catalog/cursor.hpp"

#include <gtest/gtest.h>

#include "gateway/catalog/link_index.hpp"

namespace gatehouse::catalog {
namespace {

constexpr seal::Time kNow{std::chrono::seconds(1'000'000)};
const CursorScope kScope{.principal = "ann", .endpoint = "/mcp", .kind = mcp::ListKind::tools, .generation = 118};

// GB-304
TEST(Cursor, OpensForWhatItWasMadeFor) {
  const auto keys = seal::KeyRing::random();
  const std::string cursor = seal_cursor(keys, kScope, 250, kNow);
  EXPECT_TRUE(cursor.starts_with("gc1."));
  EXPECT_EQ(open_cursor(keys, kScope, cursor, kNow), 250U);
  EXPECT_EQ(open_cursor(keys, kScope, cursor, kNow + std::chrono::minutes(59)), 250U);
}

// Scenario 16
TEST(Cursor, OpensForNothingElse) {
  const auto keys = seal::KeyRing::random();
  const std::string cursor = seal_cursor(keys, kScope, 250, kNow);
  const auto refused = [&](const CursorScope& scope, std::string_view text, seal::Time now = kNow) {
    const auto opened = open_cursor(keys, scope, text, now);
    return !opened && opened.error().kind == Kind::not_found && opened.error().origin == Origin::client;
  };
  CursorScope other = kScope;
  other.principal = "bob";
  EXPECT_TRUE(refused(other, cursor)) << "another user";
  other = kScope;
  other.generation = 119;
  EXPECT_TRUE(refused(other, cursor)) << "another generation";
  other = kScope;
  other.kind = mcp::ListKind::prompts;
  EXPECT_TRUE(refused(other, cursor)) << "another list";
  other = kScope;
  other.endpoint = "/mc";
  EXPECT_TRUE(refused(other, cursor)) << "another endpoint";
  EXPECT_TRUE(refused(kScope, cursor, kNow + std::chrono::hours(2))) << "too late";
  EXPECT_TRUE(refused(kScope, seal_cursor(seal::KeyRing::random(), kScope, 250, kNow))) << "another deployment";
  EXPECT_TRUE(refused(kScope, keys.seal(seal::Purpose::state, "ann", "tools/list 0 /mcp 1", kNow)))
      << "another purpose";
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(changed == cursor || refused(kScope, changed)) << i;
  }
  for (const char* text : {"", "gc1", "gc1.", "x"}) EXPECT_TRUE(refused(kScope, text)) << text;
}

// GB-052
TEST(LinkIndex, RemembersWhoGaveAUriToWhom) {
  LinkIndex links(2);
  links.note("ann", "memo:1", "notes");
  EXPECT_EQ(links.find("ann", "MEMO:1"), "notes") << "in its normal spelling";
  EXPECT_EQ(links.find("bob", "memo:1"), std::nullopt) << "nobody else's";
  links.note("ann", "memo:2", "notes");
  links.note("ann", "memo:1", "other");
  links.note("ann", "memo:3", "notes");
  EXPECT_EQ(links.size(), 2U);
  EXPECT_EQ(links.find("ann", "memo:2"), std::nullopt) << "the least used one is forgotten";
  EXPECT_EQ(links.find("ann", "memo:1"), "other");
}

}  // namespace
}  // namespace gatehouse::catalog
