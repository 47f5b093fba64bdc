#include "src/transport/http_sse_connection.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>
#include <gatehouse/net/sse.hpp>
#include <gatehouse/transport/legacy.hpp>

#include "src/transport/batch.hpp"

namespace gatehouse::transport {
namespace {

constexpr Milliseconds kGrace{2000};       // of calls whose client has gone (TR-309)
constexpr Milliseconds kPatience{60'000};  // with a client that does not begin
constexpr Milliseconds kRoomInterval{50};  // the client does not read: is there room again?

}  // namespace

/// One request while it is answered, and its way back to the client.
class HttpSse::Connection::Request final : public mcp::Events {
 public:
  /// `who` outlives it.
  Request(Connection& owner, const mcp::Message& asked, const mcp::Principal& who)
      : message(asked), session(owner.session_), client(owner.client(who)), owner_(owner) {
    owner_.requests_.push_back(this);
  }
  ~Request() {
    std::erase(owner_.requests_, this);
    if (owner_.requests_.empty()) owner_.idle_.notify();
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  void notify(std::string_view method, const json::Splice& params) override {
    if (is_mute()) return;
    const std::string head = R"({"jsonrpc":"2.0","method":)" + json::quoted(method) + R"(,"params":)";
    json::Pieces pieces(1, head);
    params.append_to(pieces);
    pieces.push_back("}");
    owner_.deliver(pieces);
  }
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& why) override {
    if (!session) co_return fail(Kind::not_bridgeable, Origin::client, "The client has not begun its session.");
    co_return co_await session->ask(owner_, method, params, why);
  }

  /// Nobody wants an answer (TR-206).
  [[nodiscard]] bool is_mute() const { return cancel.reason() == CancelReason::client_asked; }

  const mcp::Message& message;
  const std::shared_ptr<Session> session;
  mcp::Client client;
  Cancel cancel;

