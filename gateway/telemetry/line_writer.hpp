#pragma once
#include <string>

#include <gatehouse/base/time.hpp>

namespace gatehouse::telemetry {

/// Writes lines to a descriptor that others write to as well (stderr), without ever waiting for its reader and without changing
/// how the others see it.
///
/// Pipes, terminals and sockets get runs of whole lines of at most `kAtomicBytes`: a pipe takes such a run entirely or not at
/// all (POSIX write(), PIPE_BUF), so lines of several writers never mix. Files are written at once.
/// SIGPIPE must be ignored in the process.
class LineWriter {
 public:
  static constexpr std::size_t kAtomicBytes = 4096;

  explicit LineWriter(int fd);  ///< Does not take over `fd`.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Removes from the front of `lines` what could be written now. False: something is left.
  /// REQUIRES: `lines` is empty or ends with a line break.
  bool write(std::string& lines);
  /// Waits until the reader takes more or `longest` has passed. False: there is no reader any more.
  [[nodiscard]] bool wait(Milliseconds longest) const;

 private:
  enum class Kind { file, own, socket, shared };
  [[nodiscard]] long write_some(const char* data, std::size_t size) const;

  int fd_;
  Kind kind_ = Kind::file;
};

}  // namespace gatehouse::telemetry
