#include "gateway/seal/random.hpp"

#include <openssl/rand.h>

#include <exception>

namespace gatehouse::seal {

void random_bytes(std::span<std::uint8_t> out) {
  // Going on with guessable bytes would hand out forgeable tokens.
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::terminate();
}

}  // namespace gatehouse::seal
