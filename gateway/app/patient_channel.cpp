#include "gateway/app/patient_channel.hpp"

#include <string>

#include <gatehouse/mcp/error_codes.hpp>
#include <gatehouse/mcp/request.hpp>

namespace gatehouse::app {
namespace {

constexpr std::size_t kMaxDepth = 128;

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
    auto text = co_await inner_->receive();
    if (!text || greeted_) co_return text;
    std::string_view id;
    const Word word = word_of(text->view(), id);
    if (word == Word::other) co_return text;
    const auto ready = co_await wait_(closed_);
    greeted_ = ready.has_value();
    if (ready || word != Word::greeting) co_return text;
    co_await refuse(id, ready.error());
  }
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
}

}  // namespace gatehouse::app
