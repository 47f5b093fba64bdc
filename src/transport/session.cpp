#include <gatehouse/transport/session.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include <gatehouse/base/random.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/transport/stream_log.hpp>

namespace gatehouse::transport {
namespace {

constexpr std::size_t kMaxWaiting = 64;  // different messages kept for a stream that is not there

std::string notification(std::string_view method, const json::Splice& params) {
  return fmt::format(R"({{"jsonrpc":"2.0","method":{},"params":{}}})", json::quoted(method), params.str());
}

Error session_over() { return {Kind::state_lost, Origin::client, "The session has ended."}; }

}  // namespace

/// A request to the client that waits for its answer; lives in the frame of `ask`.
struct Session::Question {
  std::string id;  // raw token
  Signal changed;
  Buffer text;  // the answer, once it is there
  bool abandoned = false;
};

Session::Session(std::string id, const mcp::Message& initialize, const mcp::Principal& who, TimePoint now)
    : last_used(now),
      id_(std::move(id)),
      who_(who.shared_from_this()),
      revision_(negotiate(initialize.params.protocol_version)),
      capabilities_(mcp::read_client_capabilities(initialize.params.capabilities)),
      capabilities_raw_(initialize.params.capabilities),
      info_raw_(initialize.params.client_info) {}

Session::~Session() { end(); }

mcp::Client Session::client(const mcp::Principal& who, std::string_view address, std::string_view user_agent) const {
  return {.revision = revision_,
          .capabilities = capabilities_,
          .capabilities_raw = capabilities_raw_,
          .info_raw = info_raw_,
          .log_level = log_level,
          .session = id_,
          .address = address,
          .user_agent = user_agent,
          .who = &who};
}

Session::Running::Running(Session& session, std::string_view id, Cancel& cancel)
    : session_(session), id_(id), cancel_(cancel) {
  session_.running_.push_back(*this);
}
Session::Running::~Running() { session_.running_.erase(session_.running_.iterator_to(*this)); }

bool Session::is_running(std::string_view id) const {
  return std::ranges::any_of(running_, [&](const Running& running) { return running.id_ == id; });
}

void Session::cancel(std::string_view id) {
  const auto found = std::ranges::find_if(running_, [&](const Running& running) { return running.id_ == id; });
  if (found != running_.end()) found->cancel_.request(CancelReason::client_asked);
}

Task<mcp::Reply> Session::ask(MessageSink& sink, std::string_view method, const json::Splice& params, Cancel& cancel) {
  if (ended_) co_return fail(session_over());
  if (!initialized)
    co_return fail(Kind::not_bridgeable, Origin::client, "The client has not finished its initialization.");
  if (silent_) co_return fail(Kind::not_bridgeable, Origin::client, "The client ended its input and cannot answer.");
  Question question;  // filled member by member: GCC 12 destroys temporaries of an aggregate twice in a coroutine
  question.id = fmt::format("\"gh:{}\"", next_question_);
  const auto text = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":{},"params":{}}})", question.id,
                                json::quoted(method), params.str());
  if (!sink.deliver({text}))
    co_return fail(Kind::not_bridgeable, Origin::client, "The client has no open stream to be asked on.");
  ++next_question_;
  questions_.push_back(&question);
  {
    const Cancel::Hook give_up(cancel, [&question] {
      question.abandoned = true;
      question.changed.notify();
    });
    while (!question.text && !question.abandoned) co_await question.changed.wait();
  }
  std::erase(questions_, &question);
  if (!question.text) {
    const auto notice = fmt::format(
        R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{}}}}})", question.id);
    if (!ended_) sink.deliver({notice});
    co_return fail(ended_ ? session_over() : Error{Kind::cancelled, Origin::client, "The question was withdrawn."});
  }
  auto answer = std::make_unique<mcp::Answer>();
  answer->storage = std::move(question.text);
  auto message = mcp::read_server_message(answer->storage.view(), mcp::Uris::skip, answer->view);
  if (!message)
    co_return fail(Kind::invalid_request, Origin::client, "The client's answer is malformed.", message.error().message);
  answer->is_error = !message->rpc.error.empty();
  answer->body = json::Splice(answer->is_error ? message->rpc.error : message->rpc.result);
  co_return answer;
}

void Session::answered(const mcp::Message& response, std::string_view text) {
  const auto found =
      std::ranges::find_if(questions_, [&](const Question* question) { return question->id == response.rpc.id; });
  if (found == questions_.end() || (*found)->text) return;
  (*found)->text = Buffer::copy_of(text);
  (*found)->changed.notify();
}

