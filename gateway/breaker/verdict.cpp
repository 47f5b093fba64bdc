#include "gateway/breaker/verdict.hpp"

namespace gatehouse::breaker {

Verdict verdict(const Error& error) {
  if (error.origin != Origin::upstream) return Verdict::unknown;
  switch (error.kind) {
    case Kind::unavailable:
    case Kind::connection_lost:
    case Kind::outcome_unknown:
    case Kind::timed_out:
    case Kind::bad_reply: return Verdict::failing;
    case Kind::state_lost:                          // it was restarted, and says so
    case Kind::too_large: return Verdict::healthy;  // one answer, not the server
    default: return Verdict::unknown;
  }
}

}  // namespace gatehouse::breaker
