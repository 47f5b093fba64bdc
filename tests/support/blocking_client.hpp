#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::test {

/// A TCP connection to 127.0.0.1 with blocking calls, for threads beside the loop under test. Every wait ends after ten seconds.
class BlockingClient {
 public:
  explicit BlockingClient(std::uint16_t port);  ///< Throws if it cannot connect.
  ~BlockingClient();
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  void send(std::string_view bytes);
  /// Everything received so far, once `marker` is in it, the other side closed, or time is up.
  const std::string& read_until(std::string_view marker);
  const std::string& read_to_end() { return read_until(std::string_view("\0", 1)); }  ///< No text has a NUL.

 private:
  int socket_;
  std::string received_;
};

/// A POST with a JSON body. `headers`: whole lines with CRLF.
[[nodiscard]] std::string post_request(std::string_view path, std::string_view headers, std::string_view body);

}  // namespace gatehouse::test
