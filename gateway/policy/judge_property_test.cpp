// What has to hold for every policy, principal and call. Names are those of the properties in the security design.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "gateway/policy/random_policy_test.hpp"

namespace gatehouse::policy {
namespace {

using test::World;

constexpr unsigned kPolicies = 3000;

std::shared_ptr<const Policy> compiled(PolicySource source) {
  auto policy = Policy::compile(std::move(source));
  EXPECT_TRUE(policy) << policy.error().front().key << ": " << policy.error().front().message;
  return *policy;
}

int rank(const Decision& decision) { return 2 - static_cast<int>(decision.outcome); }

bool is_circumstantial(const Policy& policy) {
  return std::ranges::any_of(policy.rules(), [](const Rule& rule) { return rule.is_circumstantial(); });
}

/// The five steps as they are written down, without anything that makes them fast.
Outcome slow_layer(const Policy& policy, const Layer& layer, const Facts& facts) {
  bool permitted = false, may_step_up = false, lacks = false;
  for (const std::uint32_t index : layer.rules) {
    const Rule& rule = policy.rules()[index];
    const bool trusted = policy.trusts(facts.item.server);
    if (rule.source.shadow || !matches_who(rule, facts.subject) || !matches_place(rule, facts.item) ||
        !matches_name(rule, facts.item, trusted))
      continue;
    const Truth truth = condition(
        rule, {facts.subject, facts.item, facts.circumstances, trusted || rule.source.effect == Effect::deny});
    if (rule.source.effect == Effect::deny && truth != Truth::no()) return Outcome::deny;
    if (rule.source.effect == Effect::deny || truth == Truth::no()) continue;
    const bool met = judge_needs(rule.source.needs, facts.subject, facts.circumstances).can_be_met;
    permitted = permitted || (truth == Truth::yes() && met);
    may_step_up = may_step_up || (truth == Truth::yes() && !met && facts.subject.can_step_up);
    lacks = lacks || !met;
  }
  for (const std::uint32_t index : layer.rules) {  // a deny anywhere denies, whatever came before it
    const Rule& rule = policy.rules()[index];
    if (rule.source.effect == Effect::allow || rule.source.shadow) continue;
    const bool trusted = policy.trusts(facts.item.server);
    if (matches_who(rule, facts.subject) && matches_place(rule, facts.item) &&
        matches_name(rule, facts.item, trusted) && condition(rule, facts) != Truth::no())
      return Outcome::deny;
  }
  if (permitted) return Outcome::permit;
  if (may_step_up) return Outcome::step_up;
  return layer.otherwise == Effect::allow && !lacks ? Outcome::permit : Outcome::deny;
}

bool layer_applies(const Layer& layer, const Subject& subject, const Item& item) {
  return (layer.tenants.empty() || layer.tenants.match(subject.tenant)) &&
         (layer.servers.empty() || layer.servers.match(item.server)) &&
         (layer.endpoints.empty() || layer.endpoints.match(item.endpoint));
}

Outcome slow(const Policy& policy, const Facts& facts) {
  if (!is_within_ceilings(facts.subject, facts.item)) return Outcome::deny;
  Outcome out = Outcome::permit;
  for (const Layer& layer : policy.layers())
    if (layer_applies(layer, facts.subject, facts.item)) out = std::max(out, slow_layer(policy, layer, facts));
  return out;
}

bool looks_at_arguments(const Policy& policy, const Subject& subject, const Item& item) {
  return std::ranges::any_of(policy.rules(), [&](const Rule& rule) {
    const Layer& layer = *std::ranges::find_if(policy.layers(), [&](const Layer& l) {
      return std::ranges::binary_search(l.rules, static_cast<std::uint32_t>(&rule - policy.rules().data()));
    });
    return rule.reads.arguments && layer_applies(layer, subject, item) && matches_who(rule, subject) &&
           matches_place(rule, item) && matches_name(rule, item, policy.trusts(item.server));
  });
}

TEST(JudgeProperty, DecidesAsTheFiveStepsSay) {
  std::array<int, 3> seen{};
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    World world(seed);
    const auto policy = compiled(world.policy().first);
    Judge judge(policy);
    for (int p = 0; p < 4; ++p) {
      const mcp::Principal who = world.principal();
      const auto profile = judge.profile(who);
      for (const Item& item : World::items()) {
        const std::string raw = world.arguments();
        Arguments arguments(raw);
        const Circumstances now = world.now(arguments);
        const Decision& decision = judge.decide(*profile, item, now);
        ++seen[static_cast<std::size_t>(decision.outcome)];
        if (!arguments.value() && looks_at_arguments(*policy, profile->subject(), item)) {
          ASSERT_EQ(decision.outcome, Outcome::deny) << seed;
          continue;
        }
        Outcome expected = slow(*policy, {profile->subject(), item, now});
        if (expected == Outcome::step_up && !decision.visible) expected = Outcome::deny;
        ASSERT_EQ(decision.outcome, expected) << seed << " " << item.name;
      }
    }
  }
  for (const int count : seen) EXPECT_GT(count, 1000) << "the world is too small to say anything";
}

TEST(JudgeProperty, P1AndP2WhatIsNotShownIsNeverPermitted) {
  int hidden = 0, shown_and_denied = 0;
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    World world(seed);
    Judge judge(compiled(world.policy().first));
    const auto profile = judge.profile(world.principal());
    for (const Item& item : World::items()) {
      const bool shown = judge.shows(*profile, item);
      for (int call = 0; call < 4; ++call) {
        const std::string raw = world.arguments();
        Arguments arguments(raw);
        const Decision& decision = judge.decide(*profile, item, world.now(arguments));
        ASSERT_EQ(decision.visible, shown) << seed;
        ASSERT_TRUE(shown || decision.outcome == Outcome::deny) << seed << " " << item.name << " " << raw;
        hidden += !shown;
        shown_and_denied += shown && decision.outcome == Outcome::deny;
      }
    }
  }
  EXPECT_GT(hidden, 1000);
  EXPECT_GT(shown_and_denied, 1000);
}

