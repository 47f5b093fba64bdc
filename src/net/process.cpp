#include <gatehouse/net/process.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <gatehouse/net/pipe.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/net/latch.hpp"
#include "src/net/line_cutter.hpp"
#include "src/net/loop_impl.hpp"
#include "src/net/process_launch.hpp"

namespace gatehouse::net {
namespace {

using Descriptor = boost::asio::posix::basic_stream_descriptor<Loop::Impl::Executor>;

constexpr std::size_t kMaxStderrBatch = 1 << 20;  // then others get their turn
constexpr int kMaxReapWaitMs = 2000;

// Fast enough to block for, but not for ever: the guard may be stopped in a debugger.
void reap_now(pid_t guard, int status) {
  pollfd end{status, POLLHUP, 0};
  ::poll(&end, 1, kMaxReapWaitMs);
  for (int i = 0; i < 100 && ::waitpid(guard, nullptr, WNOHANG) == 0; ++i) ::usleep(1000);
}

}  // namespace

std::string ExitStatus::str() const {
  if (signal == 0) return "exit code " + std::to_string(code);
  return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

// Kept alive by the reads that wait for the guard and for stderr, until both ended or the loop is destroyed.
struct Process::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& owner, ProcessOptions&& settings)
      : loop(owner),
        options(std::move(settings)),
        status(owner.impl().context),
        err(owner.impl().context),
        guard_end(owner.impl().context),
        err_lines(options.max_stderr_line_bytes) {}
  ~Impl();

  Result<void> adopt(Launched&& launched);
  void read_status();
  void on_report(const GuardReport& report);
  void on_exit(ExitStatus how);
  void on_guard_end();
  void watch_stderr();
  bool drain_stderr();
  void command(GuardCommand what);

  Loop& loop;
  ProcessOptions options;
  pid_t guard = -1;
  pid_t child = -1;
  Fd lifeline;
  Pipe in, out;
  Descriptor status, err, guard_end;
  LineCutter err_lines;
  GuardReport report_space{};
  std::optional<Error> start_error;
  ExitStatus exit;
  Latch started, exited, gone;  // in this order
};

Process::Impl::~Impl() {
  if (guard < 0 || gone.is_open()) return;
  command(GuardCommand::kill);
  reap_now(guard, status.native_handle());
}

Result<void> Process::Impl::adopt(Launched&& launched) {
  guard = launched.guard;
  lifeline = std::move(launched.lifeline);
  boost::system::error_code error, err_error;
  status.assign(launched.status.release(), error);
  err.assign(launched.err.release(), err_error);
  if (!err_error) err.non_blocking(true, err_error);
  if (error || err_error)
    return fail(Kind::io, Origin::gateway, "the system refused to watch another process", error.message());
  auto stdin_pipe = Pipe::take(loop, launched.in.release());
  if (!stdin_pipe) return fail(std::move(stdin_pipe.error()));
  in = std::move(*stdin_pipe);
  auto stdout_pipe = Pipe::take(loop, launched.out.release());
  if (!stdout_pipe) return fail(std::move(stdout_pipe.error()));
  out = std::move(*stdout_pipe);
  read_status();
  watch_stderr();
  return {};
}

void Process::Impl::command(GuardCommand what) {
  // A guard that is gone has nothing left to do.
  if (lifeline) [[maybe_unused]]
    const auto written = ::write(lifeline.get(), &what, sizeof what);
}

void Process::Impl::read_status() {
  status.async_read_some(boost::asio::buffer(&report_space, sizeof report_space),
                         [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                           const Turn turn;
                           if (error || size != sizeof(GuardReport)) return self->on_guard_end();
                           self->on_report(self->report_space);
                           self->read_status();
                         });
}

void Process::Impl::on_report(const GuardReport& report) {
  switch (report.what) {
    case GuardReport::What::started:
      child = report.value;
      started.open();
      break;
    case GuardReport::What::failed: start_error = launch_error(options, report); break;
    case GuardReport::What::exited: on_exit({.code = report.value, .signal = report.detail}); break;
  }
}

