#include "src/client/questions.hpp"

#include <gatehouse/mcp/error_codes.hpp>

#include "src/client/outgoing.hpp"

namespace gatehouse::client {
namespace {

constexpr Milliseconds kSignOfLife{20'000};
constexpr std::size_t kMaxOpen = 256;  // per request or link: a server that asks endlessly is refused

std::string response(std::string_view id, const mcp::Reply& reply) {
  if (!reply) {
    const auto wire = mcp::wire_error(reply.error().kind, mcp::kLatestLegacy);
    return jsonrpc::error_response(id, wire.code, reply.error().message, reply.error().data);
  }
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.append(id).append((*reply)->is_error ? R"(,"error":)" : R"(,"result":)");
  return text.append((*reply)->body.str()).append("}");
}

}  // namespace

struct Questions::Question {
  std::string_view id;
  Cancel cancel;
};

/// Sends progress on an open question, if its asker wants any.
class Questions::SignOfLife {
 public:
  SignOfLife(Questions& owner, std::string_view token) : owner_(owner), timer_(owner.timers_), token_(token) {
    if (!token.empty()) arm();
  }

 private:
  void arm() {
    timer_.arm(kSignOfLife, [this] {
      const auto params = R"({"progressToken":)" + token_ + R"(,"progress":)" + std::to_string(++count_) + "}";
      owner_.group_.spawn(owner_.send_(notification_text(mcp::notification::kProgress, params)));
      arm();
    });
  }
  Questions& owner_;
  net::Timer timer_;
  std::string token_;
  std::uint64_t count_ = 0;
};

/// Whoever may have to wait because of an open question.
class Questions::Standstill {
 public:
  explicit Standstill(Questions& owner) : owner_(owner) {
    if (owner_.clock_) owner_.clock_->hold();
    if (owner_.calls_) owner_.calls_->hold();
  }
  ~Standstill() {
    if (owner_.clock_) owner_.clock_->release();
    if (owner_.calls_) owner_.calls_->release();
  }
  Standstill(const Standstill&) = delete;
  Standstill& operator=(const Standstill&) = delete;

 private:
  Questions& owner_;
};

void Questions::take(std::string_view text, Listener* listener, bool refuses_when_over) {
  group_.spawn(answer(Buffer::copy_of(text), listener, refuses_when_over));
}

Task<void> Questions::answer(Buffer text, Listener* listener, bool refuses_when_over) {
  mcp::ResultView unused;
  const auto message = mcp::read_server_message(text.view(), mcp::Uris::skip, unused);
  if (!message) co_return;  // it was read before
  const std::string_view id = message->rpc.id;
  if (message->rpc.method == "ping")
    co_return co_await send_(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{}})");
  if (!listener || questions_.size() >= kMaxOpen) {
    co_return co_await send_(
        jsonrpc::error_response(id, mcp::code::kMethodNotFound, "The client does not take this request now."));
  }
  Question question{.id = id, .cancel = {}};
  questions_.push_back(&question);
  mcp::Reply reply;
  {
    const Standstill still(*this);
    const SignOfLife alive(*this, message->params.meta.progress_token);
    reply = co_await listener->asked(*message, question.cancel);
  }
  std::erase(questions_, &question);
  const bool withdrawn = question.cancel.reason() == CancelReason::client_asked;
  if (withdrawn || (question.cancel.requested() && !refuses_when_over)) co_return;  // nobody reads the answer
  std::string answer = response(id, reply);
  co_await send_(std::move(answer));
}

void Questions::withdrawn(std::string_view id) {
  for (Question* question : questions_)
    if (question->id == id) question->cancel.request(CancelReason::client_asked);
}

Task<void> Questions::finish() {
  for (Question* question : questions_) question->cancel.request(CancelReason::superseded);
  co_await group_.join();
}

}  // namespace gatehouse::client
