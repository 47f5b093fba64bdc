#include <gatehouse/identity/api_keys.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gatehouse::identity {
namespace {

using std::chrono::hours;

const std::string kSecretPepper(32, 'p'), kNewPepper(32, 'n');
const mcp::WallTime kNow{std::chrono::seconds(1'800'000'000)};
const KeySender kSender{.address = "10.1.2.3", .endpoint = "/mcp", .certificate = {}};

Peppers peppers(std::vector<std::string> secrets = {kSecretPepper}) { return *Peppers::make(secrets); }

ApiKeyHash hash_of(std::string_view key, const std::string& pepper = kSecretPepper) {
  const Pepper one(pepper);
  return {.pepper = one.id(), .value = one.hash(parse_api_key(key)->proof), .created_at = kNow, .not_after = {}};
}

struct Issued {
  std::string text;
  ApiKeyRecord record;
};

Issued issue(std::string id = "aaaaaaaaaaaa") {
  Issued key{.text = make_api_key("live", id), .record = {}};
  key.record.id = std::move(id);
  key.record.environment = "live";
  key.record.name = "ci";
  key.record.owner = "team-ci";
  key.record.hashes = {hash_of(key.text)};
  key.record.expires_at = kNow + hours(24);
  return key;
}

std::string outcome(const ApiKeys& keys, std::string_view text, const KeySender& sender = kSender,
                    mcp::WallTime now = kNow) {
  const auto match = keys.verify(text, sender, now);
  if (!match) return std::string(to_string(match.error().why));
  return match->is_old_secret() ? "good, old" : "good";
}

std::string outcome(const Issued& key, const KeySender& sender = kSender, mcp::WallTime now = kNow) {
  return outcome(ApiKeys({key.record}, peppers()), key.text, sender, now);
}

TEST(ApiKeys, AGoodKeyIsItsPrincipal) {
  Issued key = issue();
  key.record.tenant = "acme";
  key.record.scopes = {"read"};
  key.record.roles = {"automation"};
  key.record.tools = {"jira.get_*"};
  key.record.endpoints = {"/m*"};
  key.record.attributes = {{"team", "ci"}, {"owner", "somebody else"}};
  const ApiKeys keys({key.record}, peppers());
  const auto match = keys.verify(key.text, kSender, kNow);
  ASSERT_TRUE(match);
  const mcp::Principal& who = *match->who;
  EXPECT_EQ(who.kind, mcp::PrincipalKind::service);
  EXPECT_EQ(who.key, mcp::principal_key(kApiKeyIssuer, key.record.id));
  EXPECT_EQ(who.client_id, key.record.id);
  EXPECT_EQ(who.tenant, "acme");
  EXPECT_TRUE(who.has_scope("read") && who.has_role("automation"));
  EXPECT_EQ(who.claims.str(), R"({"team":"ci","owner":"team-ci","name":"ci"})");
  EXPECT_EQ(who.ceilings.tools, key.record.tools);
  EXPECT_EQ(who.ceilings.endpoints, key.record.endpoints);
  EXPECT_EQ(who.expires_at, key.record.expires_at);
  EXPECT_FALSE(who.can_step_up);
  EXPECT_EQ(keys.verify(key.text, kSender, kNow)->who.get(), &who) << "made once";
}

TEST(ApiKeys, TimeDecides) {
  Issued key = issue();
  key.record.not_before = kNow - hours(1);
  EXPECT_EQ(outcome(key, kSender, kNow - hours(2)), "not_yet_valid");
  EXPECT_EQ(outcome(key, kSender, kNow - hours(1)), "good");
  EXPECT_EQ(outcome(key, kSender, key.record.expires_at - std::chrono::seconds(1)), "good");
  EXPECT_EQ(outcome(key, kSender, key.record.expires_at), "expired");
  key.record.revoked_at = kNow - hours(1);
  EXPECT_EQ(outcome(key), "revoked");
}

TEST(ApiKeys, BothSecretsWorkWhileOneIsReplaced) {
  Issued key = issue();
  const std::string old_text = key.text, new_text = make_api_key("live", key.record.id);
  key.record.hashes = {hash_of(new_text), hash_of(old_text)};
  key.record.hashes[1].not_after = kNow + hours(1);
  const ApiKeys keys({key.record}, peppers());
  EXPECT_EQ(outcome(keys, new_text), "good");
  EXPECT_EQ(outcome(keys, old_text), "good, old");
  EXPECT_EQ(outcome(keys, old_text, kSender, kNow + hours(1)), "old_secret");
  EXPECT_EQ(outcome(keys, new_text, kSender, kNow + hours(1)), "good");
  const auto old = keys.verify(old_text, kSender, kNow);
  EXPECT_EQ(old->who->expires_at, kNow + hours(1)) << "streams of the old secret end with it";
  EXPECT_EQ(old->who->key, keys.verify(new_text, kSender, kNow)->who->key) << "it is the same client";
}

TEST(ApiKeys, OwnCeilingsDecide) {
  Issued key = issue();
  key.record.cidrs = {*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("2001:db8::/32")};
  EXPECT_EQ(outcome(key, {.address = "10.9.9.9", .endpoint = "/mcp", .certificate = {}}), "good");
  EXPECT_EQ(outcome(key, {.address = "2001:db8::1", .endpoint = "/mcp", .certificate = {}}), "good");
  EXPECT_EQ(outcome(key, {.address = "11.0.0.1", .endpoint = "/mcp", .certificate = {}}), "foreign_address");
  EXPECT_EQ(outcome(key, {.address = "", .endpoint = "/mcp", .certificate = {}}), "foreign_address");
  key.record.endpoints = {"/s/*"};
  EXPECT_EQ(outcome(key), "foreign_endpoint");
  EXPECT_EQ(outcome(key, {.address = "10.1.2.3", .endpoint = "/s/a", .certificate = {}}), "good");
  key.record.certificates = {"thumb"};
  EXPECT_EQ(outcome(key, {.address = "10.1.2.3", .endpoint = "/s/a", .certificate = {}}), "foreign_certificate");
  EXPECT_EQ(outcome(key, {.address = "10.1.2.3", .endpoint = "/s/a", .certificate = "thumb"}), "good");
}

// T16
TEST(ApiKeys, GuessesAreRefusedAlike) {
  const Issued key = issue();
  const ApiKeys keys({key.record}, peppers());
  EXPECT_EQ(outcome(keys, make_api_key("live", "bbbbbbbbbbbb")), "unknown");
  EXPECT_EQ(outcome(keys, make_api_key("live", key.record.id)), "wrong_secret");
  EXPECT_EQ(outcome(keys, make_api_key("test", key.record.id)), "wrong_secret");
  EXPECT_EQ(outcome(keys, key.text + "x"), "malformed");
  EXPECT_EQ(outcome(keys, "gatek_"), "malformed");
  EXPECT_EQ(outcome(ApiKeys(), key.text), "unknown");
}

/// HMACs that it takes to judge this key. What else is done does not depend on whether it exists: a look-up and a comparison.
std::uint64_t hashes_for(const ApiKeys& keys, const std::string& text) {
  const auto before = keys.peppers().hashes_for_test();
  (void)keys.verify(text, kSender, kNow);
  return keys.peppers().hashes_for_test() - before;
}

// T16: the time of a refusal does not tell which keys there are, nor what became of them
TEST(ApiKeys, AGuessTakesOneHashWhateverKeyItIsAbout) {
  const Issued good = issue("aaaaaaaaaaaa");
  Issued revoked = issue("bbbbbbbbbbbb"), expired = issue("cccccccccccc"), elsewhere = issue("dddddddddddd"),
         rotated = issue("eeeeeeeeeeee"), orphan = issue("ffffffffffff");
  revoked.record.revoked_at = kNow - hours(1);
  expired.record.expires_at = kNow - hours(1);
  elsewhere.record.cidrs = {*AddressRange::parse("192.0.2.0/24")};
  rotated.record.hashes.push_back(rotated.record.hashes.front());
  orphan.record.hashes = {hash_of(orphan.text, kNewPepper)};
  const ApiKeys keys({good.record, revoked.record, expired.record, elsewhere.record, rotated.record, orphan.record},
                     peppers());
  EXPECT_EQ(hashes_for(keys, good.text), 1U);
  for (const char first : std::string_view("abcdef")) {
    const std::string id(12, first);
    EXPECT_EQ(hashes_for(keys, make_api_key("live", id)), 1U) << id;
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(hashes_for(keys, make_api_key("live", make_api_key_id())), 1U);
  EXPECT_EQ(hashes_for(ApiKeys({}, peppers()), good.text), 1U) << "there are no keys at all";
  EXPECT_EQ(hashes_for(keys, good.text + "x"), 0U) << "a wrong checksum says nothing about which keys exist";
}

// A record is of no use under another id: the id is part of what is hashed.
TEST(ApiKeys, HashesCannotBeSwappedBetweenKeys) {
  const Issued mine = issue("aaaaaaaaaaaa");
  Issued admin = issue("bbbbbbbbbbbb");
  admin.record.hashes = mine.record.hashes;
  const ApiKeys keys({admin.record}, peppers());
  EXPECT_EQ(outcome(keys, mine.text), "unknown");
  EXPECT_EQ(outcome(keys, admin.text), "wrong_secret");
}

// T17
TEST(ApiKeys, StolenRecordsVerifyNothingWithoutThePepper) {
  const Issued key = issue();
  EXPECT_EQ(outcome(ApiKeys({key.record}, peppers({kNewPepper})), key.text), "wrong_secret");
  EXPECT_EQ(outcome(ApiKeys({key.record}, Peppers()), key.text), "wrong_secret");
  EXPECT_EQ(ApiKeys({key.record}, peppers({kNewPepper})).orphans(), std::vector<std::string>{key.record.id});

  Issued zero = issue();
  zero.record.hashes = {ApiKeyHash{}};
  EXPECT_EQ(outcome(ApiKeys({zero.record}, Peppers()), zero.text), "wrong_secret");
}

TEST(ApiKeys, PeppersAreReplacedWhileKeysWork) {
  Issued key = issue();
  EXPECT_EQ(outcome(ApiKeys({key.record}, peppers({kNewPepper, kSecretPepper})), key.text), "good");
  const std::string renewed = make_api_key("live", key.record.id);
  key.record.hashes = {hash_of(renewed, kNewPepper), hash_of(key.text, kSecretPepper)};
  key.record.hashes[1].not_after = kNow + hours(1);
  const ApiKeys keys({key.record}, peppers({kNewPepper, kSecretPepper}));
  EXPECT_EQ(outcome(keys, renewed), "good");
  EXPECT_EQ(outcome(keys, key.text), "good, old");
}

TEST(ApiKeys, WhoWasLetInStaysWhileTheKeyIsGood) {
  Issued key = issue();
  const auto who = ApiKeys({key.record}, peppers()).verify(key.text, kSender, kNow)->who;
  EXPECT_TRUE(ApiKeys({key.record}, peppers()).still_good(*who, kNow));
  EXPECT_FALSE(ApiKeys({key.record}, peppers()).still_good(*who, key.record.expires_at));
  key.record.revoked_at = kNow;
  EXPECT_FALSE(ApiKeys({key.record}, peppers()).still_good(*who, kNow));
  EXPECT_FALSE(ApiKeys({}, peppers()).still_good(*who, kNow));
}

// T43, T44: what a key loses, its open streams lose, too.
TEST(ApiKeys, WhoWasLetInLeavesWhenHisSecretIsReplacedOrGivesSomethingElse) {
  Issued key = issue();
  key.record.roles = {"automation"};
  const auto who = ApiKeys({key.record}, peppers()).verify(key.text, kSender, kNow)->who;
  const auto stays = [&](const ApiKeyRecord& record, mcp::WallTime now = kNow) {
    return ApiKeys({record}, peppers({kNewPepper, kSecretPepper})).still_good(*who, now);
  };
  EXPECT_TRUE(stays(key.record));

  ApiKeyRecord rotated = key.record;
  const std::string renewed = make_api_key("live", rotated.id);
  rotated.hashes.insert(rotated.hashes.begin(), hash_of(renewed));
  rotated.hashes[0].created_at = kNow + hours(1);
  rotated.hashes[1].not_after = kNow + hours(2);
  EXPECT_TRUE(stays(rotated, kNow + hours(1)));
  EXPECT_FALSE(stays(rotated, kNow + hours(2)));
  rotated.hashes.pop_back();
  EXPECT_FALSE(stays(rotated, kNow + hours(1))) << "rotated at once, because somebody else had it";

  ApiKeyRecord hashed_anew = key.record;
  hashed_anew.hashes[0].value = hash_of(key.text, kNewPepper).value;
  hashed_anew.hashes[0].pepper = Pepper(kNewPepper).id();
  EXPECT_TRUE(stays(hashed_anew));

  ApiKeyRecord other = key.record;
  other.roles.clear();
  EXPECT_FALSE(stays(other));
  other = key.record;
  other.endpoints = {"/elsewhere"};
  EXPECT_FALSE(stays(other));
  other = key.record;
  other.tools = {"crm.*"};
  EXPECT_FALSE(stays(other));
}

TEST(Pepper, IsNamedAndCheckedByItself) {
  EXPECT_EQ(Pepper(kSecretPepper).id(), Pepper(kSecretPepper).id());
  EXPECT_NE(Pepper(kSecretPepper).id(), Pepper(kNewPepper).id());
  EXPECT_EQ(Peppers::make({std::string(31, 'x')}).error().kind, Kind::invalid_config);
  EXPECT_GE(Peppers::make_secret().size(), Pepper::kMinLength);
  EXPECT_NE(Peppers::make_secret(), Peppers::make_secret());
}

// RFC 4231, test case 6 has a longer key; this one was computed with another implementation.
TEST(Pepper, HashesAsOthersDo) {
  const KeyHash hash = Pepper(std::string(32, '\x0b')).hash("Hi There");
  EXPECT_EQ(hash[0], 0x19);
  EXPECT_EQ(hash[1], 0x8a);
  EXPECT_EQ(hash[31], 0xf7);
}

}  // namespace
}  // namespace gatehouse::identity
