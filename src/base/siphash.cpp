#include <gatehouse/base/siphash.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace gatehouse {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

std::uint64_t word_at(const void* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Fewer bytes than a word.
std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return word;
}

}  // namespace

template <int kRounds, int kLastRounds>
SipHash<kRounds, kLastRounds>::SipHash(const HashSeed& seed) {
  const std::uint64_t k0 = word_at(seed.data()), k1 = word_at(seed.data() + 8);
  state_ = {.v0 = k0 ^ 0x736f6d6570736575,
            .v1 = k1 ^ 0x646f72616e646f6d ^ 0xee,
            .v2 = k0 ^ 0x6c7967656e657261,
            .v3 = k1 ^ 0x7465646279746573};
}

template <int kRounds, int kLastRounds>
template <int kTimes>
inline void SipHash<kRounds, kLastRounds>::State::rounds() {
  for (int i = 0; i < kTimes; ++i) {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }
}

template <int kRounds, int kLastRounds>
inline void SipHash<kRounds, kLastRounds>::State::block(std::uint64_t word) {
  v3 ^= word;
  rounds<kRounds>();
  v0 ^= word;
}

template <int kRounds, int kLastRounds>
SipHash<kRounds, kLastRounds>& SipHash<kRounds, kLastRounds>::add(std::string_view bytes) {
  State state =
      state_;  // `bytes` could be part of this object, for all the compiler knows: it would write back after each block
  const std::size_t used = length_ % 8;
  length_ += bytes.size();
  if (used != 0) {
    const std::size_t more = std::min(8 - used, bytes.size());
    rest_ |= word_of(bytes.substr(0, more)) << (8 * used);
    if (used + more < 8) return *this;
    bytes.remove_prefix(more);
    state.block(rest_);
  }
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.block(word_at(bytes.data()));
  rest_ = word_of(bytes);
  state_ = state;
  return *this;
}

template <int kRounds, int kLastRounds>
SipHash<kRounds, kLastRounds>& SipHash<kRounds, kLastRounds>::add(std::uint64_t number) {
  if (length_ % 8 != 0) return add({reinterpret_cast<const char*>(&number), sizeof number});
  state_.block(number);
  length_ += 8;
  return *this;
}

template <int kRounds, int kLastRounds>
Hash128 SipHash<kRounds, kLastRounds>::finish() {
  State state = state_;
  state.block(rest_ | static_cast<std::uint64_t>(length_) << 56);
  state.v2 ^= 0xee;
  state.template rounds<kLastRounds>();
  Hash128 hash;
  hash.low = state.sum();
  state.v1 ^= 0xdd;
  state.template rounds<kLastRounds>();
  hash.high = state.sum();
  return hash;
}

template class SipHash<1, 3>;
template class SipHash<2, 4>;

}  // namespace gatehouse
