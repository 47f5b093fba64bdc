#pragma once
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/mcp/call.hpp>

/// Messages read from text, together with the bytes that they point into.
namespace gatehouse::test {

/// A message of a client. Throws if the text is none.
class ClientMessage {
 public:
  explicit ClientMessage(std::string_view text) : bytes_(Buffer::copy_of(text)) {
    auto read = mcp::read_message(bytes_.view(), 64);
    if (!read) throw std::invalid_argument(read.error().message + ": " + std::string(text));
    message_ = std::move(*read);
  }
  [[nodiscard]] const mcp::Message& operator*() const { return message_; }
  [[nodiscard]] const mcp::Message* operator->() const { return &message_; }
  [[nodiscard]] std::string_view text() const { return bytes_.view(); }

 private:
  Buffer bytes_;
  mcp::Message message_;
};

/// A request with this method and these params (a JSON object, or empty for none).
[[nodiscard]] inline ClientMessage request(std::string_view method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + "\"";
  if (!params.empty()) text.append(",\"params\":").append(params);
  return ClientMessage(text + "}");
}

/// What Gatehouse makes of a server's successful answer whose result is `text`, before anybody looked at its envelope.
[[nodiscard]] inline std::unique_ptr<mcp::Answer> server_answer(std::string_view text,
                                                                mcp::Uris uris = mcp::Uris::collect) {
  auto answer = std::make_unique<mcp::Answer>();
  answer->storage = Buffer::copy_of(R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(text) + "}");
  const auto message = mcp::read_server_message(answer->storage.view(), uris, answer->view);
  if (!message) throw std::invalid_argument(message.error().message + ": " + std::string(text));
  answer->body = json::Splice(message->rpc.result);
  return answer;
}

/// A server's JSON-RPC error object.
[[nodiscard]] inline std::unique_ptr<mcp::Answer> server_error(std::string_view text) {
  auto answer = std::make_unique<mcp::Answer>();
  answer->storage = Buffer::copy_of(text);
  const auto error = mcp::read_error(answer->storage.view());
  if (!error) throw std::invalid_argument(error.error().message + ": " + std::string(text));
  answer->is_error = true;
  answer->error_code = error->code;
  answer->body = json::Splice(answer->storage.view());
  return answer;
}

[[nodiscard]] inline std::string str(const json::Pieces& pieces) {
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  return text;
}

}  // namespace gatehouse::test
