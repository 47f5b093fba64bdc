#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include <gatehouse/base/function_ref.hpp>

namespace gatehouse::net {

/// Cuts a stream of text, as it comes, into lines for a log: without line ends, no longer than `max_bytes`; what is longer
/// loses its end.
class LineCutter {
 public:
  explicit LineCutter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void feed(std::string_view bytes, FunctionRef<void(std::string_view)> deliver) {
    for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
      keep(bytes.substr(0, end));
      finish(deliver);
      started_ = false;
    }
    keep(bytes);
    started_ = started_ || !bytes.empty();
  }

  /// At the end of the stream: delivers a last line without a line end.
  void end(FunctionRef<void(std::string_view)> deliver) {
    if (started_) finish(deliver);
    started_ = false;
  }

 private:
  void keep(std::string_view part) { line_.append(part.substr(0, max_bytes_ - line_.size())); }
  void finish(FunctionRef<void(std::string_view)> deliver) {
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    deliver(line);
    line_.clear();
  }
  std::size_t max_bytes_;
  std::string line_;
  bool started_ = false;
};

}  // namespace gatehouse::net
