#include <gatehouse/identity/logout.hpp>

#include <algorithm>
#include <cmath>

#include "src/identity/digest.hpp"
#include "src/identity/form.hpp"
#include "src/identity/recently_used.hpp"

namespace gatehouse::identity {
namespace {

using json::Value;

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";

std::optional<jose::Time> time_of(const Value& claims, std::string_view name) {
  constexpr double kLastSecond = 253'402'300'799;
  const Value* const claim = claims.find(name);
  const auto seconds = claim ? claim->as_double() : std::nullopt;
  if (!seconds || *seconds < 0 || *seconds > kLastSecond) return std::nullopt;
  return jose::Time{Milliseconds{std::llround(*seconds * 1000)}};
}

bool is_meant_for(const Value& claims, const std::vector<std::string>& audiences) {
  const auto is_ours = [&](const Value& one) {
    return one.as_string() && std::ranges::find(audiences, *one.as_string()) != audiences.end();
  };
  const Value* const aud = claims.find("aud");
  if (!aud) return false;
  return aud->as_array() ? std::ranges::any_of(*aud->as_array(), is_ours) : is_ours(*aud);
}

bool is_text_or_missing(const Value& claims, std::string_view name) {
  const Value* const claim = claims.find(name);
  return !claim || (claim->is_string() && !claim->as_string()->empty());
}

/// Empty: it is a logout token for us, now. Rule: section 2.6.
std::string_view problem_of(const jose::Token& token, const IssuerOptions& issuer, const LogoutOptions& options,
                            jose::Time now) {
  const Value& claims = token.claims;
  std::string_view typ = token.header.typ;
  if (net::equals_ignoring_case(typ.substr(0, 12), "application/")) typ.remove_prefix(12);
  if (!net::equals_ignoring_case(typ, "logout+jwt")) return "typ is not logout+jwt";
  if (claims.text("iss") != issuer.issuer) return "another issuer";
  if (!is_meant_for(claims, issuer.logout_audiences)) return "another audience";
  const auto iat = time_of(claims, "iat"), exp = time_of(claims, "exp");
  if (!iat || (claims.find("exp") && !exp)) return "iat or exp is missing or no time";
  const auto skew = std::clamp(issuer.skew, std::chrono::seconds{0}, jose::ClaimRules::kMaxSkew);
  if (*iat > now + skew || now >= *iat + options.max_age + skew || (exp && now >= *exp + skew)) return "not of now";
  const Value* const events = claims.find("events");
  const Value* const event = events ? events->find(kEvent) : nullptr;
  if (!event || !event->is_object()) return "no logout event";
  if (claims.find("nonce")) return "it has a nonce: an ID token";
  if (claims.text("jti").empty()) return "no jti";
  if (!is_text_or_missing(claims, "sub") || !is_text_or_missing(claims, "sid")) return "sub or sid is no text";
  if (!claims.find("sub") && !claims.find("sid")) return "neither sub nor sid";
  return {};
}

}  // namespace

struct LogoutReceiver::Impl {
  Result<void> refuse(std::string_view address, std::string_view why) {
    ++counters.refused;
    budget->failed(address, time.steady());
    return fail(Kind::invalid_request, Origin::client, "This is not a logout token for this place.", std::string(why));
  }
  void revoke(const jose::Token& token) {
    const mcp::WallTime now = std::chrono::floor<std::chrono::seconds>(time.wall());
    Revocation revocation;
    revocation.issuer = token.claims.text("iss");
    revocation.keep_until = now + options.max_lifetime;
    const bool has_session = token.claims.find("sid") != nullptr;
    revocation.of = has_session ? Revocation::Of::session : Revocation::Of::subject;
    revocation.value = token.claims.text(has_session ? "sid" : "sub");
    // Of the issuer's clock, as the `iat` of the tokens that it is compared with.
    if (!has_session) revocation.issued_until = std::chrono::ceil<std::chrono::seconds>(*time_of(token.claims, "iat"));
    denied->add(revocation, now);
  }

  LogoutOptions options;
  std::vector<std::shared_ptr<Issuer>> issuers;
  std::shared_ptr<DenyList> denied;
  std::shared_ptr<FailureBudget> budget;
  const TimeSource& time;
  Digester digest;
  RecentlyUsed<Digest, TimePoint, DigestHash> seen;  // until when a logout token would be accepted again
  Counters counters;
};

LogoutReceiver::LogoutReceiver(LogoutOptions options, std::vector<std::shared_ptr<Issuer>> issuers,
                               std::shared_ptr<DenyList> denied, std::shared_ptr<FailureBudget> budget,
                               const TimeSource& time)
    : impl_(new Impl{.options = options,
                     .issuers = std::move(issuers),
                     .denied = std::move(denied),
                     .budget = std::move(budget),
                     .time = time,
                     .digest = {},
                     .seen = decltype(Impl::seen)(options.max_remembered),
                     .counters = {}}) {}
LogoutReceiver::~LogoutReceiver() = default;

Task<Result<void>> LogoutReceiver::receive(std::string_view form, std::string_view address) {
  Impl& self = *impl_;
  const auto wait = self.budget->wait(address, self.time.steady());
  if (wait > Milliseconds{0}) {
    Error error{Kind::throttled, Origin::client, "Too many bad credentials came from this address: try again later."};
    error.retry = Retry::later(wait);
    co_return std::unexpected(std::move(error));
  }
  const auto text = form_value(form, "logout_token");
  if (!text) co_return self.refuse(address, "no logout_token in the form");
  auto token = jose::UnverifiedToken::read(*text);
  if (!token) co_return self.refuse(address, to_string(token.error()));
  const auto named = [&](const auto& one) { return one->options().issuer == token->unverified_issuer(); };
  const auto issuer = std::ranges::find_if(self.issuers, named);
  if (issuer == self.issuers.end()) co_return self.refuse(address, "unknown issuer");
  auto verified = co_await (*issuer)->verify(std::move(*token));
  if (!verified) {
    if (verified.error().origin == Origin::client) self.budget->failed(address, self.time.steady());
    co_return std::unexpected(std::move(verified.error()));
  }
  if (!*verified) co_return self.refuse(address, to_string(verified->error()));
  const jose::Token& good = **verified;
  const auto problem = problem_of(good, (*issuer)->options(), self.options, self.time.wall());
  if (!problem.empty()) co_return self.refuse(address, problem);
  const Digest id = self.digest((*issuer)->options().issuer, good.claims.text("jti"));
  const TimePoint now = self.time.steady();
  const TimePoint* const seen = self.seen.find(id);
  if (seen && now < *seen) co_return self.refuse(address, "it came before");
  self.seen.put(id, now + self.options.max_age + 2 * jose::ClaimRules::kMaxSkew);
  self.revoke(good);
  ++self.counters.accepted;
  co_return Result<void>{};
}

const LogoutReceiver::Counters& LogoutReceiver::counters() const { return impl_->counters; }

}  // namespace gatehouse::identity
