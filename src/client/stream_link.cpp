// Connections over one ordered channel (stdio, HTTP+SSE, memory), both eras: answers are told apart by their ids.
#include "src/client/stream_link.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/log.hpp>

#include "src/client/call_clock.hpp"
#include "src/client/outgoing.hpp"
#include "src/client/questions.hpp"

namespace gatehouse::client {
namespace {

constexpr std::size_t kMaxQueuedBytes = 64u << 20;  // not yet taken by a server that does not read

}  // namespace

/// A request that waits for its answer; lives in the frame of `StreamLink::request`.
struct StreamLink::Pending {
  Pending(net::Timers& timers, AskableCalls& calls, const Request& request, Listener& owner, CallClock& time,
          Questions::Send send)
      : listener(owner),
        may_be_asked(request.takes_unattributed && mcp::may_require_input(request.method)),
        wants_logs(request.log_level.has_value()),
        uris(request.uris),
        clock(time),
        questions(timers, std::move(send), time),
        askable(calls, request, owner, questions, time) {}
  Listener& listener;
  bool may_be_asked;
  bool wants_logs;
  mcp::Uris uris;
  CallClock& clock;
  Questions questions;
  AskableCalls::Call askable;
  std::unique_ptr<mcp::Answer> answer;
  std::optional<Error> error;
  Signal changed;
};

StreamLink::StreamLink(net::Loop& loop, std::unique_ptr<transport::Channel> channel, ConnectOptions options)
    : loop_(loop),
      channel_(std::move(channel)),
      options_(std::move(options)),
      questions_(loop.timers(), [this](std::string text) { return send(std::move(text)); }, calls_) {
  tasks_.spawn(read());
}

StreamLink::~StreamLink() = default;

void StreamLink::established(Peer peer) {
  peer_ = std::move(peer);
  if (mcp::is_modern(peer_.revision)) {
    sender_ = Sender{mcp::to_json(options_.implementation).str(), peer_.revision};
    if (!options_.listen || !options_.listener) return;
    listening_ = std::make_unique<Listening>(
        loop_,
        [this](const Request& asked, Listener& listener, Cancel& cancel) { return request(asked, listener, cancel); },
        *options_.listener, peer_.capabilities);
    tasks_.spawn(listening_->run(tasks_.cancel()));
  }
}

Task<void> StreamLink::send(std::string text, std::uint64_t id) {
  queued_bytes_ += text.size();
  const json::Pieces message(1, text);
  auto sent = co_await channel_->send(message);
  queued_bytes_ -= text.size();
  if (!sent) refused(id, std::move(sent.error()));
}

void StreamLink::refused(std::uint64_t id, Error error) {
  if (error.kind == Kind::connection_lost) return;  // noticed by the reader
  log::debug("message to server was not delivered", {{"reason", error.message}, {"detail", error.detail}});
  const bool is_over = error.kind == Kind::state_lost;
  if (const auto found = pending_.find(id); found != pending_.end()) {
    found->second->error = std::move(error);
    found->second->changed.notify();
  }
  if (is_over) lost();
}

void StreamLink::notify(std::string_view method, std::string params) {
  if (usable()) tasks_.spawn(send(notification_text(method, params)));
}

Task<mcp::Reply> StreamLink::request(const Request& request, Listener& listener, Cancel& cancel) {
  if (!usable()) co_return fail(Kind::unavailable, Origin::upstream, "The connection to the server is closed.");
  if (queued_bytes_ > kMaxQueuedBytes)
    co_return fail(Kind::unavailable, Origin::upstream, "The server does not read its input.");
  const std::uint64_t id = next_id_++;
  CallClock clock(loop_.timers(), request, cancel);
  Pending pending(loop_.timers(), calls_, request, listener, clock,
                  [this](std::string text) { return send(std::move(text)); });
  pending_.emplace(id, &pending);
  tasks_.spawn(send(Outgoing(id, request, sender_ ? &*sender_ : nullptr).str(), id));
  {
    const Cancel::Hook stop(cancel, [&pending] { pending.changed.notify(); });
    while (!pending.answer && !pending.error && !cancel.requested() && !closed_) co_await pending.changed.wait();
  }
  pending_.erase(id);
  pending.askable.over();
  if (pending.questions.open() > 0) co_await pending.questions.finish();
  if (pending.answer) co_return std::move(pending.answer);
  if (pending.error) co_return fail(std::move(*pending.error));
  if (cancel.requested()) {
    if (request.method != mcp::Method::initialize)
      notify(mcp::notification::kCancelled, fmt::format(R"({{"requestId":{}}})", id));
    co_return fail(given_up(cancel));
  }
  co_return fail(Kind::outcome_unknown, Origin::upstream, "The server ended before it answered.");
}

Task<void> StreamLink::read() {
  while (true) {
    auto text = co_await channel_->receive();
    if (!text) {
      log::debug("connection to server ended", {{"reason", text.error().message}});
      break;
    }
    take(std::move(*text));
  }
  lost();
}

void StreamLink::lost() {
  closed_ = true;
  for (auto& [id, pending] : pending_) pending->changed.notify();
  closed_signal_.notify();
}

void StreamLink::take(Buffer text) {
  const bool collect = pending_.size() == 1 ? pending_.begin()->second->uris == mcp::Uris::collect : true;
  auto incoming = read_incoming(std::move(text), collect ? mcp::Uris::collect : mcp::Uris::skip);
  if (!incoming) {
    log::warn("server sent an invalid message", {{"reason", incoming.error().message}});
    return;
  }
  const mcp::Message& message = incoming->message;
  switch (message.rpc.type) {
    case jsonrpc::Type::response: return take_response(std::move(*incoming));
    case jsonrpc::Type::request: return take_request(message, incoming->answer->storage.view());
    case jsonrpc::Type::notification: return take_notification(message);
  }
}

void StreamLink::take_response(Incoming incoming) {
  const auto found = pending_.find(own_id(incoming.message.rpc.id));
  if (found == pending_.end()) {
    log::debug("server answered a request that nobody waits for");
    return;
  }
  Pending& pending = *found->second;
  if (auto checked = check_answer(*incoming.answer); !checked)
    pending.error = std::move(checked.error());
  else
    pending.answer = std::move(incoming.answer);
  pending.changed.notify();
}

/// On one channel nothing says which request made the server ask or log. If exactly one may have, it did (gateway rule 6.3, step 4).
StreamLink::Pending* StreamLink::only_one(bool Pending::* property) {
  Pending* only = nullptr;
  for (auto& [id, pending] : pending_) {
    if (!(pending->*property)) continue;
    if (only) return nullptr;
    only = pending;
  }
  return only;
}

void StreamLink::take_request(const mcp::Message& message, std::string_view text) {
  if (sender_) {
    log::warn("modern server sent a request, which it must not", {{"method", message.rpc.method}});
    return;
  }
  if (AskableCalls::Call* call = calls_.of(message)) return call->ask(text, false);
  questions_.take(text, options_.listener);
}

void StreamLink::take_notification(const mcp::Message& message) {
  const std::string_view method = message.rpc.method;
  if (method == mcp::notification::kProgress) {
    const auto found = pending_.find(own_id(message.params.progress_token));
    if (found == pending_.end()) return;
    found->second->clock.heard();
    return found->second->listener.notified(message);
  }
  if (method == mcp::notification::kCancelled) {
    for (auto& [id, pending] : pending_) pending->questions.withdrawn(message.params.request_id);
    return questions_.withdrawn(message.params.request_id);
  }
  if (method == mcp::notification::kMessage) {
    Pending* pending = only_one(sender_ ? &Pending::wants_logs : &Pending::may_be_asked);
    if (pending) return pending->listener.notified(message);
  }
  if (const auto found = pending_.find(own_id(message.params.meta.subscription_id)); found != pending_.end())
    return found->second->listener.notified(message);
  if (options_.listener) options_.listener->notified(message);
}

void StreamLink::watch(std::vector<std::string> uris) {
  if (listening_) return listening_->watch(std::move(uris));
  if (sender_ || !options_.listen || !options_.listener) return;
  if (!subscribing_) {
    subscribing_ = std::make_unique<Subscribing>(
        loop_,
        [this](const Request& asked, Listener& listener, Cancel& cancel) { return request(asked, listener, cancel); },
        *options_.listener, options_.probe_timeout);
    subscribing_->can_push(true);  // everything comes on the one channel
    tasks_.spawn(subscribing_->run(tasks_.cancel()));
  }
  subscribing_->watch(std::move(uris));
}

Task<void> StreamLink::close() {
  tasks_.cancel().request(CancelReason::shutting_down);
  co_await questions_.finish();
  co_await channel_->close();
  co_await tasks_.join();
}

Task<void> StreamLink::wait_closed(Cancel& cancel) {
  const Cancel::Hook hook(cancel, [this] { closed_signal_.notify(); });
  while (!closed_ && !cancel.requested()) co_await closed_signal_.wait();
}

}  // namespace gatehouse::client
