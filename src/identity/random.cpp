#include "src/identity/random.hpp"

#include <openssl/rand.h>

#include <exception>

namespace gatehouse::identity {

void random_bytes(std::span<std::uint8_t> out) {
  // Going on with guessable bytes would hand out guessable keys.
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::terminate();
}

}  // namespace gatehouse::identity
