#pragma once
#include <array>
#include <cstdint>
#include <string>

#include <gatehouse/base/time.hpp>
#include <gatehouse/net/http_server.hpp>

namespace gatehouse::net {

/// Notices that a server's certificate, its key or the authorities of its clients were renewed, by looking at the files.
class TlsFiles {
 public:
  explicit TlsFiles(const TlsServerOptions& options);
  /// Once for each change, when the files have rested between two looks. Looks twice a second at most.
  [[nodiscard]] bool changed(TimePoint now);

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0, size = -1;
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::array<Stamp, 3>;
  [[nodiscard]] Stamps look() const;

  const std::array<std::string, 3> paths_;
  Stamps read_, last_;
  TimePoint next_look_;
};

}  // namespace gatehouse::net
