#include "output.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace backend {
namespace {

constexpr std::uint64_t kBlockUnits = 1024;
constexpr std::size_t kMaxPieces = 64;

const std::string& padding_block() {
  static const std::string kBlock = [] {
    std::string text;
    for (std::uint64_t i = 0; i < kBlockUnits; ++i) text += kPadding;
    return text;
  }();
  return kBlock;
}

std::string_view status_line(int status) {
  switch (status) {
    case 200: return "HTTP/1.1 200 OK\r\n";
    case 404: return "HTTP/1.1 404 Not Found\r\n";
    default: return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty()) return;  // an empty chunk would end the body
  char size[20];
  const int length = std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  out.append(size, static_cast<std::size_t>(length)).append(data).append("\r\n");
}

/// The pieces of a vectored write, filled from some point of the response on.
class Pieces {
 public:
  /// Leaves out the part that was sent before.
  void add(std::string_view text, std::uint64_t& already_sent) {
    const std::uint64_t skipped = std::min<std::uint64_t>(already_sent, text.size());
    already_sent -= skipped;
    text.remove_prefix(skipped);
    if (text.empty() || is_full()) return;
    pieces_[count_++] = {const_cast<char*>(text.data()), text.size()};
  }
  [[nodiscard]] bool is_full() const { return count_ == kMaxPieces; }
  ssize_t send_to(int socket) {
    msghdr message{};
    message.msg_iov = pieces_.data();
    message.msg_iovlen = count_;
    return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

 private:
  std::array<iovec, kMaxPieces> pieces_;
  std::size_t count_ = 0;
};

}  // namespace

void Output::set_empty(std::string_view status_line, std::string_view headers) {
  start_.assign(status_line).append("\r\n").append(headers).append("Content-Length: 0\r\n\r\n");
  padding_bytes_ = 0;
  end_.clear();
  sent_ = 0;
}

void Output::set_reply(const Reply& reply, AnswerForm form, std::string_view headers) {
  sent_ = 0;
  if (form != AnswerForm::json) return set_framed(reply, form, headers);
  char length[20];
  const auto written = std::to_chars(length, length + sizeof length, reply.size());
  start_.assign(status_line(reply.status)).append("Content-Type: application/json\r\n").append(headers);
  start_.append("Content-Length: ").append(length, written.ptr).append("\r\n\r\n").append(reply.lead);
  padding_bytes_ = reply.padding_units * kPadding.size();
  end_.assign(reply.tail);
  if (padding_bytes_ == 0) {
    start_ += end_;
    end_.clear();
  }
}

/// In three chunks, cut where it hurts: inside a comment or a name, and inside the answer.
void Output::set_framed(const Reply& reply, AnswerForm form, std::string_view headers) {
  const bool is_stream = form == AnswerForm::event_stream;
  std::string body = is_stream ? ": the answer follows\n\nevent: message\ndata: " : "";
  body += reply.lead;
  for (std::uint64_t i = 0; i < reply.padding_units; ++i) body += kPadding;
  body.append(reply.tail).append(is_stream ? "\n\n" : "");
  start_.assign(status_line(reply.status)).append("Content-Type: ");
  start_.append(is_stream ? "text/event-stream\r\nCache-Control: no-cache\r\n" : "application/json\r\n");
  start_.append(headers).append("Transfer-Encoding: chunked\r\n\r\n");
  const std::string_view text = body;
  const std::size_t middle = std::max<std::size_t>(5, text.size() / 2);
  append_chunk(start_, text.substr(0, 5));
  append_chunk(start_, text.substr(5, middle - 5));
  append_chunk(start_, text.substr(middle));
  start_.append("0\r\n\r\n");
  padding_bytes_ = 0;
  end_.clear();
}

void Output::cut() {
  start_.resize(start_.size() / 2);
  padding_bytes_ = 0;
  end_.clear();
}

bool Output::send_to(int socket) {
  while (!is_empty()) {
    Pieces pieces;
    std::uint64_t already_sent = sent_;
    pieces.add(start_, already_sent);
    for (std::uint64_t left = padding_bytes_; left > 0 && !pieces.is_full();) {
      const std::string_view block = std::string_view(padding_block()).substr(0, left);
      const std::uint64_t whole_blocks = std::min(already_sent, left) / block.size() * block.size();
      if (whole_blocks > 0) {
        already_sent -= whole_blocks;
        left -= whole_blocks;
        continue;
      }
      pieces.add(block, already_sent);
      left -= block.size();
    }
    pieces.add(end_, already_sent);
    const ssize_t sent = pieces.send_to(socket);
    if (sent < 0) return errno == EAGAIN;
    sent_ += static_cast<std::uint64_t>(sent);
  }
  return true;
}

}  // namespace backend
