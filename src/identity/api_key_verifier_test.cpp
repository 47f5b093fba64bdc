#include <gatehouse/identity/api_key_verifier.hpp>
#include <gatehouse/identity/gatekeeper.hpp>

#include <gtest/gtest.h>

#include "src/identity/fake_request.hpp"

namespace gatehouse::identity {
namespace {

using std::chrono::minutes;

const mcp::WallTime kNow = std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now());

Protected place(std::string path = "/mcp") {
  Protected one;
  one.path = std::move(path);
  one.resource.metadata_url = "https://gw.example/.well-known/oauth-protected-resource/mcp";
  return one;
}

/// One key, whose old secret still works for half an hour.
struct ApiKeyVerifierTest : testing::Test {
  ApiKeyVerifierTest() {
    keys->replace(std::make_shared<const ApiKeys>(std::vector{record()}, *Peppers::make({pepper})));
  }

  ApiKeyRecord record() const {
    const Pepper one(pepper);
    ApiKeyRecord record;
    record.id = id;
    record.hashes = {
        {.pepper = one.id(), .value = one.hash(parse_api_key(key)->proof), .created_at = kNow, .not_after = {}},
        {.pepper = one.id(),
         .value = one.hash(parse_api_key(old_key)->proof),
         .created_at = kNow,
         .not_after = kNow + minutes(30)}};
    record.endpoints = {"/mcp"};
    record.cidrs = {*AddressRange::parse("192.0.0.0/8"), *AddressRange::parse("198.51.100.0/24")};
    record.expires_at = kNow + minutes(60);
    return record;
  }
  Verdict check(std::string_view text, const std::string& address = "192.0.2.7", mcp::WallTime now = kNow,
                const std::string& path = "/mcp") {
    const Protected where = place(path);
    const FakeRequest request(net::Headers{}, address);
    return *keys->known(text, {where, request, now, TimePoint()});
  }
  std::string outcome(net::Headers headers) {
    Gatekeeper gate(place(), {.api_keys = keys, .tokens = {}, .surroundings = {}});
    const auto verdict = gate.known(FakeRequest(std::move(headers)));
    return *verdict ? (**verdict)->client_id : std::string(to_string(verdict->error().kind));
  }
  std::vector<std::string> changed() {
    std::vector<std::string> ids;
    keys->take_changed_uses([&](const std::string& one, const ApiKeyUse&) { ids.push_back(one); });
    return ids;
  }