TEST(JudgeProperty, P3WhatIsShownWithoutConditionsIsPermittedOrNeedsAStepUp) {
  int shown = 0;
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    World world(seed);
    world.circumstances = false;
    const auto policy = compiled(world.policy().first);
    ASSERT_FALSE(is_circumstantial(*policy));
    Judge judge(policy);
    const auto profile = judge.profile(world.principal());
    for (const Item& item : World::items()) {
      if (!judge.shows(*profile, item)) continue;
      ++shown;
      Arguments arguments("{}");
      ASSERT_NE(judge.decide(*profile, item, world.now(arguments)).outcome, Outcome::deny) << seed << " " << item.name;
    }
  }
  EXPECT_GT(shown, 1000);
}

TEST(JudgeProperty, P4WhatIsShownDoesNotDependOnWhatHappenedBefore) {
  for (unsigned seed = 0; seed < kPolicies / 4; ++seed) {
    World world(seed);
    const auto policy = compiled(world.policy().first);
    const mcp::Principal who = world.principal();
    Judge fresh(policy), used(policy, {.max_profiles = 2, .max_cases = 3});
    auto items = World::items();
    const auto profile = fresh.profile(who);
    std::vector<bool> first;
    for (const Item& item : items) first.push_back(fresh.shows(*profile, item));
    for (int i = 0; i < 20; ++i) {
      Arguments arguments("{}");
      const auto other = used.profile(world.principal());
      (void)used.decide(*other, items[world.below(items.size())], world.now(arguments));
    }
    const auto again = used.profile(who);
    for (std::size_t i = items.size(); i-- > 0;) ASSERT_EQ(used.shows(*again, items[i]), first[i]) << seed;
  }
}

TEST(JudgeProperty, P5EqualFingerprintsGetEqualAnswers) {
  int shared = 0;
  for (unsigned seed = 0; seed < kPolicies / 4; ++seed) {
    World world(seed);
    const auto policy = compiled(world.policy().first);
    std::map<std::string, std::vector<bool>> lists;
    for (int p = 0; p < 12; ++p) {
      Judge judge(policy);
      const auto profile = judge.profile(world.principal());
      std::vector<bool> list;
      for (const Item& item : World::items()) list.push_back(judge.shows(*profile, item));
      const auto [place, is_new] = lists.emplace(profile->fingerprint(), list);
      shared += !is_new;
      ASSERT_EQ(place->second, list) << seed;
    }
  }
  EXPECT_GT(shared, 100);
}

// T41
TEST(JudgeProperty, UnknownsNeverWidenAnything) {
  int narrowed = 0;
  for (unsigned seed = 0; seed < 2 * kPolicies; ++seed) {
    World world(seed);
    auto [clear_source, blurred_source] = world.policy();
    Judge clear(compiled(std::move(clear_source))), blurred(compiled(std::move(blurred_source)));
    const mcp::Principal who = world.principal();
    const auto with = clear.profile(who), without = blurred.profile(who);
    for (const Item& item : World::items()) {
      const std::string raw = world.arguments();
      Arguments arguments(raw), same(raw);
      Circumstances now = world.now(arguments);
      const int before = rank(clear.decide(*with, item, now));
      const bool shown = clear.shows(*with, item);
      now.arguments = &same;
      const int after = rank(blurred.decide(*without, item, now));
      // A rule that no longer looks at unclear arguments does not refuse them.
      if (!arguments.refusal().empty() && same.refusal().empty()) continue;
      ASSERT_LE(after, before) << seed << " " << item.server << " " << item.name << " " << raw;
      ASSERT_LE(blurred.shows(*without, item), shown) << seed << " " << item.name;
      narrowed += after < before;
    }
  }
  EXPECT_GT(narrowed, 1000);
}

}  // namespace
}  // namespace gatehouse::policy
