#include "src/net/server_connection.hpp"

#include <cerrno>
#include <exception>

#include <gatehouse/base/log.hpp>

#include "src/net/loop_impl.hpp"

namespace gatehouse::net {
namespace {

constexpr std::size_t kLingerBytes =
    4u << 20;  // read and dropped after a refusal, so that the answer is not lost to a reset

bool would_wait(ssize_t count) { return count == -EAGAIN; }

}  // namespace

ServerConnection::ServerConnection(HttpServer::Impl& server, Fd fd, std::string peer)
    : server_(server), stream_(server.loop.impl().poller, std::move(fd), this), peer_(std::move(peer)) {
  ++server_.counters.open_connections;
  enter(Phase::idle);
}

ServerConnection::~ServerConnection() {
  if (work_) server_.give_back(std::move(work_));
  --server_.counters.open_connections;
}

ServerWorkspace& ServerConnection::work() {
  if (!work_) work_ = server_.take_workspace();
  return *work_;
}

Task<void> ServerConnection::run() {
  bool usable = true;
  if (server_.tls) usable = co_await secure();
  if (!usable) co_return;
  do {
    if (yields_ && has_input()) co_await server_.loop.impl().poller.after_others();
    Input input = Input::wait;
    while ((input = receive()) == Input::wait) {
      co_await stream_.readable();
      if (yields_) co_await server_.loop.impl().poller.after_others();
    }
    if (input == Input::closed) co_return;
    if (input != Input::request) {
      co_await refuse();
      co_return;
    }
    co_await serve();
  } while (keep_alive_ && !broken_);
  if (!broken_) stream_.close_sending_side();
}

Task<bool> ServerConnection::secure() {
  enter(Phase::head);
  stream_.accept_tls(*server_.tls);
  ssize_t done = 0;
  while (would_wait(done = stream_.tls()->handshake()) && !timed_out_) co_await stream_.readable();
  if (done > 0) {
    certificate_ = stream_.tls()->peer_certificate();
    enter(Phase::idle);
  }
  co_return done > 0;
}

/// Something of the next request is here already.
bool ServerConnection::has_input() const { return stream_.has_news() || (work_ && work_->reader.has_bytes()); }

ServerConnection::Input ServerConnection::receive() {
  for (;;) {
    if (work_) {
      auto state = work_->reader.advance();
      if (!state) {
        refusal_ = std::make_unique<RequestReader::Refusal>(std::move(state.error()));
        return Input::refused;
      }
      if (work_->reader.take_new_head() && refuses_early()) return Input::refused;
      if (*state == RequestReader::State::complete) return Input::request;
      if (work_->reader.take_wish_to_continue() && !send_continue()) return Input::closed;
    }
    if (timed_out_) return Input::timed_out;
    const auto space = work().reader.space();
    const ssize_t count = stream_.read(space.data(), space.size());
    if (would_wait(count)) return wait_for_input();
    if (count <= 0) return Input::closed;
    work_->reader.received(static_cast<std::size_t>(count));
  }
}

ServerConnection::Input ServerConnection::wait_for_input() {
  switch (work_->reader.state()) {
    case RequestReader::State::nothing:
      server_.give_back(std::move(work_));
      if (server_.draining) return Input::closed;
      if (phase() != Phase::idle) enter(Phase::idle);
      break;
    case RequestReader::State::head:
      if (phase() != Phase::head) enter(Phase::head);
      break;
    case RequestReader::State::body:
    case RequestReader::State::complete:
      if (phase() != Phase::body) enter(Phase::body);
      break;
  }
  return Input::wait;
}

bool ServerConnection::send_continue() {
  Gather line("HTTP/1.1 100 Continue\r\n\r\n");
  return stream_.write(line) > 0 && line.empty();  // everything before it was sent, so there is room
}

Task<void> ServerConnection::serve() {
  const RequestHead& request = head();
  minor_version_ = static_cast<std::uint8_t>(request.minor_version);
  to_head_request_ = request.method == "HEAD";
  keep_alive_ = request.keep_alive;
  answer_ = Answer::none;
  enter(Phase::serving);
  gone_.emplace();
  if (stream_.hung_up()) gone_->request(CancelReason::client_gone);
  try {
    co_await server_.handler.serve(*this);
  } catch (const std::exception& bug) {
    log::error("a request handler threw", {{"what", bug.what()}});
    broken_ = true;
  }
  if (answer_ == Answer::none || answer_ == Answer::streaming) broken_ = true;  // the response is not whole
  if (broken_) stream_.abort();
  if (flushing_) queued_.notify();
  while (flushing_) co_await flushed_.wait();
  gone_.reset();
  if (work_) work_->reader.next();
}

void ServerConnection::forget_request() {
  // Pipelined requests behind this one stay where they are.
  if (work_ && !work_->reader.has_more()) server_.give_back(std::move(work_));
}

bool ServerConnection::refuses_early() {
  early_refusal_ = server_.handler.refuse_early(head(), peer_);
  return early_refusal_ != nullptr;
}

Task<void> ServerConnection::refuse() {
  keep_alive_ = false;
  minor_version_ = 1;
  to_head_request_ = false;
  answer_ = Answer::none;
  const bool sent = co_await send_refusal();
  if (sent) co_await linger();
}

Task<bool> ServerConnection::send_refusal() {
  json::Pieces body;
  if (early_refusal_) {
    ++server_.counters.refused_early;
    std::vector<Header> headers{{"Content-Type", "application/json"}};
    for (const auto& [name, value] : early_refusal_->headers) headers.push_back({name, value});
    body.push_back(early_refusal_->body);
    const auto sent = co_await respond(early_refusal_->status, headers, body);
    co_return sent.has_value();
  }
  ++server_.counters.bad_requests;
  if (!refusal_) {
    refusal_ = std::make_unique<RequestReader::Refusal>(
        408, Error{Kind::timed_out, Origin::client, "the request did not arrive in time"});
  }
  const std::string text = server_.handler.error_body(refusal_->status, refusal_->error);
  const Header type{"Content-Type", "application/json"};
  body.push_back(text);
  const auto sent = co_await respond(refusal_->status, {&type, text.empty() ? 0u : 1u}, body);
  co_return sent.has_value();
}

Task<void> ServerConnection::linger() {
  enter(Phase::lingering);
  stream_.close_sending_side();
  work().reader.reset();
  const auto trash = work_->reader.space();
  std::size_t left = kLingerBytes;
  while (!timed_out_) {
    const ssize_t count = stream_.read(trash.data(), trash.size());
    if (would_wait(count)) {
      co_await stream_.readable();
    } else if (count <= 0 || static_cast<std::size_t>(count) > left) {
      break;
    } else {
      left -= static_cast<std::size_t>(count);
    }
  }
  work_->reader.reset();
}

void ServerConnection::on_hangup() {
  if (gone_) gone_->request(CancelReason::client_gone);
}

void ServerConnection::on_overdue() {
  switch (phase()) {
    case Phase::head:
    case Phase::body:
    case Phase::lingering:
      timed_out_ = true;
      stream_.nudge();
      break;
    case Phase::idle:
    case Phase::writing:
    case Phase::serving: stream_.abort(); break;
  }
}

void ServerConnection::finish_soon() {
  if (phase() == Phase::idle && !stream_.has_news()) stream_.abort();
}

void ServerConnection::cut() {
  if (gone_) gone_->request(CancelReason::shutting_down);
  stream_.abort();
}

}  // namespace gatehouse::net
