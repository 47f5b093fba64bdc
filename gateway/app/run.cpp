#include "gateway/app/run.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gatehouse/base/log.hpp>
#include <gatehouse/transport/stdio.hpp>

#include "gateway/app/config_watch.hpp"
#include "gateway/app/gateway.hpp"
#include "gateway/app/patient_channel.hpp"
#include "gateway/app/version.hpp"

namespace gatehouse::app {
namespace {

constexpr Milliseconds kStartPatience{10'000};

/// Every client and every server connection is a file: take what the system allows.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Memory holds keys and tokens: none of it is to lie about in files (T49). The hard limit stays, for programs that are started.
void write_no_core_dumps() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  (void)::setrlimit(RLIMIT_CORE, &limit);
}

/// The process ends already: to be asked once more must not change how it ends.
void hold_signals() {
  sigset_t asked;
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  sigaddset(&asked, SIGINT);
  sigprocmask(SIG_BLOCK, &asked, nullptr);
}

void write_ready_file(const std::string& path, const std::string& url) {
  if (path.empty()) return;
  const std::string temporary = path + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << url << "\n";
  }
  std::error_code problem;
  std::filesystem::rename(temporary, path, problem);  // readers never see half a line
  if (problem) log::error("ready file cannot be written", {{"path", path}, {"reason", problem.message()}});
}

void log_problems(const config::Problems& problems, log::Level level, std::string_view event) {
  for (const config::Problem& problem : problems) log::write(level, event, {{"problem", problem.str()}});
}

/// Runs the gateway's life on the loop, from start to the end of the drain.
class Life {
 public:
  Life(net::Loop& loop, config::Loaded loaded, const RunOptions& options)
      : loop_(loop),
        options_(options),
        authenticated_(loaded.config.auth.needed()),
        gateway_(loop, loaded.config),
        watch_(loop, loaded.files, [this] { reload(); }) {
    log_problems(loaded.warnings, log::Level::warn, "configuration");
  }

  Task<void> live(int& exit_code) {
    write_no_core_dumps();
    if (options_.front != Front::network) co_return co_await live_on_stdio(exit_code);
    if (auto started = gateway_.start(); !started) {
      log::error("cannot start", {{"reason", started.error().message}, {"detail", started.error().detail}});
      exit_code = 1;
      co_return co_await gateway_.stop();
    }
    if (!authenticated_) log::info("no authentication is configured: listening on loopback only");
    log::info("audit is off: one log line per call is all that is kept");
    loop_.on_signal({SIGTERM, SIGINT}, [this](int) { stop_.notify(); });
    loop_.on_signal({SIGHUP}, [this](int) { reload(); });
    Cancel never;
    co_await gateway_.settled(kStartPatience, never);
    write_ready_file(options_.ready_file, gateway_.url());
    log::info("ready", {{"url", gateway_.url()}, {"version", kVersion}});
    co_await stop_.wait();
    watch_.stop();
    co_await gateway_.stop();
  }

 private:
  Task<void> live_on_stdio(int& exit_code) {
    auto own = transport::stdio_channel(loop_);  // first of all: nothing else may come to stdout
    Result<void> started = own ? gateway_.start(Gateway::Listener::none) : Result<void>(fail(Error(own.error())));
    if (started) {
      const transport::Channel& host = **own;
      PatientChannel channel(
          std::move(*own), [this](Cancel& closed) { return greeted(closed); },
          [this, &host](Cancel& closed) { return transport::linger(loop_, host, options_.linger, closed); });
      loop_.on_signal({SIGTERM, SIGINT}, [this](int) { host_over_.request(CancelReason::shutting_down); });
      loop_.on_signal({SIGHUP}, [this](int) { reload(); });
      Gateway::OnChannel how;
      how.endpoint = options_.endpoint;
      how.linger = options_.linger;
      started = co_await gateway_.serve_channel(channel, how, host_over_);
      co_await channel.close();
    }
    if (!started) {
      log::error("cannot start", {{"reason", started.error().message}, {"detail", started.error().detail}});
      exit_code = 1;
    }
    watch_.stop();
    co_await gateway_.stop();
  }

  Task<Result<void>> greeted(Cancel& closed) {
    if (options_.front == Front::stdio_when_up) co_return co_await gateway_.server_up(closed);
    co_await gateway_.settled(kStartPatience, closed);
    co_return Result<void>{};
  }

  void reload() {
    watch_.about_to_read();
    auto loaded = options_.load();
    if (!loaded) {
      log_problems(loaded.error(), log::Level::error, "configuration not loaded, the old one stays");
      return;
    }
    log_problems(loaded->warnings, log::Level::warn, "configuration");
    watch_.have_read(loaded->files);
    gateway_.reload(std::move(loaded->config));
  }

  net::Loop& loop_;
  const RunOptions& options_;
  const bool authenticated_;
  Gateway gateway_;
  ConfigWatch watch_;
  Signal stop_;
  Cancel host_over_;  // on stdio
};

}  // namespace

int run(config::Loaded loaded, RunOptions options) {
  signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  telemetry::start_log(loaded.config.log.level, loaded.config.log.format == config::LogFormat::json
                                                    ? telemetry::Format::json
                                                    : telemetry::Format::text);
  int exit_code = 0;
  net::Loop loop;
  Life life(loop, std::move(loaded), options);
  net::run(loop, life.live(exit_code));
  hold_signals();
  return exit_code;
}

}  // namespace gatehouse::app
