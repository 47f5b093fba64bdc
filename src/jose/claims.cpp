#include <gatehouse/jose/claims.hpp>

#include <algorithm>
#include <cmath>

namespace gatehouse::jose {
namespace {

using json::Value;
using Refused = std::unexpected<Refusal>;

bool same_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// Media types without `application/` in front (RFC 7515 section 4.1.9), in any case.
bool is_access_token_type(std::string_view type) { return same_but_for_case(type, "at+jwt"); }

bool is_type_of_something_else(std::string_view type) {
  constexpr std::string_view kSuffix = "+jwt";
  const bool is_some_jwt =
      type.size() >= kSuffix.size() && same_but_for_case(type.substr(type.size() - kSuffix.size()), kSuffix);
  return (is_some_jwt && !is_access_token_type(type)) || same_but_for_case(type, "JOSE") ||
         same_but_for_case(type, "JOSE+JSON");
}

bool type_is_right(std::string_view type, TypeRule rule) {
  constexpr std::string_view kPrefix = "application/";
  if (same_but_for_case(type.substr(0, kPrefix.size()), kPrefix)) type.remove_prefix(kPrefix.size());
  return rule == TypeRule::access_token ? is_access_token_type(type) : !is_type_of_something_else(type);
}

/// `aud`, a text or a list of texts, as a list. Errors: bad_claim.
Verdict<std::vector<std::string_view>> audiences_of(const Value& claims) {
  const Value* const member = claims.find("aud");
  if (!member) return Refused(Refusal::wrong_audience);
  if (const auto* one = member->as_string()) return std::vector<std::string_view>{*one};
  const auto* const items = member->as_array();
  if (!items) return Refused(Refusal::bad_claim);
  std::vector<std::string_view> audiences;
  audiences.reserve(items->size());
  for (const Value& item : *items) {
    if (!item.is_string()) return Refused(Refusal::bad_claim);
    audiences.push_back(*item.as_string());
  }
  return audiences;
}

/// Empty for a missing one. Errors: bad_claim.
Verdict<std::string_view> text_of(const Value& claims, std::string_view name) {
  const Value* const member = claims.find(name);
  if (!member) return std::string_view{};
  if (!member->is_string()) return Refused(Refusal::bad_claim);
  return std::string_view(*member->as_string());
}

/// Seconds since 1970, with a fraction perhaps, to the nearest millisecond. What lies beyond the year 9999 is no date but a mistake
/// (milliseconds, usually) that would make a token live for ever. Errors: bad_claim.
Verdict<std::optional<Time>> time_of(const Value& claims, std::string_view name) {
  constexpr double kLastSecond = 253'402'300'799;
  const Value* const member = claims.find(name);
  if (!member) return std::nullopt;
  const auto seconds = member->as_double();
  if (!seconds || std::abs(*seconds) > kLastSecond) return Refused(Refusal::bad_claim);
  return Time{std::chrono::milliseconds{std::llround(*seconds * 1000)}};
}

struct Parties {
  std::string_view client_id, azp;
};

Verdict<Parties> parties_of(const Value& claims) {
  const auto client_id = text_of(claims, "client_id");
  const auto azp = text_of(claims, "azp");
  if (!client_id || !azp) return Refused(Refusal::bad_claim);
  return Parties{*client_id, *azp};
}

bool contains(std::span<const std::string> list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Whoever the token names as its client is on the list, and it names one.
bool client_is_known(const Parties& parties, const std::vector<std::string>& clients) {
  if (clients.empty()) return true;
  if (parties.client_id.empty() && parties.azp.empty()) return false;
  return (parties.client_id.empty() || contains(clients, parties.client_id)) &&
         (parties.azp.empty() || contains(clients, parties.azp));
}

/// An ID token is for the client, an access token for a server; security events and logout tokens have `events`.
bool looks_like_another_kind(const Value& claims, const Parties& parties, const ClaimRules& rules,
                             const std::vector<std::string_view>& audiences) {
  for (const char* const name : {"nonce", "at_hash", "c_hash", "events"}) {
    if (claims.find(name)) return true;
  }
  return !audiences.empty() && std::all_of(audiences.begin(), audiences.end(), [&](std::string_view audience) {
    return audience == parties.client_id || audience == parties.azp || contains(rules.clients, audience);
  });
}

Verdict<Confirmation> confirmation_of(const Value& claims) {
  Confirmation confirmation;
  const Value* const member = claims.find("cnf");
  if (!member) return confirmation;
  const auto* const ways = member->as_object();
  if (!ways) return Refused(Refusal::bad_claim);
  for (const auto& [name, value] : *ways) {
    const bool is_known = name == "jkt" || name == "x5t#S256";
    if (!is_known || value.as_string() == nullptr) return Refused(Refusal::unknown_confirmation);
    (name == "jkt" ? confirmation.jkt : confirmation.x5t_s256) = *value.as_string();
  }
  // Bound, but to nothing that could be checked: it must not pass for a token that is not bound.
  const bool has_empty = ways->empty() || (member->find("jkt") && confirmation.jkt.empty()) ||
                         (member->find("x5t#S256") && confirmation.x5t_s256.empty());
  if (has_empty) return Refused(Refusal::unknown_confirmation);
  return confirmation;
}

/// Returns `exp`.
Verdict<Time> check_times(const Value& claims, const ClaimRules& rules, Time now) {
  const auto exp = time_of(claims, "exp"), nbf = time_of(claims, "nbf"), iat = time_of(claims, "iat");
  if (!exp || !*exp || !nbf || !iat) return Refused(Refusal::bad_claim);
  const auto skew = std::clamp(rules.skew, std::chrono::seconds{0}, ClaimRules::kMaxSkew);
  if (now >= **exp + skew) return Refused(Refusal::expired);
  if (*nbf && **nbf > now + skew) return Refused(Refusal::not_yet_valid);
  if (*iat && **iat > now + skew) return Refused(Refusal::issued_in_future);
  if (rules.max_token_age) {
    if (!*iat) return Refused(Refusal::bad_claim);
    if (now - **iat > *rules.max_token_age + skew) return Refused(Refusal::too_old);
  }
  return **exp;
}

}  // namespace

Verdict<CheckedClaims> check_claims(const Token& token, const ClaimRules& rules, std::span<const std::string> audiences,
                                    Time now) {
  const Value& claims = token.claims;
  if (!type_is_right(token.header.typ, rules.typ)) return Refused(Refusal::wrong_type);
  const auto issuer = text_of(claims, "iss");
  if (!issuer) return Refused(issuer.error());
  if (issuer->empty() || *issuer != rules.issuer) return Refused(Refusal::wrong_issuer);
  const auto times = check_times(claims, rules, now);
  if (!times) return Refused(times.error());
  const auto meant_for = audiences_of(claims);
  if (!meant_for) return Refused(meant_for.error());
  const auto parties = parties_of(claims);
  if (!parties) return Refused(parties.error());
  if (rules.typ == TypeRule::any && looks_like_another_kind(claims, *parties, rules, *meant_for)) {
    return Refused(Refusal::other_kind_of_token);
  }
  const bool is_for_us =
      std::any_of(meant_for->begin(), meant_for->end(), [&](auto audience) { return contains(audiences, audience); });
  if (!is_for_us) return Refused(Refusal::wrong_audience);
  if (!client_is_known(*parties, rules.clients)) return Refused(Refusal::wrong_client);
  const auto subject = text_of(claims, "sub");
  if (!subject || subject->empty()) return Refused(Refusal::bad_claim);
  const auto confirmation = confirmation_of(claims);
  if (!confirmation) return Refused(confirmation.error());
  return CheckedClaims{*subject, parties->client_id.empty() ? parties->azp : parties->client_id, *times, *confirmation};
}

}  // namespace gatehouse::jose
