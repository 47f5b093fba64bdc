#pragma once
#include <cstdint>

#include <gatehouse/base/time.hpp>

namespace gatehouse::breaker {

/// Small differences between what would otherwise happen at the same moment everywhere. Not for secrets. Pure: the seed decides.
class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed) {}

  /// Evenly spread over [0, most).
  [[nodiscard]] Milliseconds below(Milliseconds most) {
    return most <= Milliseconds{0}
               ? Milliseconds{0}
               : Milliseconds{static_cast<Milliseconds::rep>(next() % static_cast<std::uint64_t>(most.count()))};
  }

 private:
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace gatehouse::breaker
