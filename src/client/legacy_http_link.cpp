// Connections with a session: server requests come back on response streams and on the GET stream.
#include <array>

#include <fmt/format.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>

#include "src/client/http_link.hpp"
#include "src/client/subscribing.hpp"

namespace gatehouse::client {
namespace {

constexpr Milliseconds kFirstDelay{1000};
constexpr int kMaxResumes = 1000;

class LegacyHttpLink final : public Link {
 public:
  LegacyHttpLink(HttpLinkParts parts, std::string session)
      : parts_(std::move(parts)),
        session_(std::move(session)),
        questions_(parts_.loop.timers(), [this](std::string text) { return post(std::move(text)); }, calls_) {
    if (parts_.options.listen) tasks_.spawn(listen());
  }

  [[nodiscard]] const Peer& peer() const override { return parts_.peer; }
  [[nodiscard]] bool usable() const override { return !lost_; }

  [[nodiscard]] bool separates_requests() const override { return true; }
  Task<mcp::Reply> request(const Request& request, Listener& listener, Cancel& cancel) override {
    if (lost_) co_return fail(session_lost());
    CallClock clock(parts_.loop.timers(), request, cancel);
    const std::uint64_t id = parts_.next_id++;
    const Outgoing message(id, request, nullptr);
    Questions questions(parts_.loop.timers(), [this](std::string text) { return post_later(std::move(text)); }, clock);
    AskableCalls::Call call(calls_, request, listener, questions, clock);
    const auto others = [&](const mcp::Message& other, std::string_view text) {
      take(other, text, &listener, questions);
    };
    const HttpPost first{.fixed_headers = parts_.headers, .body = &message.pieces(), .id = id, .uris = request.uris};
    auto outcome = co_await exchange(parts_.server, first, others, &clock, cancel);
    for (int resumes = 0; outcome && !outcome->answer && !outcome->last_event_id.empty() && resumes < kMaxResumes;
         ++resumes) {
      outcome = co_await resume(*outcome, id, request.uris, others, &clock, cancel);
    }
    call.over();
    if (questions.open() > 0) co_await questions.finish();
    if (!outcome) {
      if (!cancel.requested()) co_return fail(std::move(outcome.error()));
      notify(mcp::notification::kCancelled, fmt::format(R"({{"requestId":{}}})", id));
      co_return fail(given_up(cancel));
    }
    if (outcome->status == 404 && !session_.empty()) co_return fail(session_lost());
    if (!outcome->answer) co_return fail(no_answer(*outcome));
    co_return std::move(outcome->answer);
  }

  void notify(std::string_view method, std::string params) override {
    if (!lost_) tasks_.spawn(post(notification_text(method, params)));
  }

  void watch(std::vector<std::string> uris) override {
    if (!parts_.options.listen || !parts_.options.listener) return;
    if (!subscribing_) {
      subscribing_ = std::make_unique<Subscribing>(
          parts_.loop,
          [this](const Request& asked, Listener& listener, Cancel& cancel) { return request(asked, listener, cancel); },
          *parts_.options.listener, parts_.options.probe_timeout);
      if (can_push_) subscribing_->can_push(*can_push_);
      tasks_.spawn(subscribing_->run(tasks_.cancel()));
    }
    subscribing_->watch(std::move(uris));
  }

  Task<void> close() override {
    tasks_.cancel().request(CancelReason::shutting_down);
    co_await questions_.finish();
    co_await tasks_.join();
    if (std::exchange(lost_, true) || session_.empty()) co_return;
    Cancel cancel;
    const net::Deadline deadline(parts_.loop.timers(), Milliseconds{2000}, cancel);
    const HttpPost end{.method = "DELETE", .fixed_headers = parts_.headers};
    const auto nothing = [](const mcp::Message&, std::string_view) {};
    (void)co_await exchange(parts_.server, end, nothing, nullptr, cancel);
  }

  Task<void> wait_closed(Cancel& cancel) override {
    const Cancel::Hook hook(cancel, [this] { closed_.notify(); });
    while (!lost_ && !cancel.requested()) co_await closed_.wait();
  }

 private:
  /// The server forgot our session: nothing more can be sent on this link (TR-457).
  Error session_lost() {
    lost_ = true;
    closed_.notify();
    return {Kind::state_lost, Origin::upstream, "The server ended the session.", "HTTP 404 for the session"};
  }

  void take(const mcp::Message& message, std::string_view text, Listener* listener, Questions& questions) {
    if (message.rpc.type == jsonrpc::Type::request) return questions.take(text, listener);
    if (message.rpc.method == mcp::notification::kCancelled) {
      questions.withdrawn(message.params.request_id);
      return questions_.withdrawn(message.params.request_id);
    }
    if (listener) listener->notified(message);
  }

