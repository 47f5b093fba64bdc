#include <array>
#include <chrono>

#include "gateway/config/field.hpp"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 3> kDiscovery = {"oidc", "rfc8414", "static"};
constexpr std::array<std::string_view, 2> kTypes = {"at+jwt", "any"};
constexpr std::array<std::string_view, 10> kAlgorithms = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                                          "PS512", "ES256", "ES384", "ES512", "EdDSA"};

constexpr std::array kIntrospection = {
    Key{"endpoint", Shape::text, at<&TokenIntrospection::endpoint>,
        "URL of the introspection endpoint. Default: what the issuer's metadata says."},
    Key{"client_id", Shape::text, at<&TokenIntrospection::client_id>, "Our name there."},
    secret({"client_secret", Shape::text, at<&TokenIntrospection::client_secret>, "And our secret."}),
    Key{"single_audience", Shape::flag, at<&TokenIntrospection::single_audience>,
        "The issuer knows no other resource than this one, so that an answer without `aud` is about it."},
    in(kSecond, 365 * kDay,
       {"assumed_lifetime", Shape::duration, at<&TokenIntrospection::assumed_lifetime>,
        "How long a token lives whose `exp` it does not tell: streams end then."}),
    in(1, 10'000,
       {"max_in_flight", Shape::count, at<&TokenIntrospection::max_in_flight>,
        "Questions at once. More tokens that nobody knows yet are told to come back (503)."}),
    in(100, kHour,
       {"min_retry", Shape::duration, at<&TokenIntrospection::min_retry>,
        "How long it is left alone after a failure; doubles with each further one."}),
    in(100, kDay, {"max_retry", Shape::duration, at<&TokenIntrospection::max_retry>, "Longest such pause."}),
};

constexpr std::array kKeys = {
    in(kSecond, 30 * kDay,
       {"min_refresh", Shape::duration, at<&IssuerKeys::min_refresh>,
        "Its keys are fetched again at 80 % of their `max-age`, but not earlier than this."}),
    in(kSecond, 30 * kDay, {"max_refresh", Shape::duration, at<&IssuerKeys::max_refresh>, "And not later than this."}),
    in(kSecond, 30 * kDay,
       {"default_max_age", Shape::duration, at<&IssuerKeys::default_max_age>, "`max-age`, if it does not say one."}),
    in(kSecond, kHour,
       {"search_interval", Shape::duration, at<&IssuerKeys::search_interval>,
        "Between two fetches because a token names a key that is not known: how soon a key that replaces another at "
        "once "
        "is found."}),
    in(kSecond, kDay,
       {"missing_ttl", Shape::duration, at<&IssuerKeys::missing_ttl>,
        "How long a key that was not there is not asked for again."}),
    in(1, 1'000'000, {"max_missing", Shape::count, at<&IssuerKeys::max_missing>, "How many of those are remembered."}),
    in(0, 30 * kDay,
       {"max_stale", Shape::duration, at<&IssuerKeys::max_stale>,
        "How long keys are used when they cannot be fetched again in time; then its tokens cannot be judged (503)."}),
    in(100, kHour,
       {"min_retry", Shape::duration, at<&IssuerKeys::min_retry>,
        "The wait after a fetch that failed; doubles with each further one."}),
    in(100, kDay, {"max_retry", Shape::duration, at<&IssuerKeys::max_retry>, "Longest such wait."}),
};

constexpr std::array kTokens = {
    in(1, 10'000'000,
       {"max_accepted", Shape::count, at<&Tokens::max_accepted>,
        "Good tokens that are remembered, so that they need not be verified again; about 1 KiB each."}),
    in(0, kHour,
       {"accepted_ttl", Shape::duration, at<&Tokens::accepted_ttl>,
        "For how long. A revocation that only introspection tells of is noticed after that time. 0: not at all."}),
    in(1, 10'000'000, {"max_refused", Shape::count, at<&Tokens::max_refused>, "Bad tokens that are remembered."}),
    in(0, kHour, {"refused_ttl", Shape::duration, at<&Tokens::refused_ttl>, "For how long."}),
    in(1, 1'000'000,
       {"failure_burst", Shape::count, at<&Tokens::failure_burst>,
        "Wrong logout notices of one network that are looked at at once; more get 429. Requests: `limits.preauth`."}),
    in(1, 1'000'000,
       {"failures_per_second", Shape::count, at<&Tokens::failures_per_second>, "And so many more a second."}),
    in(1, 10'000'000,
       {"max_failure_addresses", Shape::count, at<&Tokens::max_failure_addresses>,
        "Networks of which this is remembered."}),
    in(1, 10'000'000,
       {"max_revocations", Shape::count, at<&Tokens::max_revocations>,
        "Logouts that are remembered; about 150 bytes each. When there are more, those go that would end first."}),
    in(kMinute, 365 * kDay,
       {"max_lifetime", Shape::duration, at<&Tokens::max_lifetime>,
        "How long a logout is remembered: no token may live longer."}),
    in(kSecond, kDay,
       {"max_logout_age", Shape::duration, at<&Tokens::max_logout_age>,
        "Oldest logout tokens that are accepted, by their `iat`."}),
    in(1, 10'000'000,
       {"max_logouts", Shape::count, at<&Tokens::max_logouts>,
        "Logout tokens that are remembered, so that none is accepted twice."}),
};

