#include <cerrno>
#include <charconv>
#include <system_error>

#include "src/net/client_pool.hpp"
#include "src/net/http1_chars.hpp"
#include "src/net/loop_impl.hpp"

namespace gatehouse::net {
namespace {

std::string text_of(int error) { return std::error_code(error, std::generic_category()).message(); }

bool has_length_without_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

std::unexpected<Error> too_large(std::size_t limit) {
  return fail(Kind::too_large, Origin::upstream,
              "the server's answer is larger than " + std::to_string(limit) + " bytes");
}

}  // namespace

Error cancelled_error(const Cancel& cancel) {
  if (cancel.reason() == CancelReason::timed_out) {
    return {Kind::timed_out, gatehouse::Origin::upstream, "the server did not answer in time"};
  }
  return {Kind::cancelled, gatehouse::Origin::client, "the request was cancelled"};
}

ClientConnection::ClientConnection(HttpClient::Impl& pool, Origin& origin, Fd fd)
    : pool_(&pool), origin_(origin), stream_(pool.loop.impl().poller, std::move(fd), this), reader_(pool.options.head) {
  ++origin_.open;
  ++pool.counters.open_connections;
  pool.busy.push_back(*this);
}

ClientConnection::~ClientConnection() {
  unlink();
  if (!pool_) return;
  rest();
  --pool_->counters.open_connections;
  pool_->release(origin_);
}

Task<Result<void>> ClientConnection::establish(Cancel& limit) {
  const Cancel::Hook stop(limit, [this] { stream_.abort(); });
  const auto failed = [](const std::string& why, std::string detail) {
    return fail(Kind::unavailable, gatehouse::Origin::upstream, "the server cannot be reached: " + why,
                std::move(detail));
  };
  co_await stream_.writable();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(stream_.socket().fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) co_return failed(text_of(error), "connect " + origin_.host + ":" + std::to_string(origin_.port));
  if (!origin_.tls || stream_.aborted()) co_return Result<void>{};

  stream_.connect_tls(*pool_->tls, origin_.host);
  ssize_t done = -EAGAIN;
  while ((done = stream_.tls()->handshake()) == -EAGAIN && !stream_.aborted()) co_await stream_.readable();
  if (done > 0 || stream_.aborted()) co_return Result<void>{};
  co_return failed("TLS: " + stream_.tls()->failure(), "connect " + origin_.host + ":" + std::to_string(origin_.port));
}

std::string_view ClientConnection::compose(const Url& url, const HttpRequest& request) {
  char digits[20];
  std::string_view length;
  if (request.body || has_length_without_body(request.method)) {
    const std::size_t bytes = request.body ? Gather({}, *request.body).size() : 0;
    length = {digits, std::to_chars(digits, digits + sizeof digits, bytes).ptr};
  }
  const auto each_part = [&](auto take) {
    take(request.method), take(" "), take(url.target), take(" HTTP/1.1\r\n");
    take(origin_.host_line), take(request.fixed_headers);
    for (const Header& header : request.headers) take(header.name), take(": "), take(header.value), take("\r\n");
    if (!length.empty()) take("Content-Length: "), take(length), take("\r\n");
    take("\r\n");
  };
  std::size_t size = 0;
  each_part([&size](std::string_view part) { size += part.size(); });
  request_head_.resize_and_overwrite(size, [&](char* at, std::size_t) {
    each_part([&at](std::string_view part) { at += part.copy(at, part.size()); });
    return size;
  });
  reader_.begin(request.method == "HEAD");
  return request_head_;
}

ssize_t ClientConnection::receive() {
  if (!stream_.has_news() && !stream_.tls() && !stream_.aborted()) {
    rest();
    return -EAGAIN;
  }
  if (!reader_.has_buffer()) reader_.lend(pool_ ? pool_->take_buffer() : Buffer(4096));
  const auto space = reader_.space();
  const ssize_t count = stream_.read(space.data(), space.size());
  if (count > 0) reader_.received(static_cast<std::size_t>(count));
  if (count == -EAGAIN) rest();
  return count;
}

void ClientConnection::rest() {
  if (Buffer buffer = reader_.take_buffer(); buffer && pool_) pool_->give_back(std::move(buffer));
}

Result<bool> ClientConnection::receive_head() {
  for (;;) {
    auto state = reader_.advance();
    if (!state) return std::unexpected(std::move(state.error()));
    if (*state != ResponseReader::State::head) return true;
    const ssize_t count = receive();
    if (count == -EAGAIN) return false;
    if (count <= 0)
      return fail(Kind::connection_lost, gatehouse::Origin::upstream, "the connection was lost",
                  text_of(static_cast<int>(-count)));
  }
}

Result<void> ClientConnection::ended_by(ssize_t count, const Cancel& cancel) {
  if (cancel.requested()) return fail(cancelled_error(cancel));
  if (count == 0) return reader_.ended();
  return fail(Kind::connection_lost, gatehouse::Origin::upstream,
              "the connection to the server was lost in the middle of its answer", text_of(static_cast<int>(-count)));
}

Task<Result<std::string_view>> ClientConnection::read(Cancel& cancel) {
  const Cancel::Hook stop(cancel, [this] { stream_.abort(); });
  for (;;) {
    if (cancel.requested()) co_return fail(cancelled_error(cancel));
    auto taken = reader_.take();
    if (!taken || !taken->empty() || reader_.state() == ResponseReader::State::done) co_return taken;
    const ssize_t count = receive();
    if (count == -EAGAIN) {
      co_await stream_.readable();
    } else if (count <= 0) {
      auto ended = ended_by(count, cancel);
      if (!ended) co_return std::unexpected(std::move(ended.error()));
    }
  }
}

Task<Result<Buffer>> ClientConnection::body(std::size_t max_bytes, Cancel& cancel) {
  const Cancel::Hook stop(cancel, [this] { stream_.abort(); });
  const bool sized = reader_.head().body == BodyKind::sized;
  if (sized && reader_.left() > max_bytes) co_return too_large(max_bytes);
  Buffer out(sized ? static_cast<std::size_t>(reader_.left()) : 0);
  for (;;) {
    if (cancel.requested()) co_return fail(cancelled_error(cancel));
    const auto taken = reader_.take();
    if (!taken) co_return std::unexpected(taken.error());
    if (taken->size() > max_bytes - out.size()) co_return too_large(max_bytes);
    out.append(*taken);
    if (reader_.state() == ResponseReader::State::done) co_return std::move(out);
    // What is still missing of a sized body goes where it belongs at once.
    const ssize_t count = sized ? stream_.read(out.tail(), out.free()) : receive();
    if (count == -EAGAIN) {
      co_await stream_.readable();
    } else if (count <= 0) {
      auto ended = ended_by(count, cancel);
      if (!ended) co_return std::unexpected(std::move(ended.error()));
    } else if (sized) {
      out.grew(static_cast<std::size_t>(count));
      reader_.received_elsewhere(static_cast<std::size_t>(count));
    }
  }
}

bool ClientConnection::is_quiet() {
  if (stream_.aborted() || stream_.hung_up()) return false;
  char byte;
  return !stream_.has_news() || stream_.read(&byte, 1) == -EAGAIN;
}

void ClientConnection::finish() {
  const bool reusable = pool_ && reader_.state() == ResponseReader::State::done && !reader_.has_bytes() &&
                        reader_.head().keep_alive && origin_.idle_count < pool_->options.max_idle_per_origin &&
                        is_quiet();
  if (!reusable) {
    delete this;
    return;
  }
  reader_.begin(false);  // nobody looks at the old head any more
  rest();
  pool_->put_idle(*this);
}

void ClientConnection::on_hangup() {
  if (!idle_) return;  // whoever reads will find out
  pool_->remove_idle(*this);
  delete this;
}

}  // namespace gatehouse::net