void Session::attach(MessageSink& sink, Cancel& replaced) {
  if (standalone_replaced_) standalone_replaced_->request(CancelReason::superseded);
  standalone_ = &sink;
  standalone_replaced_ = &replaced;
  std::erase_if(waiting_, [&sink](const std::string& message) { return sink.deliver({message}); });
}

void Session::detach(MessageSink& sink) {
  if (standalone_ != &sink) return;
  standalone_ = nullptr;
  standalone_replaced_ = nullptr;
}

void Session::send(std::string_view method, const json::Splice& params) {
  if (!initialized || ended_) return;
  auto text = notification(method, params);
  if (standalone_ && standalone_->deliver({text})) return;
  if (waiting_.size() < kMaxWaiting && std::ranges::find(waiting_, text) == waiting_.end())
    waiting_.push_back(std::move(text));
}

Task<mcp::Reply> Session::StandaloneEvents::ask(std::string_view method, const json::Splice& params, Cancel& cancel) {
  return session_.ask(*this, method, params, cancel);
}

StreamLogs& Session::streams(StreamLogTable& table) {
  if (!streams_) streams_ = std::make_unique<StreamLogs>(table);
  return *streams_;
}

void Session::end() {
  if (std::exchange(ended_, true)) return;
  if (streams_) streams_->end();
  if (standalone_replaced_) standalone_replaced_->request(CancelReason::session_ended);
  for (Running& running : running_) running.cancel_.request(CancelReason::session_ended);
  withdraw_questions();
}

void Session::fell_silent() {
  silent_ = true;
  withdraw_questions();
}

void Session::withdraw_questions() {
  for (Question* question : std::exchange(questions_, {})) {
    question->abandoned = true;
    question->changed.notify();
  }
}

/// Only ids made here are in the table, and they are random: their own digits spread as well as any hash of them.
std::size_t Sessions::IdHash::operator()(std::string_view id) const {
  std::uint64_t first = 0, last = 0;
  if (id.size() < sizeof first) return id.size();
  std::memcpy(&first, id.data(), sizeof first);
  std::memcpy(&last, id.data() + id.size() - sizeof last, sizeof last);
  return first ^ std::rotl(last, 4);  // hexadecimal digits differ in their lower halves
}

Result<std::shared_ptr<Session>> Sessions::create(const mcp::Message& initialize, const mcp::Principal& who,
                                                  TimePoint now) {
  if (by_id_.size() >= options_.max_sessions) {
    return std::unexpected(
        Error{Kind::limit_exceeded, Origin::gateway, "Too many sessions are open; try again later."}.with_retry(
            Retry::later(Milliseconds{5000})));
  }
  auto session = std::make_shared<Session>(random_id(), initialize, who, now);
  by_id_.emplace(session->id(), session);
  by_use_.push_back(*session);
  return session;
}

std::shared_ptr<Session> Sessions::find(std::string_view id, TimePoint now) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  touch(*found->second, now);
  return found->second;
}

void Sessions::touch(Session& session, TimePoint now) {
  if (!session.is_linked()) return;
  session.last_used = now;
  by_use_.splice(by_use_.end(), by_use_, by_use_.iterator_to(session));
}

std::shared_ptr<Session> Sessions::peek(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

void Sessions::remove(Session& session) {
  const auto keep = by_id_.find(session.id())->second;
  by_use_.erase(by_use_.iterator_to(session));
  by_id_.erase(session.id());
  keep->end();
  if (on_end_) on_end_(keep->id());
}

bool Sessions::end(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return false;
  remove(*found->second);
  return true;
}

void Sessions::expire(TimePoint now) {
  for (auto it = by_use_.begin(); it != by_use_.end() && now - it->last_used >= options_.ttl;) {
    Session& session = *it++;
    if (session.running() == 0 && !session.attached()) remove(session);
  }
}

void Sessions::end_all() {
  while (!by_use_.empty()) remove(by_use_.front());
}

void Sessions::each(FunctionRef<void(Session&)> visit) {
  for (auto it = by_use_.begin(); it != by_use_.end();) visit(*it++);
}

std::string random_id() {
  std::array<std::uint8_t, 16> bytes{};
  random_bytes(bytes);
  std::string text;
  for (const std::uint8_t byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

mcp::Revision negotiate(std::string_view requested) {
  const auto known = mcp::parse_revision(requested);
  return known && mcp::has_sessions(*known) ? *known : mcp::kLatestLegacy;
}

}  // namespace gatehouse::transport
