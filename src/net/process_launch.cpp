#include "src/net/process_launch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace gatehouse::net {
namespace {

constexpr int kLowestFd = 9;           // below: what the guard arranges anew
constexpr int kPipeBytes = 256 << 10;  // more brings little, and the system limits the sum per user (64 MiB)
constexpr const char* kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

using Environment = std::map<std::string, std::string, std::less<>>;

Environment environment(const ProcessOptions& options) {
  Environment env;
  for (const std::string& name : options.inherit_env) {
    if (const char* value = std::getenv(name.c_str())) env[name] = value;
  }
  for (const auto& [name, value] : options.env) env[name] = value;
  return env;
}

std::string search_path(const Environment& env) {
  const auto path = env.find("PATH");
  return path == env.end() ? kDefaultPath : path->second;
}

std::vector<std::string> candidates(const std::string& command, std::string_view path) {
  if (command.contains('/')) return {command};
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    const std::string_view folder = path.substr(at, end - at);
    out.push_back((folder.empty() ? std::string{"."} : std::string{folder}) + "/" + command);
    at = end + 1;
  }
  return out;
}

// The lists in the null-terminated form that execve takes, in one mapping of their own: see GuardPlan::memory.
class PlanMemory {
 public:
  using Strings = std::vector<std::string>;
  PlanMemory(std::initializer_list<const Strings*> lists) {
    for (const Strings* list : lists) {
      bytes_ += (list->size() + 1) * sizeof(char*);
      for (const std::string& text : *list) bytes_ += text.size() + 1;
    }
    void* const mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return;
    memory_ = mapped;
    pointers_ = static_cast<const char**>(mapped);
    strings_ = static_cast<char*>(mapped) + bytes_;  // from the end down
  }
  PlanMemory(const PlanMemory&) = delete;
  PlanMemory& operator=(const PlanMemory&) = delete;
  ~PlanMemory() {
    if (memory_) ::munmap(memory_, bytes_);
  }

  [[nodiscard]] explicit operator bool() const { return memory_ != nullptr; }
  [[nodiscard]] const void* begin() const { return memory_; }
  [[nodiscard]] std::size_t size() const { return bytes_; }

  // Each list once.
  const char* const* copy(const Strings& list) {
    const char** const begin = pointers_;
    for (const std::string& text : list) {
      strings_ -= text.size() + 1;
      *pointers_++ = static_cast<const char*>(std::memcpy(strings_, text.c_str(), text.size() + 1));
    }
    *pointers_++ = nullptr;
    return begin;
  }

 private:
  std::size_t bytes_ = 0;
  void* memory_ = nullptr;
  const char** pointers_ = nullptr;
  char* strings_ = nullptr;
};

Result<void> check(const ProcessOptions& options) {
  const auto bad = [](std::string what) { return fail(Kind::invalid_config, Origin::gateway, std::move(what)); };
  const auto has_nul = [](const std::string& text) { return text.contains('\0'); };
  if (options.command.empty()) return bad("the command is empty");
  if (has_nul(options.command) || has_nul(options.cwd) || std::ranges::any_of(options.args, has_nul)) {
    return bad("the command, its arguments and its working directory cannot hold NUL");
  }
  for (const auto& [name, value] : options.env) {
    if (name.empty() || name.contains('=') || has_nul(name) || has_nul(value)) {
      return bad("not a name or value of an environment variable: '" + name + "'");
    }
  }
  return {};
}

std::unexpected<Error> refused(const char* what) {
  return fail(Kind::io, Origin::gateway, "the system refused to start another process",
              std::string{what} + ": " + std::strerror(errno));
}

struct PipeEnds {
  Fd read, write;
};

Fd above_the_low_ones(int fd) {
  if (fd >= kLowestFd) return Fd{fd};
  const Fd low{fd};
  return Fd{::fcntl(fd, F_DUPFD_CLOEXEC, kLowestFd)};
}

bool open_pipe(PipeEnds& ends) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return false;
  ends.read = above_the_low_ones(fds[0]);
  ends.write = above_the_low_ones(fds[1]);
  return ends.read && ends.write;
}

int highest_fd() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
}

// No handler of ours may run in the guard: it would act on what the guard shares with us.
pid_t fork_with_signals_blocked(const GuardPlan& plan) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t guard = fork_guard(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return guard;
}

}  // namespace

Result<Launched> launch(const ProcessOptions& options) {
  if (auto fine = check(options); !fine) return fail(std::move(fine.error()));
  const Environment env = environment(options);
  std::vector<std::string> env_strings, arguments{options.command};
  for (const auto& [name, value] : env) env_strings.push_back(name + "=" + value);
  arguments.insert(arguments.end(), options.args.begin(), options.args.end());
  const std::vector<std::string> programs = candidates(options.command, search_path(env));

  PipeEnds in, out, err, lifeline, status;
  for (PipeEnds* ends : {&in, &out, &err, &lifeline, &status}) {
    if (!open_pipe(*ends)) return refused("pipe");
  }
  // Fewer changes of context for large messages. Best effort.
  ::fcntl(in.write.get(), F_SETPIPE_SZ, kPipeBytes);
  ::fcntl(out.read.get(), F_SETPIPE_SZ, kPipeBytes);

  const std::vector<std::string> folder(options.cwd.empty() ? 0 : 1, options.cwd);
  PlanMemory memory{&programs, &arguments, &env_strings, &folder};
  if (!memory) return refused("mmap");
  const GuardPlan plan{.memory = memory.begin(),
                       .memory_bytes = memory.size(),
                       .programs = memory.copy(programs),
                       .argv = memory.copy(arguments),
                       .envp = memory.copy(env_strings),
                       .cwd = *memory.copy(folder),
                       .child_stdin = in.read.get(),
                       .child_stdout = out.write.get(),
                       .child_stderr = err.write.get(),
                       .lifeline = lifeline.read.get(),
                       .status = status.write.get(),
                       .max_fd = highest_fd(),
                       .grace_ms = static_cast<long>(options.orphan_grace.count())};
  const pid_t guard = fork_with_signals_blocked(plan);
  if (guard < 0) return refused("fork");
  return Launched{.guard = guard,
                  .in = std::move(in.write),
                  .out = std::move(out.read),
                  .err = std::move(err.read),
                  .lifeline = std::move(lifeline.write),
                  .status = std::move(status.read)};
}

namespace {

std::string why_not(const ProcessOptions& options, int error) {
  switch (error) {
    case ENOENT:
      if (!options.command.contains('/')) return "command not found";
      return options.command.starts_with('/') && ::access(options.command.c_str(), F_OK) == 0
                 ? "its interpreter was not found"
                 : "no such file";
    case EACCES: return "permission denied: is it an executable file?";
    case ENOEXEC: return "not a program (a script needs a #! line)";
    case E2BIG: return "its arguments and environment are too long";
    default: return std::strerror(error);
  }
}

}  // namespace

Error launch_error(const ProcessOptions& options, const GuardReport& failure) {
  const std::string what = "cannot start '" + options.command + "': ";
  switch (static_cast<GuardReport::Stage>(failure.value)) {
    case GuardReport::Stage::cwd:
      return {Kind::unavailable, Origin::upstream,
              what + "working directory '" + options.cwd + "': " + std::strerror(failure.detail)};
    case GuardReport::Stage::exec:
      return {Kind::unavailable, Origin::upstream, what + why_not(options, failure.detail),
              "PATH=" + search_path(environment(options))};
    case GuardReport::Stage::fork: break;
  }
  return {Kind::io, Origin::gateway, "the system refused to start another process",
          what + std::strerror(failure.detail)};
}

}  // namespace gatehouse::net
