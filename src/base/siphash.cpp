#include <gatehouse/base/siphash.hpp>

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

}  // namespace

template <int kRounds, int kLastRounds>
SipHash<kRounds, kLastRounds>::SipHash(const HashSeed& seed) {
  const std::uint64_t k0 = word_at(seed.data()), k1 = word_at(seed.data() + 8);
  v0_ = k0 ^ 0x736f6d6570736575;
  v1_ = k1 ^ 0x646f72616e646f6d ^ 0xee;
  v2_ = k0 ^ 0x6c7967656e657261;
  v3_ = k1 ^ 0x7465646279746573;
}

template <int kRounds, int kLastRounds>
template <int kTimes>
inline void SipHash<kRounds, kLastRounds>::rounds() {
  for (int i = 0; i < kTimes; ++i) {
    v0_ += v1_, v1_ = std::rotl(v1_, 13) ^ v0_, v0_ = std::rotl(v0_, 32);
    v2_ += v3_, v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_, v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_, v1_ = std::rotl(v1_, 17) ^ v2_, v2_ = std::rotl(v2_, 32);
  }
}

template <int kRounds, int kLastRounds>
inline void SipHash<kRounds, kLastRounds>::block(std::uint64_t word) {
  v3_ ^= word;
  rounds<kRounds>();
  v0_ ^= word;
}

template <int kRounds, int kLastRounds>
SipHash<kRounds, kLastRounds>& SipHash<kRounds, kLastRounds>::add(std::string_view bytes) {
  while (!bytes.empty() && length_ % 8 != 0) {
    rest_ |= std::uint64_t{static_cast<unsigned char>(bytes[0])} << (8 * (length_ % 8));
    bytes.remove_prefix(1);
    if (++length_ % 8 == 0) block(std::exchange(rest_, 0));
  }
  for (; bytes.size() >= 8; bytes.remove_prefix(8), length_ += 8) block(word_at(bytes.data()));
  for (const char c : bytes) rest_ |= std::uint64_t{static_cast<unsigned char>(c)} << (8 * (length_++ % 8));
  return *this;
}

template <int kRounds, int kLastRounds>
SipHash<kRounds, kLastRounds>& SipHash<kRounds, kLastRounds>::add(std::uint64_t number) {
  if (length_ % 8 != 0) return add({reinterpret_cast<const char*>(&number), sizeof number});
  block(number);
  length_ += 8;
  return *this;
}

template <int kRounds, int kLastRounds>
Hash128 SipHash<kRounds, kLastRounds>::finish() {
  block(rest_ | length_ << 56);
  v2_ ^= 0xee;
  rounds<kLastRounds>();
  Hash128 hash;
  hash.low = v0_ ^ v1_ ^ v2_ ^ v3_;
  v1_ ^= 0xdd;
  rounds<kLastRounds>();
  hash.high = v0_ ^ v1_ ^ v2_ ^ v3_;
  return hash;
}

template class SipHash<1, 3>;
template class SipHash<2, 4>;

}  // namespace gatehouse
