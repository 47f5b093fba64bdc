#include <gatehouse/identity/gatekeeper.hpp>

#include <chrono>
#include <string>

#include <gatehouse/base/log.hpp>
#include <gatehouse/base/wall_clock.hpp>

namespace gatehouse::identity {
namespace {

constexpr std::uint64_t kLinesPerMinute = 60;  // in the log, about refusals at one endpoint

}  // namespace

std::unexpected<Error> not_good(const Protected& place, std::string reason) {
  return std::unexpected(Error{Kind::invalid_credential, Origin::client,
                               "The credential is not, or no longer, good here.", std::move(reason)}
                             .with_challenge(challenge_invalid_token(place.resource)));
}

std::unexpected<Error> nobody_yet(const Protected& place) {
  return std::unexpected(Error{Kind::unauthenticated, Origin::client, "Authentication is required."}.with_challenge(
      challenge_unauthenticated(place.resource)));
}

Gatekeeper::Gatekeeper(Protected place, Verifiers verifiers)
    : place_(std::move(place)), verifiers_(std::move(verifiers)) {}

Verifier* Gatekeeper::verifier_for(CredentialForm form) const {
  switch (form) {
    case CredentialForm::bearer: return verifiers_.tokens.get();
    case CredentialForm::api_key: return verifiers_.api_keys.get();
    case CredentialForm::none: return verifiers_.surroundings.get();
    case CredentialForm::unsupported: return nullptr;
  }
  return nullptr;
}

/// Nobody judges this form here.
Error Gatekeeper::nobody_here(CredentialForm form) const {
  if (form == CredentialForm::bearer || form == CredentialForm::api_key)
    return not_good(place_, "this form of credential is not accepted here").error();
  return nobody_yet(place_).error();
}

Verdict Gatekeeper::settled(Verdict verdict, const net::HttpExchange& exchange) {
  if (!verdict) return refuse(std::move(verdict.error()), exchange);
  ++counters_.admitted;
  return verdict;
}

/// Operators learn why; what a client said never stands in `detail`.
std::unexpected<Error> Gatekeeper::refuse(Error error, const net::HttpExchange& exchange) {
  ++counters_.refused;
  if (error.kind == Kind::unauthenticated) return fail(std::move(error));  // how every login begins
  const TimePoint now = Clock::now();
  if (now - minute_ >= std::chrono::minutes(1)) {
    if (lines_ > kLinesPerMinute)
      log::info("more credentials were refused", {{"count", std::to_string(lines_ - kLinesPerMinute), true}});
    minute_ = now;
    lines_ = 0;
  }
  if (++lines_ <= kLinesPerMinute)
    log::info("a credential was refused", {{"endpoint", place_.path},
                                           {"address", exchange.peer_address()},
                                           {"kind", to_string(error.kind)},
                                           {"reason", error.detail.empty() ? error.message : error.detail}});
  return fail(std::move(error));
}

std::optional<Verdict> Gatekeeper::known(const net::HttpExchange& exchange) {
  auto credential = find_credential(exchange.head());
  if (!credential) return refuse(std::move(credential.error()).with_challenge(challenge_invalid_request()), exchange);
  if (credential->form != CredentialForm::none && verifiers_.surroundings &&
      verifiers_.surroundings->has_credential(exchange))
    return refuse(Error(Kind::bad_credential_form, Origin::client,
                        "Send one credential: the proxy names somebody, and the headers have a credential, too.")
                      .with_challenge(challenge_invalid_request()),
                  exchange);
  Verifier* verifier = verifier_for(credential->form);
  if (!verifier) return refuse(nobody_here(credential->form), exchange);
  auto verdict = verifier->known(credential->text, {place_, exchange, wall_clock(), Clock::now()});
  if (!verdict) return std::nullopt;
  return settled(std::move(*verdict), exchange);
}

Task<Verdict> Gatekeeper::authenticate(const net::HttpExchange& exchange) {
  const auto credential =
      find_credential(exchange.head());  // it was found before: `known` refuses what is wrong about it
  Verifier* verifier = credential ? verifier_for(credential->form) : nullptr;
  if (!verifier) co_return fail(nobody_here(CredentialForm::none));
  const Circumstances around{place_, exchange, wall_clock(), Clock::now()};
  auto verdict = co_await verifier->verify(credential->text, around);
  co_return settled(std::move(verdict), exchange);
}

Verifier* Gatekeeper::verifier_of(const mcp::Principal& who) const {
  const std::string& method = who.auth.method;
  if (method == "api_key") return verifiers_.api_keys.get();
  if (method == "jwt" || method == "introspection") return verifiers_.tokens.get();
  return verifiers_.surroundings.get();
}

bool Gatekeeper::still_good(const mcp::Principal& who, mcp::WallTime now) const {
  if (who.expires_at && *who.expires_at <= now) return false;
  const Verifier* verifier = verifier_of(who);
  return verifier && verifier->still_good(who, now);
}

}  // namespace gatehouse::identity
