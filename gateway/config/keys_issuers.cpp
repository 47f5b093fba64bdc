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
    or_one({"clients", Shape::texts, at<&TokenIssuer::clients>,
            "Clients (`client_id` or `azp`) whose tokens are accepted. Default: all."}),
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
    part<&TokenIssuer::introspection, introspection_section>(
        "introspection", "It also issues opaque tokens, and says what they mean. One issuer may."),
};

}  // namespace

const Section& issuer_section() {
  static const Section section{"auth.issuers[]", "An authorization server whose access tokens are accepted.", kIssuer,
                               &fresh<TokenIssuer>};
  return section;
}
const Section& introspection_section() {
  static const Section section{"auth.issuers[].introspection", "Token introspection (RFC 7662).", kIntrospection,
                               &fresh<TokenIntrospection>};
  return section;
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
  return options;
}

identity::IntrospectionOptions TokenIssuer::introspection_options() const {
  identity::IntrospectionOptions options;
  options.endpoint = introspection->endpoint;
  options.client_id = introspection->client_id;
  options.client_secret = introspection->client_secret;
  options.single_audience = introspection->single_audience;
  return options;
}

}  // namespace gatehouse::config
