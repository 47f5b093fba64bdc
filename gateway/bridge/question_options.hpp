#pragma once
#include <cstddef>

#include <gatehouse/base/time.hpp>

namespace gatehouse::bridge {

/// Bounds of everything that waits for a person. Defaults: gateway rules, section 13.
struct QuestionOptions {
  Milliseconds human_wait{600'000};    ///< One question to a client with a session.
  Milliseconds parked_wait{900'000};   ///< From an `input_required` result to the retry of a stateless client.
  Milliseconds outcome_grace{60'000};  ///< How long the outcome of a parked call is kept after it was delivered.
  Milliseconds coalesce{25};           ///< How long further questions of the same call are collected.
  Milliseconds reminder{20'000};       ///< Interval of progress notifications while a person is asked.
  std::size_t max_rounds = 10;         ///< Rounds of questions of one call.
  std::size_t max_parked_per_principal = 16;
  std::size_t max_parked_per_server = 256;
  std::size_t max_parked = 4096;

  bool operator==(const QuestionOptions&) const = default;
};

}  // namespace gatehouse::bridge
