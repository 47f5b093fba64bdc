#include <bit>
#include <string>

#include <gatehouse/base/log.hpp>
#include <gatehouse/transport/stdio.hpp>

#include "src/transport/line_io.hpp"

namespace gatehouse::transport {
namespace {

constexpr std::size_t kLoggedBytes = 200;

bool looks_like_a_message(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first != line.npos && (line[first] == '{' || line[first] == '[');
}

class ProcessChannel final : public ChildChannel {
 public:
  ProcessChannel(std::string name, std::unique_ptr<net::Process> process, const StdioOptions& options)
      : name_(std::move(name)), options_(options), process_(std::move(process)), lines_(options.max_line_bytes) {}

  Task<Result<void>> send(const json::Pieces& message) override { return write_line(*process_, message); }

  Task<Result<Buffer>> receive() override {
    for (;;) {
      auto line = co_await read_line(*process_, lines_);
      if (!line) co_return line;
      if (looks_like_a_message(line->view())) {
        garbage_in_a_row_ = 0;
        co_return line;
      }
      skip(line->view());
      if (garbage_in_a_row_ > options_.max_garbage_lines) {
        co_return fail(Kind::bad_reply, Origin::upstream, "the server writes no messages",
                       "too many lines that are no JSON");
      }
    }
  }

  Task<void> close() override { co_await process_->stop(options_.stop_after_stdin, options_.stop_after_term); }

  pid_t pid() const override { return process_->pid(); }
  bool running() const override { return process_->running(); }
  std::uint64_t skipped_lines() const override { return skipped_; }
  Task<net::ExitStatus> wait() override { return process_->wait(); }

 private:
  void skip(std::string_view line) {
    ++garbage_in_a_row_;
    ++skipped_;
    if (line.empty() || !std::has_single_bit(skipped_))
      return;  // the 1st, 2nd, 4th, 8th …: a flood is seen, but does no harm
    const std::string count = std::to_string(skipped_);
    log::warn("skipped a line of a server's stdout that is no message",
              {{"server", name_}, {"line", line.substr(0, kLoggedBytes)}, {"skipped_lines", count, true}});
  }

  std::string name_;
  StdioOptions options_;
  std::unique_ptr<net::Process> process_;
  LineBuffer lines_;
  std::size_t garbage_in_a_row_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace

Task<Result<std::unique_ptr<ChildChannel>>> ChildChannel::start(net::Loop& loop, std::string name,
                                                                net::ProcessOptions process, StdioOptions options) {
  if (!process.on_stderr) {
    process.on_stderr = [name](std::string_view line) {
      log::info("server stderr", {{"server", name}, {"line", line}});
    };
  }
  auto started = co_await net::Process::start(loop, std::move(process));
  if (!started) co_return fail(std::move(started.error()));
  co_return std::make_unique<ProcessChannel>(std::move(name), std::move(*started), options);
}

}  // namespace gatehouse::transport