void Process::Impl::on_exit(ExitStatus how) {
  drain_stderr();
  exit = how;
  exited.open();
}

void Process::Impl::on_guard_end() {
  if (!exited.is_open()) {
    if (child > 0) ::kill(-child, SIGKILL);  // somebody killed the guard; the child itself dies with it
    if (child < 0 && !start_error)
      start_error = Error{Kind::io, Origin::gateway, "the guard of a process ended unexpectedly"};
    on_exit({.code = 128 + SIGKILL, .signal = SIGKILL});
  }
  lifeline.reset();
  const auto finish = [self = shared_from_this()](boost::system::error_code) {
    const Turn turn;
    ::waitpid(self->guard, nullptr, 0);  // its descriptors are closed: it is ending, if not over
    self->drain_stderr();
    self->err.close();
    self->started.open();
    self->gone.open();
  };
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, guard, 0));
  if (pidfd < 0) return finish({});
  guard_end.assign(pidfd);
  guard_end.async_wait(Descriptor::wait_read, finish);
}

void Process::Impl::watch_stderr() {
  err.async_wait(Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    const Turn turn;
    if (!error && self->drain_stderr()) self->watch_stderr();
  });
}

// False at the end. Also called when the child has exited: its last words explain why, so who hears of it shall have them.
bool Process::Impl::drain_stderr() {
  const auto deliver = [this](std::string_view line) {
    if (options.on_stderr) options.on_stderr(line);
  };
  std::array<char, 4096> bytes;
  for (std::size_t total = 0; total < kMaxStderrBatch;) {
    const ssize_t got = ::read(err.native_handle(), bytes.data(), bytes.size());
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) {
      err_lines.end(deliver);
      return false;
    }
    err_lines.feed({bytes.data(), static_cast<std::size_t>(got)}, deliver);
    total += static_cast<std::size_t>(got);
  }
  return true;
}

Task<Result<std::unique_ptr<Process>>> Process::start(Loop& loop, ProcessOptions options) {
  auto launched = launch(options);
  if (!launched) co_return fail(std::move(launched.error()));
  const auto impl = std::make_shared<Impl>(loop, std::move(options));
  if (auto adopted = impl->adopt(std::move(*launched)); !adopted) co_return fail(std::move(adopted.error()));
  co_await impl->started.wait();
  if (impl->start_error) {
    co_await impl->gone.wait();
    co_return fail(std::move(*impl->start_error));
  }
  co_return std::unique_ptr<Process>(new Process(impl));
}

Process::Process(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Process::~Process() {
  impl_->options.on_stderr = nullptr;
  impl_->in.close();
  impl_->out.close();
  kill();
}

pid_t Process::pid() const { return impl_->child; }
bool Process::running() const { return !impl_->exited.is_open(); }

Task<Result<void>> Process::write(const json::Pieces& bytes) { return impl_->in.write(bytes); }
void Process::close_stdin() { impl_->in.close(); }
Task<Result<std::size_t>> Process::read(char* space, std::size_t size) { return impl_->out.read(space, size); }

Task<ExitStatus> Process::wait() {
  const auto impl = impl_;
  co_await impl->exited.wait();
  co_return impl->exit;
}

Task<ExitStatus> Process::stop(Milliseconds after_stdin, Milliseconds after_term) {
  const auto impl = impl_;
  impl->in.close();
  Timer term(impl->loop.timers()), force(impl->loop.timers());
  term.arm(after_stdin, [&] { impl->command(GuardCommand::terminate); });
  force.arm(after_stdin + after_term, [&] { impl->command(GuardCommand::kill); });
  co_await impl->gone.wait();
  co_return impl->exit;
}

void Process::terminate() { impl_->command(GuardCommand::terminate); }
void Process::kill() { impl_->command(GuardCommand::kill); }

}  // namespace gatehouse::net
