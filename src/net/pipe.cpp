#include <gatehouse/net/pipe.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <gatehouse/base/turnstile.hpp>

#include "src/net/fd.hpp"
#include "src/net/loop_impl.hpp"

namespace gatehouse::net {
namespace {

std::unexpected<Error> lost(const char* what) {
  return fail(Kind::connection_lost, Origin::upstream, "the connection was closed", what);
}

std::unexpected<Error> io_error(const char* what) {
  return fail(Kind::io, Origin::gateway, "the system refused an operation",
              std::string{what} + ": " + std::strerror(errno));
}

void ignore_broken_pipes() {
  static const bool done = [] {
    struct sigaction now{};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  (void)done;
}

// What is still to be written.
class Remainder {
 public:
  explicit Remainder(const json::Pieces& pieces) : pieces_(pieces) { skip_empty(); }
  [[nodiscard]] bool empty() const { return index_ == pieces_.size(); }

  enum class Step { more, full, broken };
  Step write_to(int fd) {
    std::array<iovec, 64> parts;
    std::size_t count = 0, asked = 0;
    for (std::size_t i = index_; i < pieces_.size() && count < parts.size(); ++i) {
      const std::string_view part = pieces_[i].substr(i == index_ ? offset_ : 0);
      parts[count++] = {const_cast<char*>(part.data()), part.size()};
      asked += part.size();
    }
    ssize_t written = 0;
    do {
      written = ::writev(fd, parts.data(), static_cast<int>(count));
    } while (written < 0 && errno == EINTR);
    if (written < 0) return errno == EAGAIN ? Step::full : Step::broken;
    advance(static_cast<std::size_t>(written));
    return static_cast<std::size_t>(written) < asked ? Step::full : Step::more;
  }

 private:
  void advance(std::size_t bytes) {
    while (bytes > 0) {
      const std::size_t left = pieces_[index_].size() - offset_;
      if (bytes < left) {
        offset_ += bytes;
        return;
      }
      bytes -= left;
      ++index_;
      offset_ = 0;
    }
    skip_empty();
  }
  void skip_empty() {
    while (index_ < pieces_.size() && pieces_[index_].size() == offset_) {
      ++index_;
      offset_ = 0;
    }
  }
  const json::Pieces& pieces_;
  std::size_t index_ = 0, offset_ = 0;
};

}  // namespace

// Outlives the Pipe while a coroutine waits: that one then finds the descriptor closed.
struct Pipe::State {
  Fd fd;
  std::optional<Watch> watch;  // none for files, which are always ready
  Turnstile writers;

  static Task<Result<std::size_t>> read(std::shared_ptr<State> self, char* space, std::size_t size);
  static Task<Result<void>> write(std::shared_ptr<State> self, const json::Pieces& bytes);
};

Task<Result<std::size_t>> Pipe::State::read(std::shared_ptr<State> self, char* space, std::size_t size) {
  for (;;) {
    if (self && self->watch) co_await self->watch->readable();
    if (!self || !self->fd) co_return lost("closed");
    const ssize_t got = ::read(self->fd.get(), space, size);
    if (self->watch && got < static_cast<ssize_t>(size)) self->watch->drained();
    if (got >= 0) co_return static_cast<std::size_t>(got);
    if (errno != EINTR && !(errno == EAGAIN && self->watch)) co_return lost(std::strerror(errno));
  }
}

Task<Result<void>> Pipe::State::write(std::shared_ptr<State> self, const json::Pieces& bytes) {
  if (!self) co_return lost("closed");
  const auto pass = co_await self->writers.enter();
  for (Remainder rest{bytes}; !rest.empty();) {
    if (!self->fd) co_return lost("closed");
    switch (rest.write_to(self->fd.get())) {
      case Remainder::Step::more: break;
      case Remainder::Step::broken: co_return lost(std::strerror(errno));
      case Remainder::Step::full:
        if (!self->watch) break;
        self->watch->filled();
        co_await self->watch->writable();
    }
  }
  co_return Result<void>{};
}

Result<Pipe> Pipe::take(Loop& loop, int fd) {
  ignore_broken_pipes();
  auto state = std::make_shared<State>();
  state->fd.reset(fd);
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return io_error("fcntl");
  try {
    state->watch.emplace(loop.impl().poller, fd);
  } catch (const std::system_error& error) {
    errno = error.code().value();
    if (errno != EPERM) return io_error("epoll_ctl");  // EPERM: a file, which is always ready
  }
  Pipe pipe;
  pipe.state_ = std::move(state);
  return pipe;
}

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  close();
  state_ = std::move(other.state_);
  return *this;
}

Task<Result<std::size_t>> Pipe::read(char* space, std::size_t size) { return State::read(state_, space, size); }
Task<Result<void>> Pipe::write(const json::Pieces& bytes) { return State::write(state_, bytes); }

void Pipe::close() {
  if (!state_) return;
  if (state_->watch) state_->watch->abort();
  state_->watch.reset();
  state_->fd.reset();
  state_.reset();
}

bool Pipe::is_broken() const {
  if (!state_) return true;
  pollfd look{.fd = state_->fd.get(), .events = 0, .revents = 0};
  return ::poll(&look, 1, 0) == 1 && (look.revents & (POLLERR | POLLHUP)) != 0;
}

namespace {

// A description of our own, so that O_NONBLOCK does not reach others that share the terminal or pipe (our own stderr, the
// shell). Sockets cannot be opened again, and files would start from their beginning.
Fd own_description(int number, int mode) {
  struct stat what{};
  if (::fstat(number, &what) == 0 && (S_ISFIFO(what.st_mode) || S_ISCHR(what.st_mode))) {
    const std::string path = "/proc/self/fd/" + std::to_string(number);
    if (Fd fd{::open(path.c_str(), mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)}) return fd;
  }
  return Fd{::fcntl(number, F_DUPFD_CLOEXEC, 3)};
}

}  // namespace

Result<Pipe> take_stdin(Loop& loop) {
  Fd mine = own_description(STDIN_FILENO, O_RDONLY);
  const Fd nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (!mine || !nothing || ::dup2(nothing.get(), STDIN_FILENO) < 0) return io_error("stdin");
  return Pipe::take(loop, mine.release());
}

Result<Pipe> take_stdout(Loop& loop) {
  Fd mine = own_description(STDOUT_FILENO, O_WRONLY);
  if (!mine || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return io_error("stdout");
  return Pipe::take(loop, mine.release());
}

}  // namespace gatehouse::net
