#include <gatehouse/base/random.hpp>

#include <sys/random.h>

#include <cerrno>
#include <exception>

namespace gatehouse {

void random_bytes(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno != EINTR) std::terminate();
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace gatehouse
