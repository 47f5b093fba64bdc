#include "gateway/seal/seal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <gatehouse/base/base64url.hpp>

namespace gatehouse::seal {
namespace {

using std::chrono::seconds;

constexpr Time kNow{seconds{1'800'000'000}};
constexpr Time kLater = kNow + seconds{60};
const std::string kSecret = "0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210";

KeyRing ring(std::vector<std::string> secrets) { return *KeyRing::of(secrets); }

std::string opened(const KeyRing& keys, std::string_view token, Purpose purpose = Purpose::state,
                   std::string_view principal = "alice", Time now = kNow) {
  const auto content = keys.open(purpose, principal, token, now);
  if (content) return *content;
  return content.error() == Refusal::expired ? "expired" : "invalid";
}

TEST(Seal, GivesBackWhatItSealed) {
  const auto keys = ring({kSecret});
  for (const std::string& content : {std::string(), std::string("x"), std::string("\0\xff", 2), std::string(5000, 'y')})
    for (const Purpose purpose : {Purpose::cursor, Purpose::state, Purpose::task})
      EXPECT_EQ(opened(keys, keys.seal(purpose, "alice", content, kLater), purpose), content);
}

// GB section 4.4
TEST(Seal, IsTagKeyIdAndSafeCharacters) {
  const auto token = ring({kSecret}).seal(Purpose::task, "alice", std::string(100, '\xfb'), kLater);
  EXPECT_TRUE(token.starts_with("gt1."));
  EXPECT_EQ(std::ranges::count(token, '.'), 2);
  EXPECT_TRUE(std::ranges::all_of(token, [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  })) << token;
}

TEST(Seal, HidesItsContentAndNeverRepeatsItself) {
  const auto keys = ring({kSecret});
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) tokens.insert(keys.seal(Purpose::state, "alice", "secret", kLater));
  EXPECT_EQ(tokens.size(), 100U);
  for (const auto& token : tokens)
    EXPECT_EQ(from_base64url(token.substr(token.rfind('.') + 1))->find("secret"), std::string::npos);
}

// GB section 15, 11
TEST(Seal, OpensForNothingElse) {
  const auto keys = ring({kSecret});
  const auto token = keys.seal(Purpose::state, "alice", "s", kLater);
  EXPECT_EQ(opened(keys, token, Purpose::state, "bob"), "invalid");
  EXPECT_EQ(opened(keys, token, Purpose::state, ""), "invalid");
  EXPECT_EQ(opened(keys, "gc1" + token.substr(3), Purpose::cursor), "invalid");
  EXPECT_EQ(opened(keys, token, Purpose::cursor), "invalid");
  EXPECT_EQ(opened(ring({kOther}), token), "invalid");
  EXPECT_EQ(opened(KeyRing::random(), token), "invalid");
  EXPECT_EQ(opened(keys, token), "s");
}

TEST(Seal, NoticesEveryChangedByte) {
  const auto keys = ring({kSecret});
  const auto token = keys.seal(Purpose::state, "alice", "some content", kLater);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(opened(keys, changed), "invalid") << i;
  }
  for (std::size_t length = 0; length < token.size(); ++length)
    EXPECT_EQ(opened(keys, token.substr(0, length)), "invalid") << length;
  for (const auto* tail : {"A", "=", ".", "AAAA", " "}) EXPECT_EQ(opened(keys, token + tail), "invalid") << tail;
}

TEST(Seal, RefusesWhatIsNoToken) {
  const auto keys = ring({kSecret});
  for (const auto* text : {"", ".", "gs1", "gs1.", "gs1..", "gs1.x", "gs1.x.y", "gs1.....", "S1", "gs1.\xff.\xff"})
    EXPECT_EQ(opened(keys, text), "invalid") << text;
  const auto id = keys.seal(Purpose::state, "a", "", kLater).substr(4, 8);
  EXPECT_EQ(opened(keys, "gs1." + id + "."), "invalid");
  EXPECT_EQ(opened(keys, "gs1." + id + ".AAAA"), "invalid");
}

TEST(Seal, Expires) {
  const auto keys = ring({kSecret});
  const auto token = keys.seal(Purpose::state, "alice", "s", kLater);
  EXPECT_EQ(opened(keys, token, Purpose::state, "alice", kLater - seconds{1}), "s");
  EXPECT_EQ(opened(keys, token, Purpose::state, "alice", kLater), "expired");
  EXPECT_EQ(opened(keys, token, Purpose::state, "bob", kLater), "invalid") << "only the owner learns that it expired";
  const auto forever = keys.seal(Purpose::task, "alice", "t", kNeverExpires);
  EXPECT_EQ(opened(keys, forever, Purpose::task, "alice", kNow + std::chrono::years{100}), "t");
}

// GB-074
TEST(Seal, KeysRotateWithOverlap) {
  const auto before = ring({kSecret}), during = ring({kOther, kSecret}), after = ring({kOther});
  const auto old_token = before.seal(Purpose::state, "alice", "old", kLater);
  const auto new_token = during.seal(Purpose::state, "alice", "new", kLater);
  EXPECT_EQ(opened(during, old_token), "old");
  EXPECT_EQ(opened(after, old_token), "invalid");
  EXPECT_EQ(opened(after, new_token), "new");
  EXPECT_EQ(opened(before, new_token), "invalid");
}

TEST(Seal, NeedsLongSecrets) {
  EXPECT_FALSE(KeyRing::of({}));
  EXPECT_FALSE(KeyRing::of({kSecret, "short"}));
  EXPECT_EQ(KeyRing::of({"short"}).error().kind, Kind::invalid_config);
  EXPECT_EQ(KeyRing::of({"short"}).error().message.find("short"), std::string::npos) << "it is a secret";
}

}  // namespace
}  // namespace gatehouse::seal
