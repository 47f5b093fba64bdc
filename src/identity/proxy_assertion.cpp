#include <gatehouse/identity/proxy_assertion.hpp>

#include <array>

namespace gatehouse::identity {

std::string_view ProxyAssertions::objection(std::string_view token, std::string_view user, jose::Time now) {
  const auto verified = jose::verify(token, options_.keys, options_.algorithms);
  if (!verified) return to_string(verified.error());
  const jose::ClaimRules rules{.issuer = options_.issuer,
                               .typ = jose::TypeRule::any,
                               .skew = std::chrono::seconds(5),
                               .max_token_age = options_.max_lifetime};
  const std::array audiences = {options_.audience};
  const auto claims = jose::check_claims(*verified, rules, audiences, now);
  if (!claims) return to_string(claims.error());
  if (claims->confirmation.needed()) return "bound to a key";
  if (claims->expires_at - now > options_.max_lifetime) return "lives too long";
  if (claims->subject != user) return "names somebody else";
  const std::string_view id = verified->claims.text("jti");
  if (id.empty()) return "has no jti";
  return remember(id, claims->expires_at + rules.skew, now) ? std::string_view() : "was used before";
}

bool ProxyAssertions::remember(std::string_view id, jose::Time until, jose::Time now) {
  if (seen_.size() >= options_.max_remembered)
    std::erase_if(seen_, [now](const auto& one) { return one.second < now; });
  if (seen_.size() >= options_.max_remembered) return false;
  return seen_.try_emplace(std::string(id), until).second;
}

}  // namespace gatehouse::identity
