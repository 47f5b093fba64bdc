#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/identity/issuer.hpp>

namespace gatehouse::identity {

struct IssuerMetadata {
  Route jwks;
  std::optional<Route> introspection;
};

/// Where the metadata are. Errors: invalid_config. Rule: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.1.
[[nodiscard]] Result<net::Url> metadata_url_of(const IssuerOptions& options);
/// Errors (verifier_unavailable): not JSON, another issuer's, or a URL that must not be asked. Rule: RFC 8414 section 3.3, SB-31.
[[nodiscard]] Result<IssuerMetadata> read_metadata(std::string_view text, const IssuerOptions& options);

}  // namespace gatehouse::identity
