// One call: whether it is sent at all, and what happens when it fails.
#include <algorithm>

#include <fmt/format.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/base/wildcard.hpp>
#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/upstream/upstream.hpp"

namespace gatehouse::upstream {
namespace {

constexpr Milliseconds kReconnectPatience{5'000};  // how long a call waits while its lost connection is made again

/// The request never reached the server's code, so sending it again cannot run it twice (GB-214).
bool did_not_run(const Error& error) { return error.kind == Kind::state_lost; }

/// Passes on what comes, and remembers that something came: the client has heard of an attempt that is repeated then.
class Witness final : public client::Listener {
 public:
  explicit Witness(client::Listener& inner) : inner_(inner) {}
  void notified(const mcp::Message& notification) override {
    heard_ = true;
    inner_.notified(notification);
  }
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override {
    heard_ = true;
    return inner_.asked(request, cancel);
  }
  [[nodiscard]] bool heard() const { return heard_; }

 private:
  client::Listener& inner_;
  bool heard_ = false;
};

/// Everybody without a login is one principal, but not everybody is one person.
std::string_view takes_turns_as(const mcp::Client& client) {
  return client.principal() == mcp::kAnonymous ? client.address : client.principal();
}

Error server_failure() {
  return {Kind::unavailable, Origin::upstream, "The server answered with an HTTP status of 5xx."};
}

}  // namespace

Task<bool> Upstream::wait_until_up(Cancel& cancel) {
  Cancel patience;
  const net::Deadline deadline(environment_.loop.timers(), std::min(options_.connect_timeout, kReconnectPatience),
                               patience);
  const Cancel::Hook late(patience, [this] { settled_.notify_all(); });
  const Cancel::Hook gone(cancel, [this] { settled_.notify_all(); });
  while (state_ != State::up && !patience.requested() && !cancel.requested() && !stopping_) co_await settled_.wait();
  co_return state_ == State::up;
}

bool Upstream::refuses_completions(const mcp::Call& call, const Result<Answered>& answered) {
  return answered && answered->answer->is_error && answered->answer->error_code == mcp::code::kMethodNotFound &&
         call.request.method == mcp::Method::completion_complete;
}

/// The server's tools want other headers than its lists said: the request did not run (TR-557, GB-255).
bool Upstream::wants_other_headers(const mcp::Call& call, const Result<Answered>& answered) {
  return answered && answered->answer->is_error && answered->answer->error_code == mcp::code::kHeaderMismatch &&
         mcp::has_header_parameters(answered->server) && call.request.method == mcp::Method::tools_call;
}

/// Whether the call may be sent at all.
Result<Guard::Ticket> Upstream::admit() {
  if (!has_connection() || state_ == State::down) return fail(down());
  return guard_.admit(&Clock::now);
}

Task<Result<Answered>> Upstream::refuse() { co_return fail(down()); }

Error Upstream::down() const {
  const Milliseconds wait = std::max(Milliseconds{1000}, std::chrono::ceil<Milliseconds>(next_attempt_ - Clock::now()));
  Error error = not_called(name(), to_string(state_),
                           fmt::format("The server \"{}\" is not available now; try again later.", name()), wait);
  error.detail = problem_;
  return error;
}

std::optional<Error> Upstream::not_callable() const {
  if (!has_connection() || state_ == State::down) return down();
  if (guard_.refuses()) return guard_.refusal(Clock::now());
  return std::nullopt;
}

/// What an attempt says about the server.
void Upstream::note(Guard::Ticket ticket, TimePoint began, const Result<Answered>& answered) {
  if (answered && !answered->answer->is_server_failure) [[likely]] {
    guard_.succeeded(ticket, began);
  } else if (stopping_) {
    guard_.abandoned(ticket);
  } else {
    guard_.failed(ticket, answered ? server_failure() : answered.error(), began, Clock::now());
    health_check_.look();
  }
  if (guard_.changed()) breaker_changed();
}

void Upstream::breaker_changed() {
  const breaker::Breaker& breaker = guard_.breaker();
  const bool is_open = breaker.state() == breaker::BreakerState::open;
  log::write(is_open ? log::Level::warn : log::Level::info, "breaker changed",
             {{"server", name()},
              {"state", breaker::to_string(breaker.state())},
              {"reason", is_open ? std::string_view(guard_.last_error()) : std::string_view()}});
  if (is_open) turns_.dismiss();
  age();
  health_check_.look();
  if (environment_.changed) environment_.changed();
}

Task<Result<Answered>> Upstream::attempt(const mcp::Call& call, Lower lower, client::Listener& listener) {
  if (!has_connection() || state_ == State::down) return refuse();  // lost while its caller waited
  return connections_.send(call, lower, listener);
}

/// One more attempt beside the first one.
Task<Result<Answered>> Upstream::attempt_again(const mcp::Call& call, Lower lower, client::Listener& listener) {
  auto ticket = admit();
  if (!ticket) co_return fail(std::move(ticket.error()));
  const TimePoint began = Clock::now();
  auto answered = co_await attempt(call, lower, listener);
  note(*ticket, began, answered);
  co_return answered;
}

/// As many calls run as may. What is known about the server may be another thing when it is this one's turn.
Task<Result<Guard::Ticket>> Upstream::wait_for_turn(const mcp::Call& call, Guard::Ticket ticket) {
  guard_.abandoned(ticket);
  auto turn = co_await turns_.wait(takes_turns_as(call.client), call.cancel);
  std::optional<Error> why_not;
  if (!turn && !call.cancel.requested()) why_not = not_callable();
  if (why_not) co_return fail(std::move(*why_not));
  if (!turn) co_return fail(std::move(turn.error()));
  auto again = admit();
  if (!again) turns_.end();
  co_return again;
}

Task<Result<Answered>> Upstream::call(const mcp::Call& call, Lower lower, client::Listener& listener,
                                      std::string_view tool) {
  auto ticket = admit();
  TimePoint began = call.received_at;
  if (ticket && !turns_.take()) {
    auto turn = co_await wait_for_turn(call, *ticket);
    ticket = std::move(turn);
    began = Clock::now();
  }
  if (!ticket) co_return fail(std::move(ticket.error()));
  ++in_flight_;
  const bool repeats = may_repeat(call, tool);
  Task<Result<Answered>> way = repeats ? repeat(call, lower, listener, *ticket) : attempt(call, lower, listener);
  auto answered = co_await std::move(way);
  if (!repeats) note(*ticket, began, answered);
  if (refuses_completions(call, answered)) refused_completions_ = true;
  if (wants_other_headers(call, answered)) {
    const bool read = co_await reread(call.received_at);
    if (read) answered = co_await attempt_again(call, lower, listener);
  }
  if (!answered && !call.cancel.requested() && did_not_run(answered.error())) {
    wake_.notify();
    const bool up = co_await reconnected(call);
    if (up) answered = co_await attempt_again(call, lower, listener);
  }
  --in_flight_;
  turns_.end();
  if (in_flight_ == 0) settled_.notify_all();
  if (!answered && answered.error().origin == Origin::upstream) blame_server(answered.error());
  co_return answered;
}

/// Reads, and tools that the operator declared safe; a call that makes a task could leave two of them. Rule: GB-006.
bool Upstream::may_repeat(const mcp::Call& call, std::string_view tool) const {
  if (options_.retries.max == 0) return false;
  if (mcp::is_read(call.request.method)) return true;
  return !options_.retry_safe.empty() && call.request.method == mcp::Method::tools_call &&
         !call.request.params.object.find("task") && matches_any_wildcards(options_.retry_safe, tool);
}

/// Sends again what may run twice, as long as the client has heard nothing of it. Each attempt can be given up alone.
Task<Result<Answered>> Upstream::repeat(const mcp::Call& call, Lower lower, client::Listener& listener,
                                        Guard::Ticket ticket) {
  Witness witness(listener);
  const TimePoint first = Clock::now();
  for (std::size_t n = 1;; ++n) {
    const TimePoint began = n == 1 ? first : Clock::now();
    Cancel patience;
    const Cancel::Hook stop(call.cancel, [&] { patience.request(call.cancel.reason()); });
    std::optional<net::Deadline> deadline;  // of the first attempt: the link's own
    if (n > 1) deadline.emplace(environment_.loop.timers(), left(first), patience);
    const mcp::Call in{call.request, call.client, call.events, patience, call.received_at};
    auto answered = co_await attempt(in, lower, witness);
    note(ticket, began, answered);
    if (answered || witness.heard() || call.cancel.requested() || stopping_) co_return answered;
    const auto delay = retry_delay(answered.error(), n, first);
    if (!delay) co_return answered;
    co_await environment_.loop.sleep(*delay, &call.cancel);
    if (answered.error().kind == Kind::outcome_unknown) {
      wake_.notify();
      (void)co_await reconnected(call);
    }
    if (call.cancel.requested()) co_return answered;
    auto next = admit();
    if (!next) co_return answered;
    ticket = *next;
  }
}

Milliseconds Upstream::left(TimePoint began) const {
  return std::max(Milliseconds{0}, options_.max_timeout - std::chrono::ceil<Milliseconds>(Clock::now() - began));
}

std::optional<Milliseconds> Upstream::retry_delay(const Error& error, std::size_t n, TimePoint began) {
  const TimePoint now = Clock::now();
  // Silence for the whole time that a call has is its end, not that of one attempt.
  if (error.kind == Kind::timed_out && now - began >= options_.timeout) return std::nullopt;
  return guard_.retry_after(error, n, left(began), now);
}

/// Whoever reads the message sees the gateway only: say which server it is about. An answer that is too large is its fault, too, while
/// the client's own code for that would have it shorten its request.
void Upstream::blame_server(Error& error) const {
  if (error.kind == Kind::too_large) error.kind = Kind::bad_reply;
  if (error.message.find(fmt::format("\"{}\"", name())) == std::string::npos)
    error.message = fmt::format("Server \"{}\": {}", name(), error.message);
}

/// After a connection was lost: gives `run` a moment to notice and waits for the next one.
Task<bool> Upstream::reconnected(const mcp::Call& call) {
  if (has_connection() && !connections_.shared()->link->usable()) state_ = State::starting;
  co_return co_await wait_until_up(call.cancel);
}

/// Any answer is a sign of life, even that it does not know the question.
Task<Result<void>> Upstream::ask_for_life(Cancel& outer) {
  const auto binding = connections_.shared();
  Cancel patience;
  const Cancel::Hook stop(outer, [&] { patience.request(outer.reason()); });
  const mcp::Method method =
      mcp::has_sessions(binding->link->peer().revision) ? mcp::Method::ping : mcp::Method::discover;
  const client::Request request{.method = method,
                                .method_name = mcp::to_string(method),
                                .idle_timeout = options_.health_check.timeout,
                                .max_timeout = options_.health_check.timeout};
  const auto reply = co_await binding->link->request(request, *this, patience);
  if (!reply) co_return fail(Error(reply.error()));
  if ((*reply)->is_server_failure) co_return fail(server_failure());
  co_return Result<void>{};
}

void Upstream::judged(const Result<void>& answer) {
  if (guard_.changed()) breaker_changed();
  if (answer) return;
  log::info("server failed a health check", {{"server", name()}, {"reason", answer.error().message}});
  doubt(answer.error());
  // Nothing runs that could still be answered: a program that hangs is worth a new start.
  const bool hangs = answer.error().kind == Kind::timed_out && guard_.refuses();
  if (!hangs || !options_.is_stdio() || in_flight_ > 0) return;
  restart_wanted_ = true;
  wake_.notify();
}

}  // namespace gatehouse::upstream
