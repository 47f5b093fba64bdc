// Bytes that wait to be sent on one connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "options.hpp"
#include "reply.hpp"

namespace backend {

/// One HTTP response: a start, padding that is never built, and an end.
class Output {
 public:
  /// A response without a body. `headers` are whole lines.
  void set_empty(std::string_view status_line, std::string_view headers);
  /// A response whose body is the reply, in the given form.
  void set_reply(const Reply& reply, AnswerForm form, std::string_view headers);
  /// Forgets the last half, so that the response ends too early.
  void cut();

  [[nodiscard]] bool is_empty() const { return sent_ == size(); }
  /// Sends what the socket takes. False when the connection failed.
  bool send_to(int socket);

 private:
  [[nodiscard]] std::uint64_t size() const { return start_.size() + padding_bytes_ + end_.size(); }
  void set_framed(const Reply& reply, AnswerForm form, std::string_view headers);

  std::string start_;
  std::uint64_t padding_bytes_ = 0;
  std::string end_;
  std::uint64_t sent_ = 0;
};

}  // namespace backend
