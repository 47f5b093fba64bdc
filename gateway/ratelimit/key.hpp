#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

/// How much anybody may have: rates, calls at a time, places in a queue. Pure: time arrives as an argument.
namespace gatehouse::ratelimit {

/// 128 bits that stand for whoever is counted. Two different ones never meet in practice, and nobody without the seed can look for two
/// that do.
struct Key {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Key&) const = default;
};

/// Spreads keys over a table. They are random already.
struct KeyHash {
  using is_avalanching = void;
  std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.low); }
};

/// Random bytes of this process.
using Seed = std::array<std::uint8_t, 16>;

/// SipHash-1-3 with 128 bits (Aumasson, Bernstein: "SipHash: a fast short-input PRF"), piece by piece.
class KeyMaker {
 public:
  explicit KeyMaker(const Seed& seed);

  /// Pieces add up as if they were one: what could be taken for something else needs its length in front.
  KeyMaker& add(std::string_view bytes);
  KeyMaker& add(std::uint64_t number);
  KeyMaker& add(const Key& key) { return add(key.low).add(key.high); }
  [[nodiscard]] Key finish();

 private:
  void round();
  void block(std::uint64_t word);
  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t rest_ = 0;    // bytes that do not fill a block yet
  std::uint64_t length_ = 0;  // of everything
};

}  // namespace gatehouse::ratelimit
