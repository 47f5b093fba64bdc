#include <gatehouse/identity/token_verifier.hpp>

#include <algorithm>
#include <array>

#include <gatehouse/identity/certificate_verifier.hpp>

#include "src/identity/digest.hpp"
#include "src/identity/recently_used.hpp"

namespace gatehouse::identity {
namespace {

/// Why a token is refused that jose has nothing against.
constexpr std::string_view kUnknownIssuer = "unknown_issuer", kOpaque = "opaque_token", kInactive = "inactive",
                           kSenderNotProven = "sender_not_proven", kUnusableClaims = "unusable_claims",
                           kRevoked = "revoked";
constexpr std::array kOurReasons = {kUnknownIssuer, kOpaque, kInactive, kSenderNotProven, kUnusableClaims, kRevoked};

/// Three or five parts, the first of which is a JSON object in base64url: `{` and whatever is behind it. Nothing else is tried with such
/// a token than what JWTs are for (security design 3.1).
bool has_form_of_jwt(std::string_view token) {
  const auto dots = std::ranges::count(token, '.');
  if ((dots != 2 && dots != 4) || token.size() < 2 || token[0] != 'e') return false;
  const char second = token[1];
  return (second >= 'w' && second <= 'z') || (second >= '0' && second <= '9') || second == '-' || second == '_';
}

jose::Time as_time(mcp::WallTime time) { return jose::Time{time.time_since_epoch()}; }

}  // namespace

std::vector<std::string_view> token_refusals() {
  std::vector<std::string_view> all(kOurReasons.begin(), kOurReasons.end());
  constexpr auto kLast = static_cast<unsigned>(jose::Refusal::unknown_confirmation);
  for (unsigned i = 0; i <= kLast; ++i) all.push_back(to_string(static_cast<jose::Refusal>(i)));
  return all;
}

struct TokenVerifier::Impl {
  struct Accepted {
    std::shared_ptr<const mcp::Principal> who;
    const Issuer* issuer = nullptr;
    std::uint64_t keys = 0, denials = 0;  // generations that were looked at
    TimePoint until{};
    std::string certificate;  // whose thumbprint its sender has to have; empty: it is bound to nobody
  };
  struct Refused {
    std::string why;
    const Issuer* issuer = nullptr;  // null: no issuer was asked
    std::uint64_t keys = 0;
    TimePoint until{};
  };
  /// What a verdict is remembered with.
  struct Subject {
    const Digest& digest;
    const Circumstances& around;
    std::string_view token;
  };

  Impl(TokenVerifierOptions the_options, std::vector<std::shared_ptr<Issuer>> the_issuers,
       std::shared_ptr<Introspection> the_introspection, std::shared_ptr<DenyList> the_denied,
       std::shared_ptr<FailureBudget> the_budget)
      : options(the_options),
        issuers(std::move(the_issuers)),
        introspection(std::move(the_introspection)),
        denied(std::move(the_denied)),
        budget(std::move(the_budget)),
        accepted(options.max_accepted),
        refused(options.max_refused) {}

  [[nodiscard]] Issuer* issuer_named(std::string_view name) const;
  [[nodiscard]] bool has_issuer(std::string_view name) const;
  std::optional<Verdict> known_good(const Digest& digest, const Circumstances& around);
  std::optional<Verdict> known_bad(const Digest& digest, const Circumstances& around);
  Task<Verdict> find_out(Subject subject) {
    return has_form_of_jwt(subject.token) ? verify_jwt(subject) : introspect(subject);
  }
  Task<Verdict> verify_jwt(Subject subject);
  Task<Verdict> introspect(Subject subject);
  Verdict judge(Subject subject, Issuer& issuer, const jose::Token& token, std::string_view method);
  Verdict refuse(Subject subject, std::string_view reason, const Issuer* issuer, std::string_view detail = {});
  Verdict not_proven(const Circumstances& around);
  Verdict unavailable(Error error, const Circumstances& around);
  void charge(const Circumstances& around) const {
    if (budget) budget->failed(around.exchange.peer_address(), around.received_at);
  }
  void count(std::string_view reason);

