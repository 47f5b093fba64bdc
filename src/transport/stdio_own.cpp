#include "src/transport/stdio_own.hpp"

#include <algorithm>

#include "src/transport/line_io.hpp"

namespace gatehouse::transport {
namespace {

constexpr Milliseconds kLookInterval{100};

class LineChannel final : public Channel {
 public:
  LineChannel(net::Pipe in, net::Pipe out, const StdioOptions& options)
      : in_(std::move(in)), out_(std::move(out)), lines_(options.max_line_bytes) {}

  Task<Result<void>> send(const json::Pieces& message) override { return write_line(out_, message); }

  Task<Result<Buffer>> receive() override {
    for (;;) {
      auto line = co_await read_line(in_, lines_);
      if (!line || line->size() > 0) co_return line;
    }
  }

  Task<void> close() override {
    in_.close();
    out_.close();
    co_return;
  }
  bool is_unheard() const override { return out_.is_broken(); }

 private:
  net::Pipe in_, out_;
  LineBuffer lines_;
};

}  // namespace

std::unique_ptr<Channel> line_channel(net::Pipe in, net::Pipe out, const StdioOptions& options) {
  return std::make_unique<LineChannel>(std::move(in), std::move(out), options);
}

Task<void> linger(net::Loop& loop, const Channel& channel, Milliseconds time, Cancel& over) {
  const TimePoint end = Clock::now() + time;
  while (!over.requested() && !channel.is_unheard() && Clock::now() < end)
    co_await loop.sleep(std::min(kLookInterval, std::chrono::ceil<Milliseconds>(end - Clock::now())), &over);
}

Result<std::unique_ptr<Channel>> stdio_channel(net::Loop& loop, StdioOptions options) {
  auto in = net::take_stdin(loop);
  if (!in) return fail(std::move(in.error()));
  auto out = net::take_stdout(loop);
  if (!out) return fail(std::move(out.error()));
  return line_channel(std::move(*in), std::move(*out), options);
}

}  // namespace gatehouse::transport
