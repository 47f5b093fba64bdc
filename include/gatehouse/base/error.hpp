#pragma once
#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse {

/// What went wrong. A closed list: a value exists only where some caller acts differently on it.
/// The mapping to JSON-RPC codes and HTTP statuses is one table: mcp/error_codes.hpp.
enum class Kind {
  parse_error,           ///< Not JSON, not UTF-8, or nested too deeply.
  invalid_request,       ///< JSON, but not a JSON-RPC message that may be sent here.
  method_not_found,      ///< The method does not exist in the client's revision, or nothing offers it.
  invalid_params,        ///< Parameters of the wrong shape.
  missing_metadata,      ///< A stateless request without its required `_meta` members (2026-07-28).
  not_found,             ///< Unknown tool, prompt or cursor.
  resource_not_found,    ///< Unknown resource; its code differs by revision.
  header_mismatch,       ///< A mirrored header contradicts the body (2026-07-28).
  missing_capability,    ///< The client did not declare what the call needs (2026-07-28).
  unsupported_version,   ///< The protocol revision is not served.
  session_required,      ///< A legacy request without a session.
  session_not_found,     ///< Unknown, ended or foreign session.
  forbidden_origin,      ///< `Origin` or `Host` is not allowed.
  not_acceptable,        ///< `Accept` excludes what the answer would be.
  unsupported_media,     ///< The body is not `application/json`.
  method_not_allowed,    ///< HTTP method without a meaning on this path.
  too_large,             ///< A body, head, line or reply is over its limit.
  timed_out,             ///< The peer did not finish in time.
  unavailable,           ///< The server cannot be reached now.
  connection_lost,       ///< The connection ended in the middle; see `outcome_unknown` once bytes were sent.
  outcome_unknown,       ///< The request was sent and no answer came: it may have run.
  not_bridgeable,        ///< The two sides have no common form for this feature.
  input_refused,         ///< The client refused, or too often was asked for, what the server needs to go on.
  state_lost,            ///< What the request refers to no longer exists.
  limit_exceeded,        ///< A configured count is used up.
  throttled,             ///< Too many requests in too short a time; `retry` says when there is room again.
  bad_credential_form,   ///< Credentials that cannot be read, two of them, or one in the query.
  unauthenticated,       ///< No credential where one is needed.
  invalid_credential,    ///< A credential that is not (or no longer) good here.
  login_too_weak,        ///< The user has to log in again, or more strongly.
  insufficient_scope,    ///< The credential lacks scopes that its holder could get.
  denied,                ///< A rule forbids it; no other credential of the same user helps.
  verifier_unavailable,  ///< Whether a credential is good cannot be found out now.
  cancelled,             ///< The client gave up; nobody reads the answer.
  bad_reply,             ///< The server's answer breaks the protocol.
  loop_detected,         ///< The request already passed through this gateway.
  shutting_down,         ///< The process is draining.
  io,                    ///< The operating system refused an operation.
  invalid_config,        ///< A setting is wrong; the message names it.
  internal,              ///< A bug.
};

/// Whose fault it is. Decides the alert and the metric, not the message.
enum class Origin { client, gateway, upstream };

/// Whether and when the same request may be tried again. Set where the error is born.
struct Retry {
  enum class When { never, now, later } when = When::never;
  std::chrono::milliseconds after{0};  ///< Meaningful for `later`.

  static Retry never() { return {}; }
  static Retry now() { return {When::now, {}}; }
  static Retry later(std::chrono::milliseconds after) { return {When::later, after}; }
};

/// A failure as a value. `message` is for the peer, `detail` for our logs only.
struct Error {
  Kind kind = Kind::internal;
  Origin origin = Origin::gateway;
  std::string message;    ///< Sent to the client: what happened and what to do. No secrets.
  std::string detail;     ///< For logs. Never leaves the process.
  std::string data;       ///< JSON object for the error's `data` member, or empty.
  std::string challenge;  ///< Value of `WWW-Authenticate` where HTTP carries the answer, or empty.
  Retry retry = Retry::never();

  Error() = default;
  Error(Kind k, Origin o, std::string text, std::string log_text = {})
      : kind(k), origin(o), message(std::move(text)), detail(std::move(log_text)) {}

  [[nodiscard]] Error with_data(std::string json) && {
    data = std::move(json);
    return std::move(*this);
  }
  [[nodiscard]] Error with_challenge(std::string value) && {
    challenge = std::move(value);
    return std::move(*this);
  }
  [[nodiscard]] Error with_retry(Retry r) && {
    retry = r;
    return std::move(*this);
  }
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Kind::x, Origin::client, "...")` from any function that returns a Result.
inline std::unexpected<Error> fail(Kind kind, Origin origin, std::string message, std::string detail = {}) {
  return std::unexpected(Error{kind, origin, std::move(message), std::move(detail)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// Stable lower-case names, for logs and metrics.
[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] std::string_view to_string(Origin origin);

}  // namespace gatehouse
