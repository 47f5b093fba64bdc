// The answering half of ServerConnection.
#include <array>
#include <cerrno>

#include "src/net/response_head.hpp"
#include "src/net/server_connection.hpp"

namespace gatehouse::net {
namespace {

constexpr std::size_t kCopyLimit =
    16 * 1024;                            // longer pieces of a stream are offered to the socket before they are copied
constexpr std::size_t kQuietBytes = 256;  // what an empty queue may hold on to

constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::unexpected<Error> misuse(const char* what) {
  return fail(Kind::internal, Origin::gateway, "internal error", what);
}

Task<Result<void>> at_once(Result<void> result) { co_return result; }

}  // namespace

Result<void> ServerConnection::lost() {
  broken_ = true;
  return fail(Kind::connection_lost, Origin::client, "the connection was closed");
}

ResponseFraming ServerConnection::framing(int status) {
  if (server_.draining) keep_alive_ = false;
  yields_ = status >= 400 && status < 500;
  return {.minor_version = minor_version_, .close = !keep_alive_};
}

Task<Result<void>> ServerConnection::respond(int status, std::span<const Header> headers, const json::Pieces& body) {
  if (answer_ != Answer::none) return at_once(misuse("a second answer"));
  std::span<const std::string_view> pieces(body);
  ResponseFraming frame = framing(status);
  frame.content_length = Gather({}, pieces).size();
  std::string& text = work().head;
  text.clear();
  if (!append_response_head(text, status, headers, frame))
    return at_once(misuse("a header field contains a line break"));
  answer_ = Answer::whole;
  if (to_head_request_ || status == 204 || status == 304) pieces = {};
  return send(Gather(text, pieces));
}

Task<Result<void>> ServerConnection::send(Gather bytes) {
  while (!bytes.empty() && !broken_) {
    const ssize_t count = stream_.write(bytes);
    if (count > 0) continue;
    if (count != -EAGAIN) co_return lost();
    enter(Phase::writing);  // anew after each bit of progress
    co_await stream_.writable();
  }
  if (phase() == Phase::writing) enter(Phase::serving);
  co_return broken_ ? lost() : Result<void>{};
}

Result<void> ServerConnection::begin_stream(int status, std::span<const Header> headers) {
  if (answer_ != Answer::none) return misuse("a second answer");
  if (broken_) return lost();
  if (minor_version_ == 0) keep_alive_ = false;  // the end of the connection is the end of the body
  ResponseFraming frame = framing(status);
  frame.chunked = minor_version_ == 1;
  if (!append_response_head(queue_, status, headers, frame)) return misuse("a header field contains a line break");
  answer_ = Answer::streaming;
  server_.tasks.spawn(flush());
  queued_.notify();
  return {};
}

bool ServerConnection::push(std::string_view bytes) {
  if (answer_ != Answer::streaming || broken_) return false;
  if (queued_bytes() >= server_.options.max_queued_bytes) return false;
  if (bytes.empty() || to_head_request_) return true;
  std::string frame;
  std::array<std::string_view, 2> parts{bytes};
  if (minor_version_ == 1) {
    append_chunk_head(frame, bytes.size());
    parts[1] = "\r\n";
  }
  Gather pieces(frame, parts);
  if (bytes.size() >= kCopyLimit) {
    write_queue();
    const ssize_t count = queued_bytes() == 0 && !broken_ ? stream_.write(pieces) : -EAGAIN;
    if (count < 0 && count != -EAGAIN) broken_ = true;
  }
  pieces.append_to(queue_);
  queued_.notify();  // if the connection broke, flush() says so from the top of the loop
  return true;
}

Task<Result<void>> ServerConnection::end_stream(const json::Pieces& last) {
  if (answer_ != Answer::streaming) co_return misuse("no stream to end");
  answer_ = Answer::ended;
  queued_.notify();
  while (flushing_) co_await flushed_.wait();
  // What flush() left behind goes out together with the end.
  json::Pieces pieces;
  if (!to_head_request_) pieces = last;
  const std::size_t size = Gather({}, pieces).size();
  if (minor_version_ == 1 && !to_head_request_) {
    if (size > 0) {
      append_chunk_head(queue_, size);
      pieces.push_back("\r\n");
    }
    pieces.push_back(kLastChunk);
  }
  auto sent = co_await send(Gather(std::string_view{queue_}.substr(queue_sent_), pieces));
  std::string().swap(queue_);
  queue_sent_ = 0;
  co_return sent;
}

Task<void> ServerConnection::flush() {
  flushing_ = true;
  do {
    co_await queued_.wait();
    while (!broken_ && answer_ == Answer::streaming) {
      write_queue();
      if (queued_bytes() == 0 || broken_) break;
      enter(Phase::writing);  // anew after each bit of progress
      co_await stream_.writable();
    }
    if (phase() == Phase::writing) enter(Phase::serving);
  } while (!broken_ && answer_ == Answer::streaming);
  if (broken_) gone_->request(CancelReason::client_gone);
  flushing_ = false;
  flushed_.notify();
}

void ServerConnection::write_queue() {
  Gather bytes(std::string_view{queue_}.substr(queue_sent_));
  while (!bytes.empty() && !broken_) {
    const ssize_t count = stream_.write(bytes);
    if (count == -EAGAIN) break;
    if (count < 0) broken_ = true;
  }
  queue_sent_ = queue_.size() - bytes.size();
  drop_sent();
}

void ServerConnection::drop_sent() {
  if (queue_sent_ == queue_.size()) {
    if (queue_.capacity() > kQuietBytes) std::string().swap(queue_);
    queue_.clear();
    queue_sent_ = 0;
  } else if (queue_sent_ > queue_.size() / 2) {
    queue_.erase(0, queue_sent_);
    queue_sent_ = 0;
  }
}

}  // namespace gatehouse::net
