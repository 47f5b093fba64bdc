// The C++ side of tests/interop/jose_differential.test.mjs. Reads one JSON array a line:
//   ["rules", {...}]                             once
//   ["keys", "<JWK Set>"]                        sets are counted from 0
//   ["token", set, verdict, kind, "<token>"]     verdict of npm jose: ok, claims (only the claims are wrong), no
// and writes a line for each disagreement with npm jose or rhonabwy that no rule below explains, then a summary as JSON.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/jose/claims.hpp>

#include "tests/differential/rhonabwy.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::jose;

enum class Stage { reading, key, signature, claims };

Stage stage_of(Refusal refusal) {
  if (refusal < Refusal::algorithm_not_allowed) return Stage::reading;
  if (refusal < Refusal::bad_signature) return Stage::key;
  return refusal == Refusal::bad_signature ? Stage::signature : Stage::claims;
}

/// Where Gatehouse refuses what npm jose may let in, and why. Everything else has to be the same verdict.
struct Stricter {
  Refusal refusal;
  const char* why;
};
constexpr Stricter kStricter[] = {
    {Refusal::bad_encoding, "padding, white space and bits that stand for nothing give one token many spellings"},
    {Refusal::bad_json,
     "repeated members, a byte order mark, half surrogate pairs, deep nesting: readers differ about them"},
    {Refusal::bad_header, "a `kid` or `typ` that is no text"},
    {Refusal::too_large, "a limit of 16 KiB"},
    {Refusal::critical_extension, "`b64` without `crit`"},
    {Refusal::bad_claim,
     "times beyond the year 9999, an empty or odd `sub`, list members of `aud` and clients that are no texts"},
    {Refusal::unknown_confirmation, "a `cnf` that cannot be checked must not pass for a token that is not bound"},
};

bool is_stricter(Refusal refusal) {
  return std::any_of(std::begin(kStricter), std::end(kStricter), [&](auto& rule) { return rule.refusal == refusal; });
}

/// Whether our refusal (none: accepted) goes together with npm jose's verdict.
bool agrees_with_npm(const std::optional<Refusal>& ours, std::string_view theirs) {
  if (!ours) return theirs == "ok";
  if (is_stricter(*ours) && theirs == "ok") return true;
  switch (stage_of(*ours)) {
    case Stage::reading: return theirs == "no" || (is_stricter(*ours) && theirs == "claims");
    case Stage::key:
    case Stage::signature: return theirs == "no";
    case Stage::claims: return theirs == "claims";
  }
  return false;
}

/// Headers that rhonabwy does not understand, or understands too well: RFC 9864's name of EdDSA, and `zip`, which means something in JWE only
/// but makes rhonabwy inflate the payload.
bool means_something_else_to_rhonabwy(std::string_view token) {
  const auto header = json::parse(from_base64url(token.substr(0, token.find('.'))).value_or(""));
  return header && (header->text("alg") == "Ed25519" || header->find("zip"));
}

class Judge {
 public:
  /// False for a line that is not understood.
  bool take(const json::Value& line) {
    const auto& items = *line.as_array();
    const auto& what = *items.at(0).as_string();
    if (what == "rules") return take_rules(items.at(1));
    if (what == "keys") return take_keys(*items.at(1).as_string());
    const auto set = static_cast<std::size_t>(items.at(1).as_int().value());
    take_token(set, *items.at(2).as_string(), *items.at(3).as_string(), *items.at(4).as_string());
    return true;
  }

  [[nodiscard]] json::Value summary() const {
    auto outcomes = json::Value::object();
    for (const auto& [name, count] : outcomes_) outcomes.set(name, count);
    return json::Value::object({{"tokens", tokens_},
                                {"seen_by_rhonabwy", asked_rhonabwy_},
                                {"disagreements", disagreements_},
                                {"outcomes", std::move(outcomes)}});
  }
  [[nodiscard]] bool agreed() const { return disagreements_ == 0; }

 private:
  bool take_rules(const json::Value& rules) {
    rules_.issuer = rules.text("issuer");
    rules_.skew = std::chrono::seconds{*rules.find("skew")->as_int()};
    rules_.max_token_age = std::chrono::seconds{*rules.find("max_token_age")->as_int()};
    now_ = Time{std::chrono::seconds{*rules.find("now")->as_int()}};
    for (const auto& audience : *rules.find("audiences")->as_array()) audiences_.push_back(*audience.as_string());
    for (const auto& name : *rules.find("algorithms")->as_array()) {
      const auto algorithm = algorithm_named(*name.as_string());
      if (!algorithm) return false;
      algorithms_.add(*algorithm);
    }
    return true;
  }

  bool take_keys(const std::string& jwks) {
    auto set = KeySet::parse(jwks);
    if (!set) return false;
    sets_.push_back(std::move(*set));
    rhonabwy_.emplace_back(jwks);
    return true;
  }

  std::optional<Refusal> judge(std::string_view text, std::size_t set) const {
    const auto token = verify(text, sets_.at(set), algorithms_);
    if (!token) return token.error();
    const auto checked = check_claims(*token, rules_, audiences_, now_);
    return checked ? std::nullopt : std::optional(checked.error());
  }

  void take_token(std::size_t set, std::string_view theirs, const std::string& kind, const std::string& text) {
    const auto ours = judge(text, set);
    ++tokens_;
    const std::string outcome(ours ? to_string(*ours) : "ok");
    ++outcomes_[outcome];
    const bool must_be_right = kind == "genuine" || kind == "fresh";
    if (!agrees_with_npm(ours, theirs) || (must_be_right && ours))
      complain("npm jose", theirs, outcome, set, kind, text);
    ask_rhonabwy(ours, set, kind, text);
  }

  /// About signatures only: what came as far as one has a form that both understand.
  void ask_rhonabwy(const std::optional<Refusal>& ours, std::size_t set, const std::string& kind,
                    const std::string& text) {
    const bool came_to_signature = !ours || stage_of(*ours) >= Stage::signature;
    if (!came_to_signature || means_something_else_to_rhonabwy(text)) return;
    const auto kid = UnverifiedToken::read(text)->header().kid;
    const auto theirs = rhonabwy_.at(set).accepts(text, kid);
    if (!theirs) return;
    ++asked_rhonabwy_;
    const bool accepted = ours != Refusal::bad_signature;
    if (*theirs != accepted)
      complain("rhonabwy", *theirs ? "ok" : "no", accepted ? "ok" : "bad_signature", set, kind, text);
  }

  void complain(std::string_view who, std::string_view theirs, std::string_view ours, std::size_t set,
                const std::string& kind, const std::string& text) {
    ++disagreements_;
    std::cout << who << " says " << theirs << ", Gatehouse " << ours << ": " << kind << ", set " << set << ", " << text
              << '\n';
  }

  ClaimRules rules_;
  std::vector<std::string> audiences_;
  Algorithms algorithms_;
  Time now_{};
  std::vector<KeySet> sets_;
  std::vector<test::Rhonabwy> rhonabwy_;
  std::map<std::string, std::size_t> outcomes_;
  std::size_t tokens_ = 0, asked_rhonabwy_ = 0, disagreements_ = 0;
};

}  // namespace

int main() {
  Judge judge;
  std::string text;
  while (std::getline(std::cin, text)) {
    const auto line = json::parse(text);
    if (!line || !judge.take(*line)) {
      std::cerr << "not understood: " << text << '\n';
      return 2;
    }
  }
  std::cout << judge.summary().str() << std::endl;
  return judge.agreed() ? 0 : 1;
}
