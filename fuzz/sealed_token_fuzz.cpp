// Texts that claim to be sealed tokens: none may open, and what was sealed opens as it was.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/seal/seal.hpp"

using gatehouse::seal::KeyRing;
using gatehouse::seal::Purpose;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyRing keys = *KeyRing::of({"0123456789abcdef0123456789abcdef"});
  constexpr gatehouse::seal::Time now{std::chrono::seconds{1'800'000'000}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Purpose purpose : {Purpose::cursor, Purpose::state, Purpose::task})
    if (keys.open(purpose, "alice", text, now)) std::abort();
  const auto split = text.substr(0, text.size() / 2);
  const auto token = keys.seal(Purpose::state, split, text, now + std::chrono::seconds{1});
  const auto opened = keys.open(Purpose::state, split, token, now);
  if (!opened || *opened != text) std::abort();
  return 0;
}
