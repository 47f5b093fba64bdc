#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/mcp/principal.hpp>
#include <gatehouse/net/http_server.hpp>

/// Who sends an HTTP request: asked by the fronts before they look at any message.
namespace gatehouse::identity {

/// Errors, all with the challenge that belongs to them: unauthenticated, invalid_credential, login_too_weak, bad_credential_form,
/// denied (the identity is not let in here), throttled, verifier_unavailable.
using Verdict = Result<std::shared_ptr<const mcp::Principal>>;

/// Decides for one endpoint. Every request is asked about on its own: POST, GET and DELETE, whatever session they name (RS-43).
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// The verdict if it needs no waiting: what nearly every request of a busy client takes. Nothing: ask `authenticate`.
  [[nodiscard]] virtual std::optional<Verdict> known(const net::HttpExchange& exchange) = 0;
  /// Finds out, possibly from somebody else. `exchange` stays until the task ends.
  virtual Task<Verdict> authenticate(const net::HttpExchange& exchange) = 0;
  /// Whether a principal that was let in may stay: asked every second for open streams. Rule: RS-99.
  [[nodiscard]] virtual bool still_good(const mcp::Principal& who, mcp::WallTime now) const = 0;
};

}  // namespace gatehouse::identity
