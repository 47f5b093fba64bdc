#pragma once
#include <cstddef>
#include <memory>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::net {

/// One end of a pipe, terminal, local socket or file, read or written without blocking the loop (files block, briefly).
/// Reading and writing never wait for each other, so a peer that stops reading while it writes cannot lock us in.
class Pipe {
 public:
  Pipe() = default;  ///< Closed.
  /// Takes over `fd`, also on failure, and makes it non-blocking. The first call ignores SIGPIPE in this process if that signal
  /// still has its default action: a vanished reader is an error value here. Errors: io.
  static Result<Pipe> take(Loop& loop, int fd);
  ~Pipe() { close(); }
  Pipe(Pipe&&) noexcept = default;
  Pipe& operator=(Pipe&& other) noexcept;

  /// Reads into `space`; 0 at the end of the stream. One reader. Errors: connection_lost.
  [[nodiscard]] Task<Result<std::size_t>> read(char* space, std::size_t size);
  /// Writes all pieces, in order with other writers; they must stay valid until then. Errors: connection_lost.
  [[nodiscard]] Task<Result<void>> write(const json::Pieces& bytes);
  /// Waiting readers and writers end with connection_lost.
  void close();
  /// Writing end: whoever could read is gone. False for files and terminals, which are always there.
  [[nodiscard]] bool is_broken() const;
  [[nodiscard]] bool is_open() const { return state_ != nullptr; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// This process's own stdin and stdout. What else in the program uses the two afterwards finds stdin empty and writes to
/// stderr instead of stdout, so a stray `printf` cannot break the protocol. Errors: io.
[[nodiscard]] Result<Pipe> take_stdin(Loop& loop);
[[nodiscard]] Result<Pipe> take_stdout(Loop& loop);

}  // namespace gatehouse::net
