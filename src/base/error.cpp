#include <gatehouse/base/error.hpp>

namespace gatehouse {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::parse_error: return "parse_error";
    case Kind::invalid_request: return "invalid_request";
    case Kind::method_not_found: return "method_not_found";
    case Kind::invalid_params: return "invalid_params";
    case Kind::not_found: return "not_found";
    case Kind::resource_not_found: return "resource_not_found";
    case Kind::header_mismatch: return "header_mismatch";
    case Kind::missing_capability: return "missing_capability";
    case Kind::missing_metadata: return "missing_metadata";
    case Kind::unsupported_version: return "unsupported_version";
    case Kind::session_required: return "session_required";
    case Kind::session_not_found: return "session_not_found";
    case Kind::forbidden_origin: return "forbidden_origin";
    case Kind::not_acceptable: return "not_acceptable";
    case Kind::unsupported_media: return "unsupported_media";
    case Kind::method_not_allowed: return "method_not_allowed";
    case Kind::too_large: return "too_large";
    case Kind::timed_out: return "timed_out";
    case Kind::unavailable: return "unavailable";
    case Kind::connection_lost: return "connection_lost";
    case Kind::outcome_unknown: return "outcome_unknown";
    case Kind::not_bridgeable: return "not_bridgeable";
    case Kind::input_refused: return "input_refused";
    case Kind::state_lost: return "state_lost";
    case Kind::limit_exceeded: return "limit_exceeded";
    case Kind::throttled: return "throttled";
    case Kind::bad_credential_form: return "bad_credential_form";
    case Kind::unauthenticated: return "unauthenticated";
    case Kind::invalid_credential: return "invalid_credential";
    case Kind::login_too_weak: return "login_too_weak";
    case Kind::insufficient_scope: return "insufficient_scope";
    case Kind::denied: return "denied";
    case Kind::verifier_unavailable: return "verifier_unavailable";
    case Kind::cancelled: return "cancelled";
    case Kind::bad_reply: return "bad_reply";
    case Kind::loop_detected: return "loop_detected";
    case Kind::shutting_down: return "shutting_down";
    case Kind::io: return "io";
    case Kind::invalid_config: return "invalid_config";
    case Kind::internal: return "internal";
  }
  return "internal";
}

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::client: return "client";
    case Origin::gateway: return "gateway";
    case Origin::upstream: return "upstream";
  }
  return "gateway";
}

}  // namespace gatehouse
