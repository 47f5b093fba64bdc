#include "src/identity/issuer_metadata.hpp"

#include <gatehouse/json/value.hpp>

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMaxDepth = 16;

std::unexpected<Error> wrong(std::string what) {
  return fail(Kind::verifier_unavailable, Origin::upstream, "The credential cannot be checked now: try again later.",
              "issuer metadata: " + std::move(what));
}

Result<Route> learned(const std::string& text, const IssuerOptions& options) {
  const auto origin = parse_issuer_url(options.issuer);
  auto url = parse_issuer_url(text);
  if (!origin || !url) return wrong(url ? origin.error().message : url.error().message);
  const Named named = options.private_addresses ? Named::by_operator : named_at(*origin, *url);
  return Route{std::move(*url), named, options.ca_file};
}

}  // namespace

Result<net::Url> metadata_url_of(const IssuerOptions& options) {
  constexpr std::string_view kOidc = "/.well-known/openid-configuration";
  constexpr std::string_view kOAuth = "/.well-known/oauth-authorization-server";
  auto url = parse_issuer_url(options.issuer);
  if (!url) return url;
  if (url->target.contains('?')) {
    return fail(Kind::invalid_config, Origin::gateway, "an issuer has no query: " + options.issuer);
  }
  if (url->target.ends_with('/')) url->target.pop_back();
  if (options.discovery == Discovery::oidc) {
    url->target.append(kOidc);
  } else {
    url->target.insert(0, kOAuth);
  }
  return url;
}

Result<IssuerMetadata> read_metadata(std::string_view text, const IssuerOptions& options) {
  const auto document = json::parse(text, kMaxDepth);
  if (!document || !document->is_object()) return wrong("no JSON object");
  if (document->text("issuer") != options.issuer) {
    return wrong("it is of '" + std::string(document->text("issuer").substr(0, 200)) + "', another issuer");
  }
  IssuerMetadata metadata;
  auto jwks = learned(std::string(document->text("jwks_uri")), options);
  if (!jwks) return std::unexpected(std::move(jwks.error()));
  metadata.jwks = std::move(*jwks);
  if (const auto endpoint = document->text("introspection_endpoint"); !endpoint.empty()) {
    auto introspection = learned(std::string(endpoint), options);
    if (!introspection) return std::unexpected(std::move(introspection.error()));
    metadata.introspection = std::move(*introspection);
  }
  return metadata;
}

}  // namespace gatehouse::identity