  const TokenVerifierOptions options;
  const std::vector<std::shared_ptr<Issuer>> issuers;
  const std::shared_ptr<Introspection> introspection;
  const std::shared_ptr<DenyList> denied;
  const std::shared_ptr<FailureBudget> budget;  // null: somebody else counts
  Digester digest;
  RecentlyUsed<Digest, Accepted, DigestHash> accepted;
  RecentlyUsed<Digest, Refused, DigestHash> refused;
  Counters counters;
};

Issuer* TokenVerifier::Impl::issuer_named(std::string_view name) const {
  const auto found = std::ranges::find_if(issuers, [&](const auto& one) { return one->options().issuer == name; });
  return found == issuers.end() ? nullptr : found->get();
}

bool TokenVerifier::Impl::has_issuer(std::string_view name) const {
  return issuer_named(name) || (introspection && introspection->issuer().options().issuer == name);
}

std::optional<Verdict> TokenVerifier::Impl::known_good(const Digest& name, const Circumstances& around) {
  Accepted* const entry = accepted.find(name);
  if (!entry) return std::nullopt;
  if (around.received_at >= entry->until || entry->keys != entry->issuer->generation()) {
    accepted.erase(name);
    return std::nullopt;
  }
  if (entry->denials != denied->generation()) {
    if (denied->denies(*entry->who, around.now)) {
      accepted.erase(name);
      return std::nullopt;
    }
    entry->denials = denied->generation();
  }
  if (!entry->certificate.empty() && !bound_to_certificate(around.exchange, entry->certificate)) {
    return not_proven(around);
  }
  ++counters.known_good;
  return Verdict(entry->who);
}

std::optional<Verdict> TokenVerifier::Impl::known_bad(const Digest& name, const Circumstances& around) {
  const Refused* const entry = refused.find(name);
  if (!entry) return std::nullopt;
  if (around.received_at >= entry->until || (entry->issuer && entry->keys != entry->issuer->generation())) {
    refused.erase(name);
    return std::nullopt;
  }
  ++counters.known_bad;
  return not_good(around.place, entry->why);
}

/// Not remembered against the token: whoever it was made for can still use it.
Verdict TokenVerifier::Impl::not_proven(const Circumstances& around) {
  count(kSenderNotProven);
  charge(around);
  return not_good(around.place, std::string(kSenderNotProven));
}

void TokenVerifier::Impl::count(std::string_view reason) {
  const auto known = std::ranges::find(counters.refused, reason, [](const auto& one) { return one.first; });
  if (known == counters.refused.end()) {
    counters.refused.emplace_back(reason, 1);
  } else {
    ++known->second;
  }
}

/// Nothing is known about the token; origin client: and the reason may be the token.
Verdict TokenVerifier::Impl::unavailable(Error error, const Circumstances& around) {
  ++counters.unavailable;
  if (error.origin == Origin::client) charge(around);
  return std::unexpected(std::move(error));
}

Verdict TokenVerifier::Impl::refuse(Subject subject, std::string_view reason, const Issuer* issuer,
                                    std::string_view detail) {
  count(reason);
  Refused entry;
  entry.why = reason;
  if (issuer) entry.why.append(", issuer ").append(issuer->options().id);
  if (!detail.empty()) entry.why.append(": ").append(detail);
  entry.issuer = issuer;
  entry.keys = issuer ? issuer->generation() : 0;
  entry.until = subject.around.received_at + options.refused_ttl;
  charge(subject.around);
  Verdict verdict = not_good(subject.around.place, entry.why);
  refused.put(subject.digest, std::move(entry));
  return verdict;
}

Task<Verdict> TokenVerifier::Impl::verify_jwt(Subject subject) {
  ++counters.verifications;
  auto token = jose::UnverifiedToken::read(subject.token, options.read);
  if (!token) co_return refuse(subject, to_string(token.error()), nullptr);
  Issuer* const issuer = issuer_named(token->unverified_issuer());
  if (!issuer) co_return refuse(subject, kUnknownIssuer, nullptr);
  auto verified = co_await issuer->verify(std::move(*token));
  if (!verified) co_return unavailable(std::move(verified.error()), subject.around);
  if (!*verified) co_return refuse(subject, to_string(verified->error()), issuer);
  co_return judge(subject, *issuer, **verified, "jwt");
}

Task<Verdict> TokenVerifier::Impl::introspect(Subject subject) {
  if (!introspection) co_return refuse(subject, kOpaque, nullptr);
  ++counters.verifications;
  auto answer = co_await introspection->ask(subject.token, subject.around.place);
  if (!answer) co_return unavailable(std::move(answer.error()), subject.around);
  Issuer& issuer = introspection->issuer();
  if (!*answer) co_return refuse(subject, kInactive, &issuer);
  co_return judge(subject, issuer, **answer, "introspection");
}

/// A token that its issuer vouches for: is it for us, and who is it? REQUIRES: `method` is "jwt" or "introspection".
Verdict TokenVerifier::Impl::judge(Subject subject, Issuer& issuer, const jose::Token& token, std::string_view method) {
  const IssuerOptions& rules = issuer.options();
  const Circumstances& around = subject.around;
  jose::ClaimRules claim_rules{rules.issuer, rules.clients, rules.typ, rules.skew, rules.max_token_age};
  if (method == "introspection") claim_rules.typ = jose::TypeRule::access_token;
  std::vector<std::string> audiences = around.place.audiences;
  audiences.insert(audiences.end(), rules.audiences.begin(), rules.audiences.end());
  const auto checked = jose::check_claims(token, claim_rules, audiences, as_time(around.now));
  if (!checked) return refuse(subject, to_string(checked.error()), &issuer);
  // A bound token must not pass for one that is not (RS-73). DPoP proofs are not checked here, so nobody can prove to have such a key.
  const std::string certificate(checked->confirmation.x5t_s256);
  const bool is_proven =
      checked->confirmation.jkt.empty() && (certificate.empty() || bound_to_certificate(around.exchange, certificate));
  if (!is_proven) return not_proven(around);
  auto made = principal_of(token, *checked, rules.claims);
  if (!made) return refuse(subject, kUnusableClaims, &issuer, made.error());
  const auto jti = token.claims.text("jti");
  made->auth.method = method;
  made->auth.credential_id = jti.empty() ? short_id("token", subject.token) : DenyList::token_id(rules.issuer, jti);
  if (denied->denies(*made, around.now)) return refuse(subject, kRevoked, &issuer);

  auto who = std::make_shared<const mcp::Principal>(std::move(*made));
  const auto left = std::chrono::duration_cast<Milliseconds>(checked->expires_at - as_time(around.now));
  const Milliseconds remembered = std::min(left, Milliseconds(options.accepted_ttl));
  if (remembered > Milliseconds{0}) {
    accepted.put(subject.digest, {who, &issuer, issuer.generation(), denied->generation(),
                                  around.received_at + remembered, certificate});
  }
  return who;
}

TokenVerifier::TokenVerifier(TokenVerifierOptions options, std::vector<std::shared_ptr<Issuer>> issuers,
                             std::shared_ptr<Introspection> introspection, std::shared_ptr<DenyList> denied,
                             std::shared_ptr<FailureBudget> budget)
    : impl_(std::make_unique<Impl>(options, std::move(issuers), std::move(introspection), std::move(denied),
                                   std::move(budget))) {}
TokenVerifier::~TokenVerifier() = default;

std::optional<Verdict> TokenVerifier::known(std::string_view credential, const Circumstances& around) {
  const Digest name = impl_->digest(around.place.path, credential);
  auto verdict = impl_->known_good(name, around);
  if (!verdict) verdict = impl_->known_bad(name, around);
  if (verdict) return verdict;
  const auto wait =
      impl_->budget ? impl_->budget->wait(around.exchange.peer_address(), around.received_at) : Milliseconds{0};
  if (wait == Milliseconds{0}) return std::nullopt;
  ++impl_->counters.throttled;
  return fail(Error{Kind::throttled, Origin::client, "Too many bad credentials came from this address: try again later."}
                  .with_retry(Retry::later(wait)));
}

Task<Verdict> TokenVerifier::verify(std::string_view credential, const Circumstances& around) {
  const Digest name = impl_->digest(around.place.path, credential);
  auto meanwhile = impl_->known_good(name, around);  // many requests come with one new token
  if (meanwhile) co_return std::move(*meanwhile);
  auto verdict = co_await impl_->find_out({name, around, credential});
  co_return verdict;
}

bool TokenVerifier::still_good(const mcp::Principal& who, mcp::WallTime now) const {
  const bool is_over = who.expires_at && *who.expires_at <= now;
  return !is_over && impl_->has_issuer(who.issuer) && !impl_->denied->denies(who, now);
}

const TokenVerifier::Counters& TokenVerifier::counters() const { return impl_->counters; }
std::size_t TokenVerifier::remembered() const { return impl_->accepted.size() + impl_->refused.size(); }

}  // namespace gatehouse::identity
