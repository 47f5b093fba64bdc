#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse {

/// 128 bits that stand for something longer. Two different things never meet in practice, and nobody without the seed can look for two
/// that do.
struct Hash128 {
  std::uint64_t low = 0, high = 0;
  auto operator<=>(const Hash128&) const = default;
};

/// Spreads hashes over a table. They are random already.
struct SpreadHash128 {
  using is_avalanching = void;
  std::size_t operator()(const Hash128& hash) const { return static_cast<std::size_t>(hash.low); }
};

/// Random bytes that nobody else knows.
using HashSeed = std::array<std::uint8_t, 16>;

/// SipHash with 128 bits (Aumasson, Bernstein: "SipHash: a fast short-input PRF"), piece by piece. 1-3 is for tables that strangers
/// write to; 2-4 is as the authors recommend it, for whatever an equal hash lets in.
template <int kRounds, int kLastRounds>
class SipHash {
 public:
  explicit SipHash(const HashSeed& seed);

  /// Pieces add up as if they were one: what could be taken for something else needs its length in front.
  SipHash& add(std::string_view bytes);
  SipHash& add(std::uint64_t number);
  SipHash& add(const Hash128& hash) { return add(hash.low).add(hash.high); }
  [[nodiscard]] Hash128 finish();

 private:
  struct State {
    std::uint64_t v0, v1, v2, v3;
    template <int kTimes>
    void rounds();
    void block(std::uint64_t word);
    [[nodiscard]] std::uint64_t sum() const { return v0 ^ v1 ^ v2 ^ v3; }
  };
  State state_;
  std::uint64_t rest_ = 0;    // bytes that do not fill a block yet
  std::uint64_t length_ = 0;  // of everything
};

extern template class SipHash<1, 3>;
extern template class SipHash<2, 4>;

}  // namespace gatehouse
