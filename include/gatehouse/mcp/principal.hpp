#pragma once
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>

/// Who is calling, as a verifier found out.
namespace gatehouse::mcp {

/// Calendar time, for what tokens and people mean by a time.
using WallTime = std::chrono::sys_seconds;

enum class PrincipalKind {
  anonymous,  ///< Nobody had to say who he is.
  local,      ///< The owner of this process, on a pipe.
  human,
  service,   ///< An API key, or a client that acts for itself.
  workload,  ///< A program with a certificate of its own.
};
[[nodiscard]] std::string_view to_string(PrincipalKind kind);

/// Made once by a verifier and never changed: nothing on the way can widen what somebody may do. Shared by the calls of whoever it
/// is; `shared_from_this` is for what outlives a call.
struct Principal : std::enable_shared_from_this<Principal> {
  /// How the credential was checked: "api_key", "jwt", "introspection", "certificate", "trusted_header", "local" or "none".
  struct Authentication {
    std::string method = "none";
    std::string credential_id;     ///< Id of the key, hash of the token's `jti`, thumbprint: for logs, never a secret.
    std::optional<WallTime> time;  ///< When the user logged in (`auth_time`).
    std::optional<WallTime> issued_at;  ///< Of the token: what is revoked later is about it.
    std::string acr;                    ///< How strongly; empty: unknown.
    std::vector<std::string> amr;
  };
  /// What the credential itself rules out, whatever the policy allows. Globs; empty: nothing.
  struct Ceilings {
    std::vector<std::string> tools;      ///< Of names: a gateway's are `server.tool`, a server's the tool's own.
    std::vector<std::string> endpoints;  ///< Of paths.
  };

  /// Who it is, as one text: "anon", "local:<uid>" or issuer and subject. What is counted, limited or shared by all of somebody's
  /// programs goes by it. Who may come back to a session, a task or a `requestState` is a caller: caller.hpp.
  std::string key;
  std::string issuer, subject;  ///< As asserted; the pair is the identity. An e-mail address is none.
  PrincipalKind kind = PrincipalKind::anonymous;
  std::string tenant;                          ///< "" is a tenant of its own.
  std::string client_id;                       ///< The OAuth client, or the API key.
  std::vector<std::string> scopes;             ///< As granted.
  std::vector<std::string> roles;              ///< After mapping: our own names.
  std::vector<std::string> groups;             ///< As the provider says them; they grant nothing by themselves.
  json::Value claims = json::Value::object();  ///< Those that are allowed to be kept.
  Authentication auth;
  std::string session_id;              ///< `sid` of the login.
  std::optional<WallTime> expires_at;  ///< Of the credential; streams end then.
  Ceilings ceilings;
  bool can_step_up = false;  ///< Whoever holds it can ask for more scopes or log in more strongly.

  [[nodiscard]] bool has_role(std::string_view role) const { return std::ranges::find(roles, role) != roles.end(); }
  [[nodiscard]] bool has_scope(std::string_view scope) const {
    return std::ranges::find(scopes, scope) != scopes.end();
  }
};

/// `key` of somebody that an issuer knows under a name. No issuer's and no subject's text can make it look like another pair.
[[nodiscard]] std::string principal_key(std::string_view issuer, std::string_view subject);

/// The key of clients that need no authentication.
inline constexpr std::string_view kAnonymous = "anon";
[[nodiscard]] const std::shared_ptr<const Principal>& anonymous();
/// The owner of this process.
[[nodiscard]] const std::shared_ptr<const Principal>& local_owner();

}  // namespace gatehouse::mcp
