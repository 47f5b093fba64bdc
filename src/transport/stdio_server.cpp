#include <gatehouse/transport/stdio_server.hpp>

#include <algorithm>
#include <utility>

#include <gatehouse/transport/legacy.hpp>
#include <gatehouse/transport/modern.hpp>
#include <gatehouse/transport/render.hpp>
#include <gatehouse/transport/stdio.hpp>

#include "src/transport/stdio_request.hpp"

namespace gatehouse::transport {
namespace {

constexpr Milliseconds kLastWords{1000};  // for what is still to be written at the end

std::string joined(const json::Pieces& pieces) {
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  return text;
}

bool is_stateless(const mcp::Message& message) { return message.params.meta.protocol_version.data() != nullptr; }

}  // namespace

StdioServer::StdioServer(net::Loop& loop, Channel& channel, mcp::Responder& responder, StdioServerOptions options)
    : loop_(loop),
      channel_(channel),
      responder_(responder),
      options_(std::move(options)),
      sessions_({.max_sessions = 1}),
      stdout_(std::make_unique<Stdout>(*this)) {
  sessions_.on_end([this](std::string_view id) { responder_.session_ended(id); });
}

StdioServer::~StdioServer() = default;

Task<void> StdioServer::serve() {
  while (true) {
    auto text = co_await channel_.receive();
    if (!text) break;
    take(std::move(*text));
  }
  co_await part();
  cancel_all(channel_.is_unheard() ? CancelReason::client_gone : CancelReason::shutting_down);
  sessions_.end_all();
  Cancel written;
  TaskGroup limit;
  limit.spawn(close_unless(written));
  co_await closing_.join();
  co_await tasks_.join();
  written.request(CancelReason::superseded);
  co_await limit.join();
  session_.reset();
}

/// The client will say nothing more, but it may still listen.
Task<void> StdioServer::part() {
  if (session_) session_->fell_silent();
  parting_ = true;
  cancel_each(CancelReason::shutting_down,
              [](const Request& one) { return one.message.method == mcp::Method::subscriptions_listen; });
  if (requests_.empty()) co_return;
  co_await linger(loop_, channel_, options_.linger, parted_);
}

/// A client that neither reads nor goes must not keep us.
Task<void> StdioServer::close_unless(Cancel& written) {
  co_await linger(loop_, channel_, kLastWords, written);
  if (!written.requested()) co_await channel_.close();
}

void StdioServer::stop() {
  if (std::exchange(stopping_, true)) return;
  parted_.request(CancelReason::shutting_down);
  if (!parting_) closing_.spawn(wind_down());
}

Task<void> StdioServer::wind_down() {
  cancel_all(CancelReason::shutting_down);
  Cancel written;
  TaskGroup limit;
  limit.spawn(close_unless(written));
  co_await tasks_.join();
  written.request(CancelReason::superseded);
  co_await limit.join();
  co_await channel_.close();
}

void StdioServer::cancel_all(CancelReason reason) {
  cancel_each(reason, [](const Request&) { return true; });
}

void StdioServer::cancel_each(CancelReason reason, FunctionRef<bool(const Request&)> which) {
  const auto next = [&] {
    return std::ranges::find_if(requests_, [&](const Request* one) { return !one->cancel.requested() && which(*one); });
  };
  for (auto it = next(); it != requests_.end(); it = next()) (*it)->cancel.request(reason);
}

void StdioServer::take(Buffer text) {
  if (jsonrpc::is_batch(text.view())) return take_batch(std::move(text));
  std::string_view id;
  auto message = mcp::read_message(text.view(), options_.max_json_depth, &id);
  if (!message) return refuse(id, message.error());
  if (message->rpc.type != jsonrpc::Type::request) return take_notification(*message, text.view());
  const bool modern = is_stateless(*message);
  if (!modern && message->method == mcp::Method::initialize) return initialize(*message);
  tasks_.spawn(answer(std::move(text), std::move(*message), modern));
}

void StdioServer::take_notification(const mcp::Message& message, std::string_view text) {
  if (message.rpc.method == mcp::notification::kCancelled) {
    const auto found = std::ranges::find(requests_, message.params.request_id, &Request::id);
    if (found != requests_.end()) (*found)->cancel.request(CancelReason::client_asked);
  } else if (session_ && !is_stateless(message)) {
    take_message(*session_, message, text, session_->client(*options_.who, "stdio", {}), responder_);
  }
}

void StdioServer::initialize(const mcp::Message& message) {
  auto checked = check_initialize(message);
  if (checked && session_)
    checked = fail(Kind::invalid_request, Origin::client, "This connection is initialized already.");
  if (!checked) return refuse(message.rpc.id, checked.error());
  auto session = sessions_.create(message, *options_.who, Clock::now());
  if (!session) return refuse(message.rpc.id, session.error());
  session_ = std::move(*session);
  session_->attach(*stdout_, stdout_replaced_);
  const auto answer =
      mcp::Answer::of(initialize_result(*session_, responder_.about(session_->client(*options_.who, "stdio", {}))));
  deliver(Rendered(message.rpc.id, *answer, session_->revision(), responder_.server_info()).pieces());
}

Task<mcp::Reply> StdioServer::reply_to(Request& request) {
  const mcp::Message& message = request.message;
  if (stopping_) co_return fail(Kind::shutting_down, Origin::gateway, "The server is stopping.");
  if (requests_.size() > options_.max_running) {
    co_return fail(Kind::limit_exceeded, Origin::client, "Too many requests are still being answered.");
  }
  if (std::ranges::count(requests_, request.id(), &Request::id) > 1) {
    co_return fail(Kind::invalid_request, Origin::client, "A request with this id is still being answered.");
  }
  const mcp::Call call{message, request.client, request, request.cancel, Clock::now()};
  if (request.session) co_return co_await answer_legacy(*request.session, call, responder_);
  if (!is_stateless(message)) {
    if (message.method == mcp::Method::ping) co_return mcp::Answer::of("{}");
    co_return fail(Kind::session_required, Origin::client,
                   "Start with initialize, or send the request's metadata in params._meta.");
  }
  auto checked = check_modern_metadata(message);
  if (checked) checked = check_modern_version(message);
  if (checked) checked = check_modern_method(message);
  if (!checked) co_return fail(std::move(checked.error()));
  co_return co_await answer_modern(call, responder_);
}

/// `text` holds what `message` points into.
Task<void> StdioServer::answer([[maybe_unused]] Buffer text, mcp::Message message, bool modern) {
  Request request(*this, message, modern ? nullptr : session_);
  auto reply = co_await reply_to(request);
  const bool was_stream = reply && (*reply)->stream;
  if (was_stream) co_await (*reply)->stream->run(request, request.cancel);
  if (request.is_mute()) co_return;
  if (reply) {
    const Rendered rendered(request.id(), **reply, request.client.revision, responder_.server_info());
    co_await send(rendered.pieces());
  } else {
    const Rendered rendered(request.id(), reply.error(), request.client.revision);
    co_await send(rendered.pieces());
  }
  if (!was_stream) co_return;
  // Two rules for the end of a listen stream disagree; doing both satisfies every client (C-1).
  const std::string params = "{\"requestId\":" + std::string(request.id()) + "}";
  request.notify(mcp::notification::kCancelled, json::Splice(params));
}

void StdioServer::refuse(std::string_view id, const Error& error) {
  deliver(Rendered(id, error, session_ ? session_->revision() : mcp::kLatest).pieces());
}

bool StdioServer::deliver(const json::Pieces& message) {
  auto text = joined(message);
  if (queued_bytes_ + text.size() > options_.max_queued_bytes) return false;
  tasks_.spawn(send_text(std::move(text)));
  return true;
}

Task<void> StdioServer::send_text(std::string text) {
  const std::size_t size = text.size();
  const json::Pieces pieces(1, text);
  queued_bytes_ += size;
  co_await send(pieces);
  queued_bytes_ -= size;
}

Task<void> StdioServer::send(const json::Pieces& message) {
  const auto sent = co_await channel_.send(message);
  if (!sent) stop();  // nobody hears us
}

Task<void> serve_stdio(net::Loop& loop, Channel& channel, mcp::Responder& responder, StdioServerOptions options) {
  StdioServer server(loop, channel, responder, std::move(options));
  co_await server.serve();
}

}  // namespace gatehouse::transport
