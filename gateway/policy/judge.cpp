#include "gateway/policy/judge.hpp"

#include <algorithm>

namespace gatehouse::policy {
namespace {

constexpr std::size_t kMaxRememberedName = 512;

/// Patterns are looked for in the whole name, rule by rule, and callers make names up.
bool is_too_long(const Item& item) { return item.name.size() > Judge::kMaxName; }

/// What tells places apart, and behind it `more` bytes whose place is returned.
char* write_place(std::string& key, const Item& item, std::size_t more) {
  const std::size_t size = item.method.size() + item.endpoint.size() + item.server.size() + 4;
  key.resize_and_overwrite(size + more, [&](char* out, std::size_t all) {
    for (const std::string_view part : {item.method, item.endpoint, item.server}) {
      out = std::ranges::copy(part, out).out;
      *out++ = '\0';
    }
    *out = static_cast<char>(item.kind);
    return all;
  });
  return key.data() + size;
}

bool is_circumstantial(const Policy& policy, const std::vector<Candidates>& candidates) {
  return std::ranges::any_of(candidates, [&](const Candidates& layer) {
    return std::ranges::any_of(layer.rules, [&](std::uint32_t r) { return policy.rules()[r].is_circumstantial(); });
  });
}

bool reads_arguments(const Policy& policy, const std::vector<Candidates>& candidates) {
  return std::ranges::any_of(candidates, [&](const Candidates& layer) {
    return std::ranges::any_of(layer.rules, [&](std::uint32_t r) { return policy.rules()[r].reads.arguments; });
  });
}

/// Nobody steps up to what he is not shown.
void show(Decision& decision, bool visible) {
  decision.visible = visible;
  if (!visible) decision.outcome = Outcome::deny;
}

bool applies(const Layer& layer, const Subject& subject, const Item& item) {
  return layer.applies_to(subject.tenant, item.server, item.endpoint);
}

}  // namespace

Judge::Judge(std::shared_ptr<const Policy> policy, Options options)
    : policy_(std::move(policy)), options_(options), rule_counts_(policy_->rules().size()) {}

std::shared_ptr<Profile> Judge::profile(const mcp::Principal& principal) {
  Subject subject = resolve(*policy_, principal);
  std::string text = fingerprint(subject);
  if (const auto found = young_.find(text); found != young_.end()) return found->second;
  if (young_.size() >= std::max<std::size_t>(1, options_.max_profiles / 2)) {
    for (const auto& [key, profile] : old_) cases_ -= profile->cases_.size();
    old_ = std::move(young_);
    young_.clear();
  }
  std::shared_ptr<Profile> made;
  if (const auto found = old_.find(text); found != old_.end()) {
    made = found->second;
    old_.erase(found);
  } else {
    made = std::make_shared<Profile>();
    made->subject_ = std::move(subject);
    made->fingerprint_ = std::move(text);
    for (std::uint32_t i = 0; i < policy_->rules().size(); ++i)
      if (matches_who(policy_->rules()[i], made->subject_)) made->rules_.push_back(i);
  }
  young_.emplace(made->fingerprint_, made);
  return made;
}

const Profile::Place& Judge::place_of(Profile& profile, const Item& item) {
  write_place(key_, item, 0);
  if (const auto found = profile.places_.find(std::string_view(key_)); found != profile.places_.end())
    return found->second;
  Profile::Place place;
  for (const Layer& layer : policy_->layers()) {
    if (!applies(layer, profile.subject_, item)) continue;
    place.push_back({&layer, {}});
    for (const std::uint32_t rule : profile.rules_)
      if (std::ranges::binary_search(layer.rules, rule) && matches_place(policy_->rules()[rule], item))
        place.back().rules.push_back(rule);
  }
  return profile.places_.emplace(key_, std::move(place)).first->second;
}

std::vector<Candidates> Judge::candidates_of(Profile& profile, const Item& item) {
  const bool trusted = policy_->trusts(item.server);
  std::vector<Candidates> out;
  for (const Candidates& layer : place_of(profile, item)) {
    out.push_back({layer.layer, {}});
    for (const std::uint32_t rule : layer.rules)
      if (matches_name(policy_->rules()[rule], item, trusted)) out.back().rules.push_back(rule);
  }
  return out;
}

bool Judge::could_see(const Profile& profile, const std::vector<Candidates>& candidates, const Item& item) const {
  if (!is_within_ceilings(profile.subject_, item)) return false;
  const Circumstances open;
  const Weighed weighed =
      weigh(*policy_, candidates, {.subject = profile.subject_, .item = item, .circumstances = open});
  return weighed.can_permit || (weighed.can_step_up && shows_step_up(*policy_, profile.subject_));
}

bool Judge::shows(Profile& profile, const Item& item) {
  return !is_too_long(item) && could_see(profile, candidates_of(profile, item), item);
}

Decision Judge::weigh_now(Profile& profile, const std::vector<Candidates>& candidates, const Item& item,
                          const Circumstances& circumstances) {
  unknown_.clear();
  shadow_.clear();
  if (!is_within_ceilings(profile.subject_, item)) return {.reason = Reason::ceiling};
  if (reads_arguments(*policy_, candidates) && circumstances.arguments && !circumstances.arguments->value())
    return {.reason = Reason::arguments, .note = circumstances.arguments->refusal()};
  return weigh(*policy_, candidates, {.subject = profile.subject_, .item = item, .circumstances = circumstances}, this)
      .decision;
}

Profile::Case Judge::make_case(Profile& profile, const Item& item, const Circumstances& circumstances) {
  Profile::Case made;
  made.candidates = candidates_of(profile, item);
  made.visible = could_see(profile, made.candidates, item);
  made.is_settled = !is_circumstantial(*policy_, made.candidates) || !is_within_ceilings(profile.subject_, item);
  if (!made.is_settled) return made;
  made.decision = weigh_now(profile, made.candidates, item, circumstances);
  show(made.decision, made.visible);
  made.unknown = unknown_;
  made.shadow = shadow_;
  return made;
}

Profile::Case* Judge::find_case(Profile& profile, const Item& item) {
  char* const behind = write_place(key_, item, 1 + item.name.size());
  *behind = static_cast<char>(item.hints.bits());
  std::ranges::copy(item.name, behind + 1);
  const auto found = profile.cases_.find(std::string_view(key_));
  return found == profile.cases_.end() ? nullptr : &found->second;
}

const Decision& Judge::decide(Profile& profile, const Item& item, const Circumstances& circumstances) {
  if (item.kind == Item::Kind::none) return decide_method(profile, item, circumstances);
  if (is_too_long(item)) return counted(decision_ = {}, {}, {});
  Profile::Case* known = find_case(profile, item);
  if (!known) {
    const std::string key = key_;
    Profile::Case made = make_case(profile, item, circumstances);
    if (item.name.size() <= kMaxRememberedName) {
      if (cases_ >= options_.max_cases) {
        for (auto* profiles : {&young_, &old_})
          for (auto& [text, one] : *profiles) one->cases_.clear();
        profile.cases_.clear();
        cases_ = 0;
      }
      ++cases_;
      known = &profile.cases_.emplace(key, std::move(made)).first->second;
    } else {
      passing_ = std::move(made);
      known = &passing_;
    }
  }
  if (known->is_settled) return counted(known->decision, known->unknown, known->shadow);
  decision_ = weigh_now(profile, known->candidates, item, circumstances);
  show(decision_, known->visible);
  return counted(decision_, unknown_, shadow_);
}

/// Methods without an object are open to everybody who may connect, unless a rule denies them by name.
const Decision& Judge::decide_method(const Profile& profile, const Item& item, const Circumstances& circumstances) {
  unknown_.clear();
  shadow_.clear();
  decision_ = {.outcome = Outcome::permit, .visible = true};
  if (!is_within_ceilings(profile.subject_, item)) decision_ = {.reason = Reason::ceiling, .visible = true};
  const Facts facts{.subject = profile.subject_, .item = item, .circumstances = circumstances};
  for (const std::uint32_t index : profile.rules_) {
    const Rule& rule = policy_->rules()[index];
    const Layer& layer = *std::ranges::find_if(
        policy_->layers(), [&](const Layer& l) { return std::ranges::binary_search(l.rules, index); });
    const bool means_it = !rule.allows() && !rule.methods.empty() && !rule.names_items && rule.servers.empty() &&
                          layer.servers.empty() && applies(layer, profile.subject_, item) && matches_place(rule, item);
    if (!means_it || condition(rule, facts).can_be_no()) continue;
    if (rule.source.shadow) {
      shadow_.push_back(index);
    } else if (decision_.outcome == Outcome::permit) {
      decision_ = {.reason = Reason::rule, .visible = true, .rule = &rule};
    }
  }
  return counted(decision_, unknown_, shadow_);
}

const Decision& Judge::counted(const Decision& decision, const std::vector<std::uint32_t>& unknown,
                               const std::vector<std::uint32_t>& shadow) {
  ++outcomes_[static_cast<std::size_t>(decision.outcome)];
  for (const std::uint32_t rule : unknown) ++rule_counts_[rule].unknown;
  for (const std::uint32_t rule : shadow) ++rule_counts_[rule].shadow;
  if (decision.rule) ++rule_counts_[static_cast<std::size_t>(decision.rule - policy_->rules().data())].decided;
  return decision;
}

}  // namespace gatehouse::policy