  /// What came on the standalone stream.
  void take_on_stream(const mcp::Message& message, std::string_view text) {
    if (message.rpc.type == jsonrpc::Type::request) {
      const bool is_about_connection = message.rpc.method == "ping" || message.rpc.method == "roots/list";
      AskableCalls::Call* call = is_about_connection ? nullptr : calls_.of(message);
      if (call) return call->ask(text, true);
    } else if (message.rpc.method == mcp::notification::kCancelled) {
      calls_.withdrawn(message.params.request_id);
    }
    take(message, text, parts_.options.listener, questions_);
  }

  /// An answer to the server must not hold up the call that it belongs to.
  Task<void> post_later(std::string text) {
    tasks_.spawn(post(std::move(text)));
    co_return;
  }

  Task<void> post(std::string text) {
    Cancel cancel;
    const net::Deadline deadline(parts_.loop.timers(), parts_.options.probe_timeout, cancel);
    const json::Pieces body(1, text);
    const HttpPost post{.fixed_headers = parts_.headers, .body = &body};
    const auto nothing = [](const mcp::Message&, std::string_view) {};
    const auto outcome = co_await exchange(parts_.server, post, nothing, nullptr, cancel);
    if (!outcome) log::debug("message to server was not delivered", {{"reason", outcome.error().message}});
  }

  /// Continues a stream that the server closed before the response (TR-422, TR-446).
  Task<Result<HttpOutcome>> resume(const HttpOutcome& broken, std::uint64_t id, mcp::Uris uris, OtherMessages others,
                                   CallClock* clock, Cancel& cancel) {
    co_await parts_.loop.sleep(broken.retry.value_or(kFirstDelay), &cancel);
    const std::array headers = {net::Header{transport::kLastEventHeader, broken.last_event_id}};
    const HttpPost get{.method = "GET", .fixed_headers = parts_.headers, .headers = headers, .id = id, .uris = uris};
    auto outcome = co_await exchange(parts_.server, get, others, clock, cancel);
    if (outcome && !outcome->answer && outcome->status == 200 && outcome->last_event_id.empty())
      outcome->last_event_id = broken.last_event_id;
    co_return outcome;
  }

  void heard_of_channel(int status) {
    if (status >= 500) return;
    can_push_ = status == 200;
    if (subscribing_) subscribing_->can_push(*can_push_);
  }

  void missed_something() {
    announce_changes(*parts_.options.listener, parts_.peer.capabilities);
    if (subscribing_) subscribing_->interrupted();
  }

  /// Keeps the GET stream open, if the server offers one.
  Task<void> listen() {
    Milliseconds delay = kFirstDelay;
    std::string last_event;
    const auto others = [this](const mcp::Message& other, std::string_view text) { take_on_stream(other, text); };
    const auto on_head = [this](int status) { heard_of_channel(status); };
    for (bool first = true; usable() && !tasks_.cancelled(); first = false) {
      if (!first && last_event.empty() && parts_.options.listener) missed_something();
      const std::array headers = {net::Header{transport::kLastEventHeader, last_event}};
      const HttpPost get{.method = "GET",
                         .fixed_headers = parts_.headers,
                         .headers = {headers.data(), last_event.empty() ? 0U : 1U},
                         .on_head = on_head};
      const TimePoint opened = Clock::now();
      const auto outcome = co_await exchange(parts_.server, get, others, nullptr, tasks_.cancel());
      if (outcome && outcome->status == 404 && !session_.empty()) co_return (void) session_lost();
      if (outcome && outcome->status != 200 && outcome->status < 500) {
        if (last_event.empty()) co_return;  // 405: none is offered
        last_event.clear();                 // the server does not know that place any more
      }
      if (outcome && !outcome->last_event_id.empty()) last_event = outcome->last_event_id;
      if (Clock::now() - opened > std::chrono::seconds(60)) delay = kFirstDelay;
      co_await parts_.loop.sleep(outcome && outcome->retry ? *outcome->retry : delay, &tasks_.cancel());
      delay = next_delay(delay);
    }
  }

  HttpLinkParts parts_;
  std::string session_;
  bool lost_ = false;
  Signal closed_;
  std::optional<bool> can_push_;              // whether the GET stream exists; none: not answered yet
  std::unique_ptr<Subscribing> subscribing_;  // from the first wish on
  AskableCalls calls_;
  Questions questions_;  // those that belong to no request
  TaskGroup tasks_;
};

}  // namespace

std::unique_ptr<Link> make_legacy_http_link(HttpLinkParts parts, std::string session) {
  return std::make_unique<LegacyHttpLink>(std::move(parts), std::move(session));
}

}  // namespace gatehouse::client