constexpr std::array kIssuer = {
    Key{"issuer", Shape::text, at<&TokenIssuer::issuer>,
        "Its identifier, exactly as its tokens name it in `iss`; `https`, or `http` on this machine."},
    Key{"id", Shape::text, at<&TokenIssuer::id>, "A short name for logs and metrics. Default: the issuer."},
    one_of(kDiscovery, {"discovery", Shape::choice, at<&TokenIssuer::discovery>,
                        "How its keys are found. `oidc`: OpenID Connect metadata. `rfc8414`: OAuth metadata. `static`: "
                        "`jwks_uri` or `jwks`."}),
    Key{"jwks_uri", Shape::text, at<&TokenIssuer::jwks_uri>, "For `static`: where its keys are."},
    secret({"jwks", Shape::text, at<&TokenIssuer::jwks>, "For `static`: its keys, a JWK set: `file:keys.json`."}),
    or_one({"audience", Shape::texts, at<&TokenIssuer::audiences>,
            "What its tokens may have in `aud` instead of the endpoint's URL, for issuers that cannot put that there. "
            "Name something that only "
            "this gateway is called."}),
    or_one(one_of(kAlgorithms, {"algs", Shape::texts, at<&TokenIssuer::algorithms>,
                                "Signature algorithms that it uses. Default: RS256, PS256, ES256, ES384 and EdDSA."})),
    one_of(kTypes, {"typ", Shape::choice, at<&TokenIssuer::typ>,
                    "`at+jwt`: its access tokens follow RFC 9068. `any`: they do not say what they are; ID tokens and "
                    "other things are told apart "
                    "by their claims."}),
    filled(or_one({"clients", Shape::texts, at<&TokenIssuer::clients>,
                   "Clients (`client_id` or `azp`) whose tokens are accepted. Default: all."})),
    in(0, 5 * kMinute,
       {"clock_skew", Shape::duration, at<&TokenIssuer::skew>, "How far its clock and ours may be apart."}),
    in(0, 365 * kDay,
       {"max_token_age", Shape::duration, at<&TokenIssuer::max_token_age>,
        "Oldest tokens that are accepted, whatever they say themselves. 0: any age."}),
    or_one({"scopes", Shape::texts, at<&TokenIssuer::scopes>,
            "Claims with scopes; `realm_access.roles` leads into an "
            "object. A text is split at spaces, a list is taken as "
            "it is."}),
    or_one({"roles", Shape::texts, at<&TokenIssuer::roles>,
            "Claims with roles. Without `role_map` their values are the roles."}),
    Key{"role_map", Shape::groups, at<&TokenIssuer::role_map>,
        "Roles that a value of these claims stands for; what is not in it grants nothing."},
    or_one({"groups", Shape::texts, at<&TokenIssuer::groups>, "Claims with groups, for `policy.role_mapping`."}),
    Key{"tenant", Shape::text, at<&TokenIssuer::tenant>, "Claim with the tenant."},
    Key{"session", Shape::text, at<&TokenIssuer::session>, "Claim with the id of the login, for logout."},
    or_one({"claims", Shape::texts, at<&TokenIssuer::keep>, "Further claims that rules and records may see."}),
    Key{"service_claims", Shape::pairs, at<&TokenIssuer::service_claims>,
        "Values of claims that say that a program acts for itself, for issuers whose tokens do not have the client as "
        "subject then: `{gty: client-credentials}`."},
    or_one({"logout_audiences", Shape::texts, at<&TokenIssuer::logout_audiences>,
            "Client ids to which it sends logout tokens (`/oidc/logout`). Default: it sends none."}),
    Key{"private_addresses", Shape::flag, at<&TokenIssuer::private_addresses>,
        "Its documents may name addresses in private networks. Its own origin is always allowed."},
    Key{"ca_file", Shape::text, at<&TokenIssuer::ca_file>,
        "PEM file with the authorities of its certificates, instead of the system's."},
    part<&TokenIssuer::keys, issuer_keys_section>("keys", "When its keys are fetched."),
    part<&TokenIssuer::introspection, introspection_section>(
        "introspection", "It also issues opaque tokens, and says what they mean. One issuer may."),
};

}  // namespace

