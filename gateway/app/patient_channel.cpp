#include "gateway/app/patient_channel.hpp"

#include <string>

#include <gatehouse/mcp/error_codes.hpp>
#include <gatehouse/mcp/request.hpp>

namespace gatehouse::app {
namespace {

constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxAhead = 16;  // messages

}  // namespace

PatientChannel::Word PatientChannel::word_of(std::string_view text, std::string_view& id) {
  if (jsonrpc::is_batch(text)) return Word::other;
  const auto message = mcp::read_message(text, kMaxDepth, &id);
  if (!message || message->rpc.type != jsonrpc::Type::request || message->method == mcp::Method::ping)
    return Word::other;
  const bool greets = message->method == mcp::Method::initialize || message->method == mcp::Method::discover;
  return greets ? Word::greeting : Word::request;
}

Task<Result<Buffer>> PatientChannel::receive() {
  while (true) {
    auto text = co_await next();
    if (!text || greeted_) co_return text;
    std::string_view id;
    const Word word = word_of(text->view(), id);
    if (word == Word::other) co_return text;
    const auto ready = co_await wait();
    if (closed_.requested()) co_return fail(Kind::connection_lost, Origin::client, "The host ended.");
    greeted_ = ready.has_value();
    if (ready || word != Word::greeting) co_return text;
    co_await refuse(id, ready.error());
  }
}

Task<Result<Buffer>> PatientChannel::next() {
  while (ahead_.empty() && reading_) co_await came_.wait();
  if (ahead_.empty()) co_return co_await inner_->receive();
  Result<Buffer> text = std::move(ahead_.front());
  ahead_.pop_front();
  co_return text;
}

Task<Result<void>> PatientChannel::wait() {
  waiting_ = true;
  if (!reading_) reader_.spawn(read_ahead());
  auto ready = co_await wait_(closed_);
  waiting_ = false;
  co_return ready;
}

/// Only who reads notices that the host has gone.
Task<void> PatientChannel::read_ahead() {
  reading_ = true;
  while (waiting_ && ahead_.size() < kMaxAhead && !closed_.requested()) {
    auto text = co_await inner_->receive();
    const bool gone = !text;
    ahead_.push_back(std::move(text));
    came_.notify();
    if (!gone) continue;
    co_await part_(closed_);
    if (waiting_) closed_.request(CancelReason::client_gone);
    break;
  }
  reading_ = false;
  came_.notify();
}

Task<void> PatientChannel::refuse(std::string_view id, const Error& error) {
  const std::string text =
      jsonrpc::error_response(id, mcp::wire_error(error.kind, mcp::kLatest).code, error.message, error.data);
  const json::Pieces message(1, text);
  (void)co_await inner_->send(message);
}

Task<void> PatientChannel::close() {
  closed_.request(CancelReason::shutting_down);
  co_await inner_->close();
  co_await reader_.join();
}

}  // namespace gatehouse::app
