#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gatehouse/jose/claims.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/principal.hpp>

/// From what an issuer says about somebody to what we know about him. Pure. Rule: RS-71, RS-72; security design 4.
namespace gatehouse::identity {

/// A claim is named by its path: `roles`, `realm_access.roles`, `https://corp.example/roles`. A dot leads into an object, unless there is
/// a claim whose name has that dot in it.
using ClaimPath = std::string;

/// Null when it is missing, at any step.
[[nodiscard]] const json::Value* find_claim(const json::Value& claims, std::string_view path);

struct ClaimMapping {
  // -- what is read; several paths: all their values
  std::vector<ClaimPath> scopes{"scope"};  ///< A text is split at spaces, a list is taken as it is (`scp`).
  std::vector<ClaimPath> roles;            ///< A text is one value. Without any path there are no roles.
  std::vector<ClaimPath> groups;           ///< As roles; they grant nothing by themselves.
  ClaimPath tenant;                        ///< A text. Missing: the tenant "".
  ClaimPath session = "sid";
  std::vector<ClaimPath> keep;  ///< What policies and logs may see of the rest, under these names.
  /// Which roles a value of the `roles` claims stands for. Without it the values are the roles; with it, what is not in it grants
  /// nothing.
  std::optional<std::unordered_map<std::string, std::vector<std::string>>> role_map;
  /// A claim with one of these values tells that a program acts for itself, for issuers that do not say so with `sub`:
  /// {"gty", "client-credentials"}.
  std::vector<std::pair<ClaimPath, std::string>> service_marks;
  // -- safety
  std::size_t max_values =
      1000;  ///< Scopes, roles and groups together. A token with more is refused: which of them to forget?
  std::size_t max_kept_bytes =
      4096;  ///< JSON of all kept claims. A claim that does not fit is left out, as if it was missing.

  bool operator==(const ClaimMapping&) const = default;
};

/// Somebody whose token is good. `credential_id` and `method` are set by the caller. Errors: why the claims cannot be used, for logs.
[[nodiscard]] std::expected<mcp::Principal, std::string> principal_of(const jose::Token& token,
                                                                      const jose::CheckedClaims& checked,
                                                                      const ClaimMapping& mapping);

}  // namespace gatehouse::identity