  const std::string pepper = std::string(32, 'p');
  const std::string id = make_api_key_id();
  const std::string key = make_api_key("live", id), old_key = make_api_key("live", id);
  const std::shared_ptr<ApiKeyVerifier> keys = std::make_shared<ApiKeyVerifier>();
};

TEST_F(ApiKeyVerifierTest, ClientsLearnNothingFromARefusal) {
  const auto wrong = check(make_api_key("live", id)), unknown = check(make_api_key("live", make_api_key_id())),
             foreign = check(key, "203.0.113.1"), broken = check("gatek_live_x");
  for (const Verdict* one : {&wrong, &unknown, &foreign, &broken}) {
    EXPECT_EQ(one->error().kind, Kind::invalid_credential);
    EXPECT_EQ(one->error().message, wrong.error().message);
    EXPECT_EQ(one->error().challenge, wrong.error().challenge);
  }
  EXPECT_TRUE(wrong.error().challenge.starts_with("Bearer error=\"invalid_token\"")) << wrong.error().challenge;
  EXPECT_EQ(foreign.error().detail, "API key " + id + " from 203.0.113.1: foreign_address");
  EXPECT_EQ(keys->counters().refused[static_cast<std::size_t>(KeyRefusal::foreign_address)], 1u);
  EXPECT_EQ(keys->counters().accepted, 0u);
  EXPECT_FALSE(keys->use_of(id)) << "a refused key was not used";
}

TEST_F(ApiKeyVerifierTest, AKeyOfAnotherEndpointIsDenied) {
  EXPECT_EQ(check(key, "192.0.2.7", kNow, "/other").error().kind, Kind::denied);
}

TEST_F(ApiKeyVerifierTest, UseIsRememberedToTheMinute) {
  EXPECT_TRUE(check(key, "192.0.2.7", kNow + std::chrono::seconds(20)));
  EXPECT_EQ(keys->use_of(id)->last_used_at, kNow);
  EXPECT_EQ(changed(), std::vector{id});
  EXPECT_TRUE(check(key, "192.0.2.7", kNow + std::chrono::seconds(50)));
  EXPECT_TRUE(changed().empty());
  EXPECT_TRUE(check(key, "192.0.2.7", kNow + minutes(2)));
  EXPECT_EQ(keys->use_of(id)->last_used_at, kNow + minutes(2));
  EXPECT_EQ(changed(), std::vector{id});
}

TEST_F(ApiKeyVerifierTest, NetworksAreRemembered) {
  EXPECT_TRUE(check(key, "192.0.2.7") && check(key, "192.0.2.200") && check(key, "198.51.100.3"));
  const auto& networks = keys->use_of(id)->networks;
  ASSERT_EQ(networks.size(), 2u);
  EXPECT_EQ(networks[0].str(), "192.0.2.0/24");
  EXPECT_EQ(networks[1].str(), "198.51.100.0/24");
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(check(key, "192.0." + std::to_string(i) + ".1"));
  EXPECT_EQ(networks.size(), ApiKeyUse::kMaxNetworks);
  EXPECT_EQ(networks.back().str(), "192.0.99.0/24");
}

TEST_F(ApiKeyVerifierTest, UsesOfTheOldSecretAreCounted) {
  EXPECT_TRUE(check(key) && check(old_key) && check(old_key));
  EXPECT_EQ(keys->use_of(id)->old_secret_uses, 2u);
  EXPECT_EQ(keys->use_of(id)->old_secret_used_at, kNow);
  EXPECT_EQ(keys->counters().old_secret, 2u);
}

TEST_F(ApiKeyVerifierTest, ASecretThatIsUsedGetsTheNewestPepper) {
  EXPECT_TRUE(check(key));
  EXPECT_TRUE(keys->take_rehashed().empty());
  const std::string newer(32, 'n');
  keys->replace(std::make_shared<const ApiKeys>(std::vector{record()}, *Peppers::make({newer, pepper})));
  EXPECT_TRUE(check(key) && check(key));
  const auto rehashed = keys->take_rehashed();
  ASSERT_EQ(rehashed.size(), 1u) << "once";
  EXPECT_EQ(rehashed[0].before, record().hashes[0].value);
  auto changed = record();
  changed.hashes = {rehashed[0].after};
  keys->replace(std::make_shared<const ApiKeys>(std::vector{changed}, *Peppers::make({newer})));
  EXPECT_TRUE(check(key)) << "the older pepper is not needed any more";
}

TEST_F(ApiKeyVerifierTest, ARevokedKeyEndsAtOnce) {
  const auto who = check(key);
  ASSERT_TRUE(who);
  EXPECT_TRUE(keys->still_good(**who, kNow));
  auto revoked = record();
  revoked.revoked_at = kNow;
  keys->replace(std::make_shared<const ApiKeys>(std::vector{revoked}, *Peppers::make({pepper})));
  EXPECT_FALSE(check(key));
  EXPECT_FALSE(keys->still_good(**who, kNow));
}

TEST_F(ApiKeyVerifierTest, ASecretIsHashedOnceAndTheKeyCheckedWithEveryCall) {
  EXPECT_TRUE(check(key) && check(key) && check(key));
  EXPECT_EQ(keys->counters().accepted, 3u);
  EXPECT_EQ(keys->counters().known, 2u);
  EXPECT_EQ(check(key, "203.0.113.1").error().detail, "API key " + id + " from 203.0.113.1: foreign_address");
  EXPECT_EQ(check(key, "192.0.2.7", kNow, "/other").error().kind, Kind::denied);
  EXPECT_TRUE(check(old_key) && check(old_key));
  EXPECT_FALSE(check(old_key, "192.0.2.7", kNow + minutes(30))) << "the overlap is over";
  EXPECT_TRUE(check(key, "192.0.2.7", kNow + minutes(59)));
  EXPECT_FALSE(check(key, "192.0.2.7", kNow + minutes(60))) << "expired";
}

TEST_F(ApiKeyVerifierTest, AGuessIsNotTakenForWhatIsRemembered) {
  EXPECT_TRUE(check(key));
  std::string other = key;
  other[other.size() - 10] = other[other.size() - 10] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(check(other));
  EXPECT_FALSE(check(key + "0"));
  EXPECT_FALSE(check(make_api_key("live", id)));
  EXPECT_EQ(keys->counters().known, 0u);
}

// T16: what is remembered of good keys does not tell which keys there are
TEST_F(ApiKeyVerifierTest, AGuessTakesOneHashWhateverIsRemembered) {
  const auto in_force = std::make_shared<const ApiKeys>(std::vector{record()}, *Peppers::make({pepper}));
  keys->replace(in_force);
  const auto hashes_for = [&](const std::string& text) {
    const auto before = in_force->peppers().hashes_for_test();
    (void)check(text);
    return in_force->peppers().hashes_for_test() - before;
  };
  EXPECT_EQ(hashes_for(key), 1U);
  EXPECT_EQ(hashes_for(key), 0U) << "known again";
  for (int i = 0; i < 20; ++i) {
    const std::string guess = make_api_key("live", id), made_up = make_api_key("live", make_api_key_id());
    for (int again = 0; again < 2; ++again) {
      EXPECT_EQ(hashes_for(guess), 1U);
      EXPECT_EQ(hashes_for(made_up), 1U);
    }
  }
}

TEST_F(ApiKeyVerifierTest, WhatIsRememberedOfAKeyEndsWithTheKeysInForce) {
  EXPECT_TRUE(check(key) && check(old_key));
  auto rotated = record();
  rotated.hashes.erase(rotated.hashes.begin() + 1);
  keys->replace(std::make_shared<const ApiKeys>(std::vector{rotated}, *Peppers::make({pepper})));
  EXPECT_FALSE(check(old_key)) << "rotated away";
  EXPECT_TRUE(check(key));
  keys->replace(std::make_shared<const ApiKeys>());
  EXPECT_FALSE(check(key)) << "removed";
}

TEST_F(ApiKeyVerifierTest, AKeyThatMayNotBeUsedBecomesGoodInTime) {
  auto later = record();
  later.not_before = kNow + minutes(5);
  keys->replace(std::make_shared<const ApiKeys>(std::vector{later}, *Peppers::make({pepper})));
  EXPECT_FALSE(check(key));
  EXPECT_FALSE(keys->use_of(id)) << "a refused key was not used";
  EXPECT_TRUE(check(key, "192.0.2.7", kNow + minutes(5)));
  EXPECT_EQ(keys->use_of(id)->last_used_at, kNow + minutes(5));
}

TEST_F(ApiKeyVerifierTest, NoMoreSecretsAreRememberedThanAllowed) {
  const auto few = std::make_shared<ApiKeyVerifier>(ApiKeyVerifierOptions{.max_known = 1});
  few->replace(std::make_shared<const ApiKeys>(std::vector{record()}, *Peppers::make({pepper})));
  const Protected where = place("/mcp");
  const FakeRequest request(net::Headers{}, "192.0.2.7");
  const Circumstances around{where, request, kNow, TimePoint()};
  for (const std::string& one : {key, old_key, key, old_key}) EXPECT_TRUE(*few->known(one, around));
  EXPECT_EQ(few->counters().known, 0u);
  EXPECT_TRUE(*few->known(old_key, around));
  EXPECT_EQ(few->counters().known, 1u);
}

// T15, RS-42
TEST_F(ApiKeyVerifierTest, KeysComeInEitherHeaderButNotInTwo) {
  const std::string bearer = "Bearer " + key;
  EXPECT_EQ(outcome({{"Authorization", bearer}}), id);
  EXPECT_EQ(outcome({{"x-api-key", key}}), id);
  EXPECT_EQ(outcome({{"Authorization", bearer}, {"X-API-Key", key}}), "bad_credential_form");
  EXPECT_EQ(outcome({{"X-API-Key", key}, {"X-API-Key", key}}), "bad_credential_form");
}

TEST_F(ApiKeyVerifierTest, NothingElseIsAKey) {
  EXPECT_EQ(outcome({}), "unauthenticated");
  EXPECT_EQ(outcome({{"Authorization", "Bearer a.b.c"}}), "invalid_credential");
  EXPECT_EQ(outcome({{"Authorization", "Basic dTpw"}}), "unauthenticated");
  const std::string basic = "Basic " + key;
  EXPECT_EQ(outcome({{"Authorization", basic}}), "unauthenticated");
}

}  // namespace
}  // namespace gatehouse::identity