 private:
  Connection& owner_;
};

HttpSse::Connection::Connection(HttpSse& owner, net::HttpExchange& exchange, const mcp::Principal& who)
    : owner_(owner),
      exchange_(exchange),
      who_(who.shared_from_this()),
      id_(random_id()),
      address_(exchange.peer_address()),
      user_agent_(exchange.head().value("User-Agent")),
      open_(exchange, *who_, owner.streams_),
      opened_(Clock::now()) {
  owner_.connections_.emplace(id_, this);
}

HttpSse::Connection::~Connection() { owner_.connections_.erase(id_); }

mcp::Client HttpSse::Connection::client(const mcp::Principal& who) const {
  if (session_) return session_->client(who, address_, user_agent_);
  return {.revision = mcp::kLatestLegacy, .address = address_, .user_agent = user_agent_, .who = &who};
}

Task<void> HttpSse::Connection::live() {
  std::string event;
  net::append_sse_event(event, owner_.options_.public_path + owner_.paths_.messages + "?c=" + id_, {}, "endpoint");
  exchange_.push(event);
  exchange_.forget_request();
  Signal over;
  {
    const Cancel::Hook gone(exchange_.peer_gone(), [&over] { over.notify(); });
    const Cancel::Hook closing(open_.closing, [&over] { over.notify(); });
    co_await over.wait();
  }
  if (open_.closing.reason() == CancelReason::shutting_down) {
    stopping_ = true;
    co_await finish_calls(exchange_.peer_gone());
    cancel_all(CancelReason::shutting_down);
  } else {
    owner_.connections_.erase(id_);
    Cancel late;
    const net::Deadline deadline(owner_.loop_.timers(), kGrace, late);
    const Cancel::Hook ended(open_.closing, [&late] { late.request(CancelReason::session_ended); });
    co_await finish_calls(late);
    cancel_all(CancelReason::client_gone);
  }
  co_await tasks_.join();
  if (session_) {
    session_->detach(*this);
    owner_.sessions_.end(session_->id());
  }
  (void)co_await exchange_.end_stream();
}

Task<void> HttpSse::Connection::finish_calls(Cancel& late) {
  const Cancel::Hook hook(late, [this] { idle_.notify(); });
  while (!requests_.empty() && !late.requested()) co_await idle_.wait();
}

void HttpSse::Connection::cancel_all(CancelReason reason) {
  const auto next = [this] {
    return std::ranges::find_if(requests_, [](const Request* one) { return !one->cancel.requested(); });
  };
  for (auto it = next(); it != requests_.end(); it = next()) (*it)->cancel.request(reason);
}

void HttpSse::Connection::expire(TimePoint now) {
  if (!session_ && now - opened_ > kPatience) open_.closing.request(CancelReason::timed_out);
}

Result<void> HttpSse::Connection::take(std::string_view body, const mcp::Principal& who, std::string& id) {
  return jsonrpc::is_batch(body) ? take_batch(body, who) : take_one(body, who, id);
}

Result<void> HttpSse::Connection::take_one(std::string_view body, const mcp::Principal& who, std::string& id) {
  Buffer text = Buffer::copy_of(body);
  std::string_view read_id;
  auto message = mcp::read_message(text.view(), owner_.options_.max_json_depth, &read_id);
  id = read_id;
  if (!message) return fail(std::move(message.error()));
  if (session_) owner_.sessions_.touch(*session_, Clock::now());
  if (message->rpc.type == jsonrpc::Type::request) {
    tasks_.spawn(answer(std::move(text), std::move(*message), who.shared_from_this()));
  } else if (session_) {
    take_message(*session_, *message, text.view(), client(who), owner_.responder_);
  }
  return {};
}

/// Answers of a batch come one by one, which clients have to expect on a stream (2025-03-26 basic/transports).
Result<void> HttpSse::Connection::take_batch(std::string_view body, const mcp::Principal& who) {
  const StreamableHttpOptions& options = owner_.options_;
  const auto parts = split_batch(body, options.max_json_depth, options.max_batch);
  if (!parts) return fail(Error(parts.error()));
  if (!session_ || !mcp::has_batches(session_->revision())) {
    return fail(Kind::invalid_request, Origin::client,
                "Batches do not exist in this protocol version: send one message per POST.");
  }
  for (const std::string_view part : *parts) {
    std::string id;
    if (auto taken = take_one(part, who, id); !taken)
      deliver(Rendered(id, taken.error(), session_->revision()).pieces());
  }
  return {};
}

/// `text` holds what `message` points into.
Task<void> HttpSse::Connection::answer([[maybe_unused]] Buffer text, mcp::Message message,
                                       std::shared_ptr<const mcp::Principal> who) {
  Request request(*this, message, *who);
  auto reply = co_await reply_to(request);
  if (request.is_mute()) co_return;
  const mcp::Revision revision = request.client.revision;
  if (reply) {
    const Rendered rendered(message.rpc.id, **reply, revision, owner_.responder_.server_info());
    co_await send(rendered);
  } else {
    const Rendered rendered(message.rpc.id, reply.error(), revision);
    co_await send(rendered);
  }
}

Task<mcp::Reply> HttpSse::Connection::reply_to(Request& request) {
  const mcp::Message& message = request.message;
  if (stopping_) co_return fail(Kind::shutting_down, Origin::gateway, "The server is stopping.");
  if (message.method == mcp::Method::initialize) co_return co_await initialize(message);
  if (requests_.size() > owner_.options_.max_calls_per_session) {
    co_return fail(Kind::limit_exceeded, Origin::client, "Too many requests of this session are still being answered.");
  }
  if (!request.session) {
    if (message.method == mcp::Method::ping) co_return mcp::Answer::of("{}");
    co_return fail(Kind::session_required, Origin::client,
                   "Start with initialize: every event stream is a new session.");
  }
  const mcp::Call call{message, request.client, request, request.cancel, Clock::now()};
  co_return co_await answer_legacy(*request.session, call, owner_.responder_);
}

Task<mcp::Reply> HttpSse::Connection::initialize(const mcp::Message& message) {
  auto checked = check_initialize(message);
  if (checked && session_)
    checked = fail(Kind::invalid_request, Origin::client, "This connection is initialized already.");
  if (!checked) co_return fail(std::move(checked.error()));
  auto session = owner_.sessions_.create(message, *who_, Clock::now());
  if (!session) co_return fail(std::move(session.error()));
  session_ = std::move(*session);
  session_->attach(*this, open_.closing);
  co_return mcp::Answer::of(initialize_result(*session_, owner_.responder_.about(client(*who_))));
}

bool HttpSse::Connection::deliver(const json::Pieces& message) {
  std::string event;
  net::append_sse_event(event, message);
  return exchange_.push(event);
}

Task<void> HttpSse::Connection::send(const Rendered& message) {
  Cancel& gone = exchange_.peer_gone();
  while (!deliver(message.pieces()) && !gone.requested()) co_await owner_.loop_.sleep(kRoomInterval, &gone);
}

}  // namespace gatehouse::transport
