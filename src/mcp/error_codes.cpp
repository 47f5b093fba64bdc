#include <gatehouse/mcp/error_codes.hpp>

namespace gatehouse::mcp {

WireError wire_error(Kind kind, Revision revision) {
  const bool modern = is_modern(revision);
  switch (kind) {
    case Kind::parse_error: return {code::kParseError, 400};
    case Kind::invalid_request: return {code::kInvalidRequest, 400};
    case Kind::method_not_found: return {code::kMethodNotFound, modern ? 404 : 200};
    case Kind::missing_metadata: return {code::kInvalidParams, 400};
    case Kind::invalid_params:
    case Kind::not_found: return {code::kInvalidParams, 200};
    case Kind::resource_not_found:
      return {has_resource_not_found_code(revision) ? code::kResourceNotFound : code::kInvalidParams, 200};
    case Kind::header_mismatch: return {code::kHeaderMismatch, 400};
    case Kind::missing_capability: return {code::kMissingCapability, 400};
    case Kind::unsupported_version: return {modern ? code::kUnsupportedVersion : code::kInvalidRequest, 400};
    case Kind::session_required: return {code::kInvalidRequest, 400};
    case Kind::session_not_found: return {code::kInvalidRequest, 404};
    case Kind::forbidden_origin: return {code::kInvalidRequest, 403};
    case Kind::not_acceptable: return {code::kInvalidRequest, 406};
    case Kind::unsupported_media: return {code::kInvalidRequest, 415};
    case Kind::method_not_allowed: return {code::kInvalidRequest, 405};
    case Kind::too_large: return {code::kInvalidRequest, 413};
    case Kind::loop_detected: return {code::kInvalidRequest, 508};
    case Kind::shutting_down: return {code::kUnavailable, 503};
    case Kind::unavailable:
    case Kind::connection_lost:
    case Kind::outcome_unknown: return {code::kUnavailable, 200};
    case Kind::timed_out: return {code::kTimedOut, 200};
    case Kind::not_bridgeable: return {code::kNotBridgeable, 200};
    case Kind::input_refused: return {code::kInputRefused, 200};
    case Kind::state_lost: return {code::kStateLost, 200};
    case Kind::limit_exceeded: return {code::kLimitExceeded, 200};
    case Kind::throttled: return {code::kLimitExceeded, 429};
    case Kind::bad_credential_form: return {code::kBadCredentialForm, 400};
    case Kind::unauthenticated: return {code::kUnauthenticated, 401};
    case Kind::invalid_credential: return {code::kInvalidCredential, 401};
    case Kind::login_too_weak: return {code::kLoginTooWeak, 401};
    case Kind::insufficient_scope: return {code::kInsufficientScope, 403};
    case Kind::denied: return {code::kDenied, 403};
    case Kind::verifier_unavailable: return {code::kVerifierUnavailable, 503};
    case Kind::bad_reply:
    case Kind::cancelled:
    case Kind::io:
    case Kind::invalid_config:
    case Kind::internal: return {code::kInternal, 200};
  }
  return {code::kInternal, 200};
}

}  // namespace gatehouse::mcp
