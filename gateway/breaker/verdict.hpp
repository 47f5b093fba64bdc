#pragma once
#include <gatehouse/base/error.hpp>

namespace gatehouse::breaker {

/// What the end of an attempt says about the server.
enum class Verdict {
  healthy,  ///< It answered, whatever the answer was: tools fail, and clients make mistakes.
  failing,  ///< It could not be reached, was too slow, went away, or its answer made no sense.
  unknown,  ///< Nothing: the client gave up, or we refused.
};

/// For attempts that ended without an answer.
[[nodiscard]] Verdict verdict(const Error& error);

}  // namespace gatehouse::breaker
