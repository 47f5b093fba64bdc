#include <gatehouse/identity/claim_mapping.hpp>

#include <algorithm>
#include <array>

namespace gatehouse::identity {
namespace {

using json::Value;
using Texts = std::vector<std::string>;
using Problem = std::unexpected<std::string>;

enum class OfText { whole, words };

void add(Texts& list, std::string_view value) {
  if (!value.empty() && std::ranges::find(list, value) == list.end()) list.emplace_back(value);
}

void add_words(Texts& list, std::string_view text) {
  while (!text.empty()) {
    const auto space = text.find(' ');
    add(list, text.substr(0, space));
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  }
}

/// The values of all paths, each once. Fails when there are more than `most`, which is counted down.
std::expected<Texts, std::string> values_of(const Value& claims, const std::vector<ClaimPath>& paths, OfText how,
                                            std::size_t& most) {
  Texts all;
  for (const ClaimPath& path : paths) {
    const Value* const claim = find_claim(claims, path);
    if (!claim || claim->is_null()) continue;
    if (const auto* text = claim->as_string()) {
      how == OfText::words ? add_words(all, *text) : add(all, *text);
    } else if (const auto* items = claim->as_array()) {
      if (items->size() > most) return Problem("too many values in " + path);
      for (const Value& item : *items) {
        if (!item.is_string()) return Problem(path + " is a list with something else than texts");
        add(all, *item.as_string());
      }
    } else {
      return Problem(path + " is neither a text nor a list of texts");
    }
    if (all.size() > most) return Problem("too many values in " + path);
  }
  most -= all.size();
  return all;
}

Texts mapped(Texts values, const ClaimMapping& mapping) {
  if (!mapping.role_map) return values;
  Texts roles;
  for (const std::string& value : values) {
    const auto found = mapping.role_map->find(value);
    if (found == mapping.role_map->end()) continue;
    for (const std::string& role : found->second) add(roles, role);
  }
  return roles;
}

Value kept(const Value& claims, const ClaimMapping& mapping) {
  Value all = Value::object();
  std::size_t bytes = 0;
  for (const ClaimPath& path : mapping.keep) {
    const Value* const claim = find_claim(claims, path);
    if (!claim) continue;
    const std::size_t size = path.size() + claim->str().size();
    if (bytes + size > mapping.max_kept_bytes) continue;
    bytes += size;
    all.set(path, *claim);
  }
  return all;
}

/// A program that acts for itself: its client is the subject, and nothing tells of a person (CC-5).
bool is_service(const Value& claims, const jose::CheckedClaims& checked, const ClaimMapping& mapping) {
  const auto marked = [&](const auto& mark) {
    const Value* const claim = find_claim(claims, mark.first);
    return claim && claim->as_string() && *claim->as_string() == mark.second;
  };
  if (std::ranges::any_of(mapping.service_marks, marked)) return true;
  static constexpr std::array kOfPeople = {"name",     "given_name", "family_name", "preferred_username",
                                           "username", "email",      "auth_time",   "sid"};
  return checked.subject == checked.client &&
         std::ranges::none_of(kOfPeople, [&](const char* name) { return claims.find(name) != nullptr; });
}

std::optional<mcp::WallTime> time_at(const Value& claims, std::string_view name) {
  constexpr double kLastSecond = 253'402'300'799;  // of the year 9999
  const Value* const claim = claims.find(name);
  const auto seconds = claim ? claim->as_double() : std::nullopt;
  if (!seconds || *seconds < 0 || *seconds > kLastSecond) return std::nullopt;
  return mcp::WallTime{std::chrono::seconds{static_cast<std::int64_t>(*seconds)}};
}

mcp::Principal::Authentication login_of(const Value& claims) {
  mcp::Principal::Authentication login;
  login.acr = claims.text("acr");
  login.time = time_at(claims, "auth_time");
  login.issued_at = time_at(claims, "iat");
  const Value* const amr = claims.find("amr");
  constexpr std::size_t kMostMethods = 16;
  if (amr && amr->as_array() && amr->as_array()->size() <= kMostMethods) {
    for (const Value& method : *amr->as_array()) {
      if (const auto* text = method.as_string()) add(login.amr, *text);
    }
  }
  return login;
}

std::expected<std::string, std::string> text_at(const Value& claims, const ClaimPath& path) {
  const Value* const claim = path.empty() ? nullptr : find_claim(claims, path);
  if (!claim || claim->is_null()) return std::string{};
  if (!claim->is_string()) return Problem(path + " is not a text");
  return *claim->as_string();
}

}  // namespace

const Value* find_claim(const Value& claims, std::string_view path) {
  if (const Value* const whole = claims.find(path)) return whole;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const Value* const outer = claims.find(path.substr(0, dot));
    const Value* const inner = outer ? find_claim(*outer, path.substr(dot + 1)) : nullptr;
    if (inner) return inner;
  }
  return nullptr;
}

std::expected<mcp::Principal, std::string> principal_of(const jose::Token& token, const jose::CheckedClaims& checked,
                                                        const ClaimMapping& mapping) {
  const Value& claims = token.claims;
  std::size_t most = mapping.max_values;
  auto scopes = values_of(claims, mapping.scopes, OfText::words, most);
  if (!scopes) return Problem(std::move(scopes.error()));
  auto roles = values_of(claims, mapping.roles, OfText::whole, most);
  if (!roles) return Problem(std::move(roles.error()));
  auto groups = values_of(claims, mapping.groups, OfText::whole, most);
  if (!groups) return Problem(std::move(groups.error()));
  auto tenant = text_at(claims, mapping.tenant);
  if (!tenant) return Problem(std::move(tenant.error()));
  auto session = text_at(claims, mapping.session);
  if (!session) return Problem(std::move(session.error()));

  mcp::Principal who;
  who.issuer = claims.text("iss");
  who.subject = checked.subject;
  who.key = mcp::principal_key(who.issuer, who.subject);
  who.kind = is_service(claims, checked, mapping) ? mcp::PrincipalKind::service : mcp::PrincipalKind::human;
  who.can_step_up = who.kind == mcp::PrincipalKind::human;
  who.tenant = std::move(*tenant);
  who.client_id = checked.client;
  who.scopes = std::move(*scopes);
  who.roles = mapped(std::move(*roles), mapping);
  who.groups = std::move(*groups);
  who.claims = kept(claims, mapping);
  who.auth = login_of(claims);
  who.session_id = std::move(*session);
  who.expires_at = std::chrono::floor<std::chrono::seconds>(checked.expires_at);
  return who;
}

}  // namespace gatehouse::identity
