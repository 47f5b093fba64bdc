#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/mcp/revision.hpp>

/// What a refused client is told about how to get in: the value of `WWW-Authenticate`.
namespace gatehouse::identity {

/// One endpoint as OAuth sees it. Rule: RFC 9728; RS-1 to RS-16.
struct ProtectedResource {
  std::string identifier;           ///< Canonical URL of the endpoint.
  std::string metadata_url;         ///< Of its metadata; empty: no OAuth here, and no challenge names one (RS-13).
  std::vector<std::string> scopes;  ///< Baseline: what a first login asks for.
  std::vector<std::string> authorization_servers;  ///< Issuers whose tokens are really accepted, best first.
  std::string name, documentation;                 ///< `resource_name`, `resource_documentation`; may be empty.
};

/// Text of the metadata document. Rule: RFC 9728 section 2; RS-4 to RS-9.
[[nodiscard]] std::string metadata_document(const ProtectedResource& resource);
/// Where the metadata of a resource is: the well-known part goes between host and path. Rule: RFC 9728 section 3.1, RS-14.
[[nodiscard]] std::string metadata_url(std::string_view resource);
/// Path (and query) of `metadata_url`.
[[nodiscard]] std::string metadata_path(std::string_view resource);

/// Nobody said who he is. Rule: RS-21 to RS-23.
[[nodiscard]] std::string challenge_unauthenticated(const ProtectedResource& resource);
/// The credential is not good. `why` is generic: it never repeats what the client sent (RS-32).
[[nodiscard]] std::string challenge_invalid_token(const ProtectedResource& resource, std::string_view why = {});
[[nodiscard]] std::string challenge_invalid_request();
/// Scopes are missing. `needed`: all of them at once (RS-25). Clients of sessions replace what they have, so they are told what they have
/// of this resource's, too; stateless clients form the union themselves (RS-26).
[[nodiscard]] std::string challenge_insufficient_scope(const ProtectedResource& resource,
                                                       std::span<const std::string> needed,
                                                       std::span<const std::string> granted, mcp::Revision revision);
/// A stronger or newer login is needed. Rule: RFC 9470 section 3.
[[nodiscard]] std::string challenge_login(const ProtectedResource& resource, std::span<const std::string> acr_values,
                                          std::optional<std::chrono::seconds> max_age);

}  // namespace gatehouse::identity
