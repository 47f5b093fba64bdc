#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <gatehouse/base/time.hpp>

namespace gatehouse::identity {

struct FailureBudgetOptions {
  std::size_t burst = 100;             ///< Failures at once,
  std::size_t per_second = 10;         ///< and this many more per second.
  std::size_t max_addresses = 10'000;  ///< Remembered; the ones that have been quiet longest go first.
};

/// How many tokens that turn out to be bad an address may have checked: garbage costs as much work as good tokens do, which are then
/// remembered. IPv6 addresses count by network (/64). Good tokens that are known already need no budget. Pure. Rule: T47.
/// It bounds work, for servers that have nothing else in front; it knows no credentials, and nobody waits longer for guessing one again
/// and again. Whoever counts wrong credentials of every form before they are looked into, as the gateway does, gives its TokenVerifier
/// none: two counts with two sets of numbers would only make the smaller one hold.
class FailureBudget {
 public:
  explicit FailureBudget(const FailureBudgetOptions& options);
  ~FailureBudget();

  /// Zero: an attempt may be made. Otherwise how long until.
  [[nodiscard]] Milliseconds wait(std::string_view address, TimePoint now);
  void failed(std::string_view address, TimePoint now);
  [[nodiscard]] std::size_t addresses() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::identity
