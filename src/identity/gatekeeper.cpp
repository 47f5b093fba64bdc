#include <gatehouse/identity/gatekeeper.hpp>

#include <chrono>
#include <string>

#include <gatehouse/base/log.hpp>
#include <gatehouse/mcp/refusal.hpp>

namespace gatehouse::identity {
namespace {

constexpr std::uint64_t kLinesPerMinute = 60;  // in the log, about refusals at one endpoint

/// Rounded so that nothing is good, or remembered as good, beyond its end.
mcp::WallTime end_of_second() { return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now()); }

Verifier* verifier_for(CredentialForm form, const Verifiers& verifiers) {
  switch (form) {
    case CredentialForm::bearer: return verifiers.tokens.get();
    case CredentialForm::api_key: return verifiers.api_keys.get();
    case CredentialForm::none: return verifiers.surroundings.get();
    case CredentialForm::unsupported: return nullptr;
  }
  return nullptr;
}

/// Nobody judges this form here.
Error nobody_here(CredentialForm form, const Protected& place) {
  if (form == CredentialForm::bearer || form == CredentialForm::api_key)
    return not_good(place, "this form of credential is not accepted here").error();
  return nobody_yet(place).error();
}

Error malformed(Error error) { return std::move(error).with_challenge(challenge_invalid_request()); }

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

std::optional<Error> objection_to(const net::RequestHead& head, const Protected& place, const Verifiers& verifiers) {
  auto credential = find_credential(head);
  if (!credential) return malformed(std::move(credential.error()));
  if (verifier_for(credential->form, verifiers)) return std::nullopt;
  return nobody_here(credential->form, place);
}

Gatekeeper::Gatekeeper(Protected place, Verifiers verifiers)
    : place_(std::move(place)), verifiers_(std::move(verifiers)) {}

Verdict Gatekeeper::settled(Verdict verdict, const net::HttpExchange& exchange) {
  if (!verdict) return refuse(std::move(verdict.error()), exchange);
  ++counters_.admitted;
  return verdict;
}

/// Operators learn why; what a client said never stands in `detail`.
std::unexpected<Error> Gatekeeper::refuse(Error error, const net::HttpExchange& exchange) {
  ++counters_.refused;
  const std::string name = mcp::name_refusal(error);
  if (error.kind == Kind::unauthenticated) {  // how every login begins
    log::debug("a credential is missing",
               {{"endpoint", place_.path}, {"address", exchange.peer_address()}, {"request_id", name}});
    return fail(std::move(error));
  }
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
                                           {"request_id", name},
                                           {"reason", error.detail.empty() ? error.message : error.detail}});
  return fail(std::move(error));
}

std::optional<Verdict> Gatekeeper::known(const net::HttpExchange& exchange) {
  auto credential = find_credential(exchange.head());
  if (!credential) return refuse(malformed(std::move(credential.error())), exchange);
  if (credential->form != CredentialForm::none && verifiers_.surroundings &&
      verifiers_.surroundings->has_credential(exchange))
    return refuse(malformed({Kind::bad_credential_form, Origin::client,
                             "Send one credential: the proxy names somebody, and the headers have a credential, too."}),
                  exchange);
  Verifier* verifier = verifier_for(credential->form, verifiers_);
  if (!verifier) return refuse(nobody_here(credential->form, place_), exchange);
  auto verdict = verifier->known(credential->text, {place_, exchange, end_of_second(), Clock::now()});
  if (!verdict) return std::nullopt;
  return settled(std::move(*verdict), exchange);
}

Task<Verdict> Gatekeeper::authenticate(const net::HttpExchange& exchange) {
  const auto credential =
      find_credential(exchange.head());  // it was found before: `known` refuses what is wrong about it
  Verifier* verifier = credential ? verifier_for(credential->form, verifiers_) : nullptr;
  if (!verifier) co_return nobody_yet(place_);
  const Circumstances around{place_, exchange, end_of_second(), Clock::now()};
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