const Section& issuer_section() {
  static const Section section{"auth.issuers[]", "An authorization server whose access tokens are accepted.", kIssuer,
                               &fresh<TokenIssuer>};
  return section;
}
const Section& issuer_keys_section() {
  static const Section section{"auth.issuers[].keys", "When an issuer's keys are fetched.", kKeys, &fresh<IssuerKeys>};
  return section;
}
const Section& tokens_section() {
  static const Section section{"auth.tokens", "What is remembered of access tokens.", kTokens, &fresh<Tokens>};
  return section;
}
const Section& introspection_section() {
  static const Section section{"auth.issuers[].introspection", "Token introspection (RFC 7662).", kIntrospection,
                               &fresh<TokenIntrospection>};
  return section;
}

identity::KeyOptions IssuerKeys::options() const {
  const auto seconds = [](Milliseconds time) { return std::chrono::floor<std::chrono::seconds>(time); };
  return {.min_refresh = seconds(min_refresh),
          .max_refresh = seconds(max_refresh),
          .default_max_age = seconds(default_max_age),
          .search_interval = seconds(search_interval),
          .missing_ttl = seconds(missing_ttl),
          .max_missing = max_missing,
          .max_stale = seconds(max_stale),
          .min_retry = min_retry,
          .max_retry = max_retry};
}

identity::TokenVerifierOptions Tokens::verifier_options() const {
  identity::TokenVerifierOptions options;
  options.max_accepted = max_accepted;
  options.accepted_ttl = std::chrono::floor<std::chrono::seconds>(accepted_ttl);
  options.max_refused = max_refused;
  options.refused_ttl = std::chrono::floor<std::chrono::seconds>(refused_ttl);
  return options;
}

identity::FailureBudgetOptions Tokens::budget_options() const {
  return {.burst = failure_burst, .per_second = failures_per_second, .max_addresses = max_failure_addresses};
}

identity::LogoutOptions Tokens::logout_options() const {
  return {.max_age = std::chrono::floor<std::chrono::seconds>(max_logout_age),
          .max_lifetime = std::chrono::floor<std::chrono::seconds>(max_lifetime),
          .max_remembered = max_logouts};
}

identity::IssuerOptions TokenIssuer::options() const {
  identity::IssuerOptions options;
  options.id = id.empty() ? issuer : id;
  options.issuer = issuer;
  options.discovery = discovery;
  options.jwks_uri = jwks_uri;
  options.jwks = jwks;
  options.private_addresses = private_addresses;
  options.ca_file = ca_file;
  if (!algorithms.empty()) {
    options.algorithms = {};
    for (const std::string& name : algorithms)
      if (const auto algorithm = jose::algorithm_named(name)) options.algorithms.add(*algorithm);
  }
  options.typ = typ;
  options.audiences = audiences;
  options.clients = clients;
  options.skew = std::chrono::floor<std::chrono::seconds>(skew);
  if (max_token_age.count() > 0) options.max_token_age = std::chrono::floor<std::chrono::seconds>(max_token_age);
  options.claims.scopes = scopes;
  options.claims.roles = roles;
  options.claims.groups = groups;
  options.claims.tenant = tenant;
  options.claims.session = session;
  options.claims.keep = keep;
  if (!role_map.empty()) options.claims.role_map.emplace(role_map.begin(), role_map.end());
  options.claims.service_marks = service_claims;
  options.logout_audiences = logout_audiences;
  options.keys = keys.options();
  return options;
}

identity::IntrospectionOptions TokenIssuer::introspection_options() const {
  identity::IntrospectionOptions options;
  options.endpoint = introspection->endpoint;
  options.client_id = introspection->client_id;
  options.client_secret = introspection->client_secret;
  options.single_audience = introspection->single_audience;
  options.assumed_lifetime = std::chrono::floor<std::chrono::seconds>(introspection->assumed_lifetime);
  options.max_in_flight = introspection->max_in_flight;
  options.min_retry = introspection->min_retry;
  options.max_retry = introspection->max_retry;
  return options;
}

}  // namespace gatehouse::config
