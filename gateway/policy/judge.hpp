#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/policy/decision.hpp"
#include "gateway/policy/weigh.hpp"

/// Decisions for many callers, each worked out once.
namespace gatehouse::policy {

/// Roles mapped, scopes expanded, and everything that the policy does not read left out.
[[nodiscard]] Subject resolve(const Policy& policy, const mcp::Principal& principal);
/// Of a resolved subject: equal texts, equal answers to every question. It holds exactly what the policy reads.
[[nodiscard]] std::string fingerprint(const Subject& subject);

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// All callers with one fingerprint, and what was found out for them.
class Profile {
 public:
  [[nodiscard]] const Subject& subject() const { return subject_; }
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

 private:
  friend class Judge;

  /// What is known of one item.
  struct Case {
    std::vector<Candidates> candidates;
    Decision decision;  // if it is always the same
    bool is_settled = false;
    bool visible = false;
    std::vector<std::uint32_t> unknown, shadow;  // rules, to be counted with each decision
  };
  /// The rules that can apply at one place: method, endpoint, server, kind.
  using Place = std::vector<Candidates>;
  template <class T>
  using Table = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  Subject subject_;
  std::string fingerprint_;
  std::vector<std::uint32_t> rules_;  // whose `who` matches
  Table<Place> places_;
  Table<Case> cases_;
};

/// How often a rule did what.
struct RuleCount {
  std::uint64_t decided = 0;  ///< It decided a call.
  std::uint64_t unknown = 0;  ///< Its condition could not be judged: it was taken as the stricter of two.
  std::uint64_t shadow = 0;   ///< A shadow rule that would have applied.
};

struct JudgeOptions {
  std::size_t max_profiles =
      10'000;  ///< Callers that differ in what the policy reads; the least recent ones are forgotten.
  std::size_t max_cases = 200'000;  ///< Decisions that are remembered, of all of them together.
};

/// One policy at work. Not for several threads.
class Judge final : private Tally {
 public:
  using Options = JudgeOptions;
  /// What has a longer name or URI is permitted to nobody, and not visible.
  static constexpr std::size_t kMaxName = 8u << 10;

  explicit Judge(std::shared_ptr<const Policy> policy, Options options = {});
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  [[nodiscard]] const Policy& policy() const { return *policy_; }
  /// Same fingerprint, same object, as long as it is remembered.
  [[nodiscard]] std::shared_ptr<Profile> profile(const mcp::Principal& principal);

  /// May they do this? Valid until the next question. REQUIRES: `circumstances` are not open.
  [[nodiscard]] const Decision& decide(Profile& profile, const Item& item, const Circumstances& circumstances);
  /// Could they do this with some arguments, from somewhere, at some time, or, if they are shown such things, after a step-up?
  [[nodiscard]] bool shows(Profile& profile, const Item& item);

  [[nodiscard]] std::size_t remembered_profiles() const { return young_.size() + old_.size(); }
  [[nodiscard]] std::size_t remembered_cases() const { return cases_; }
  [[nodiscard]] const std::vector<RuleCount>& rule_counts() const { return rule_counts_; }
  /// By Outcome.
  [[nodiscard]] std::uint64_t outcomes(Outcome outcome) const { return outcomes_[static_cast<std::size_t>(outcome)]; }

 private:
  void unknown(std::uint32_t rule) override { unknown_.push_back(rule); }
  void shadow(std::uint32_t rule) override { shadow_.push_back(rule); }

  const Profile::Place& place_of(Profile& profile, const Item& item);
  std::vector<Candidates> candidates_of(Profile& profile, const Item& item);
  [[nodiscard]] bool could_see(const Profile& profile, const std::vector<Candidates>& candidates,
                               const Item& item) const;
  Profile::Case make_case(Profile& profile, const Item& item, const Circumstances& circumstances);
  Decision weigh_now(Profile& profile, const std::vector<Candidates>& candidates, const Item& item,
                     const Circumstances& circumstances);
  const Decision& decide_method(const Profile& profile, const Item& item, const Circumstances& circumstances);
  const Decision& counted(const Decision& decision, const std::vector<std::uint32_t>& unknown,
                          const std::vector<std::uint32_t>& shadow);
  Profile::Case* find_case(Profile& profile, const Item& item);

  std::shared_ptr<const Policy> policy_;
  Options options_;
  std::unordered_map<std::string_view, std::shared_ptr<Profile>> young_, old_;  // keys are the profiles' fingerprints
  std::size_t cases_ = 0;
  std::string key_;  // scratch
  Decision decision_;
  Profile::Case passing_;
  std::vector<std::uint32_t> unknown_, shadow_;
  std::vector<RuleCount> rule_counts_;
  std::uint64_t outcomes_[3] = {};
};

}  // namespace gatehouse::policy
