#include <deque>
#include <utility>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/turnstile.hpp>
#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::transport {
namespace {

constexpr std::size_t kMaxQueued = 64;

std::unexpected<Error> closed() { return fail(Kind::connection_lost, Origin::upstream, "the connection was closed"); }

// One direction.
struct Queue {
  std::deque<Buffer> messages;
  bool is_closed = false;
  Turnstile senders;
  Signal room, news;

  void close() {
    is_closed = true;
    room.notify();
    news.notify();
  }
};

Buffer join(const json::Pieces& pieces) {
  std::size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  Buffer out{size};
  for (const auto piece : pieces) out.append(piece);
  return out;
}

class MemoryChannel final : public Channel {
 public:
  MemoryChannel(std::shared_ptr<Queue> in, std::shared_ptr<Queue> out) : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryChannel() override { shut(); }

  Task<Result<void>> send(const json::Pieces& message) override { return send_to(out_, message); }
  Task<Result<Buffer>> receive() override { return receive_from(in_); }
  Task<void> close() override {
    shut();
    co_return;
  }
  bool is_unheard() const override { return out_->is_closed; }

 private:
  static Task<Result<void>> send_to(std::shared_ptr<Queue> queue, const json::Pieces& message) {
    const auto pass = co_await queue->senders.enter();
    while (!queue->is_closed && queue->messages.size() >= kMaxQueued) co_await queue->room.wait();
    if (queue->is_closed) co_return closed();
    queue->messages.push_back(join(message));
    queue->news.notify();
    co_return Result<void>{};
  }

  // What was sent before the other side closed is still delivered.
  static Task<Result<Buffer>> receive_from(std::shared_ptr<Queue> queue) {
    while (!queue->is_closed && queue->messages.empty()) co_await queue->news.wait();
    if (queue->messages.empty()) co_return closed();
    Buffer message = std::move(queue->messages.front());
    queue->messages.pop_front();
    queue->room.notify();
    co_return message;
  }

  void shut() {
    in_->messages.clear();
    in_->close();
    out_->close();
  }
  std::shared_ptr<Queue> in_, out_;
};

}  // namespace

std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>> memory_channels() {
  const auto there = std::make_shared<Queue>(), back = std::make_shared<Queue>();
  return {std::make_unique<MemoryChannel>(back, there), std::make_unique<MemoryChannel>(there, back)};
}

}  // namespace gatehouse::transport
