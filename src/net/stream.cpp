#include "src/net/stream.hpp"

#include <array>

namespace gatehouse::net {
namespace {

constexpr std::size_t kLittle = 4 * 1024;   // copying so much costs less than describing its pieces to the kernel
constexpr std::size_t kPieces = 64;         // per system call
constexpr std::size_t kRecord = 16 * 1024;  // TLS: pieces are copied together, so that small ones share a record

ssize_t write_record(TlsSession& tls, const Gather& pieces) {
  std::array<char, kRecord> record;
  const std::size_t size = pieces.copy(record);
  return tls.write(record.data(), size);
}

}  // namespace

ssize_t Stream::write(Gather& pieces) {
  ssize_t count;
  if (tls_) {
    count = write_record(*tls_, pieces);
  } else if (pieces.size() <= kLittle) {
    std::array<char, kLittle> together;  // NOLINT: filled up to what is sent
    count = socket_.write(std::string_view(together.data(), pieces.copy(together)));
  } else {
    std::array<iovec, kPieces> entries;
    count = socket_.write(std::span(entries).first(pieces.fill(entries)));
  }
  if (count > 0) pieces.sent(static_cast<std::size_t>(count));
  return count;
}

void Stream::close_sending_side() {
  if (tls_) tls_->say_goodbye();
  ::shutdown(socket_.fd(), SHUT_WR);
}

}  // namespace gatehouse::net
