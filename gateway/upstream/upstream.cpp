#include "gateway/upstream/upstream.hpp"

#include <algorithm>
#include <random>

#include <gatehouse/base/log.hpp>

namespace gatehouse::upstream {
namespace {

constexpr Milliseconds kFirstDelay{250};
constexpr Milliseconds kDoubtInterval{1'000};
constexpr Milliseconds kMaxDelay{30'000};

std::uint64_t next_number() {
  static std::uint64_t last = 0;
  return ++last;
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::starting: return "starting";
    case State::up: return "up";
    case State::down: return "down";
  }
  return "down";
}

Upstream::Upstream(Environment environment, Options options)
    : number_(next_number()),
      environment_(std::move(environment)),
      options_(std::move(options)),
      guard_(options_, std::random_device()()),
      health_check_({.timers = environment_.loop.timers(),
                     .guard = guard_,
                     .connected = [this] { return has_connection() && state_ == State::up; },
                     .ask = [this](Cancel& cancel) { return ask_for_life(cancel); },
                     .asking =
                         [this] {
                           if (guard_.changed()) breaker_changed();
                         },
                     .judged = [this](const Result<void>& answer) { judged(answer); }}),
      hub_(std::make_shared<Hub>(environment_.loop, number_)),
      turns_(environment_.loop.timers(), {.server = options_.name,
                                          .running = options_.max_concurrent,
                                          .waiting = options_.queue,
                                          .patience = options_.queue_timeout}),
      offer_({.loop = environment_.loop,
              .http = environment_.http,
              .options = options_,
              .tasks = environment_.tasks,
              .legacy_ttl = environment_.legacy_list_ttl,
              .stale_max = environment_.stale_max,
              .look = [this](bool is_old) { look(is_old); },
              .expired =
                  [this] {
                    if (environment_.changed) environment_.changed();
                  }}),
      connections_({.environment = environment_,
                    .options = options_,
                    .server = number_,
                    .offer = offer_,
                    .listener = *this,
                    .observer = *this,
                    .tasks = tasks_,
                    .failed = [this](const Error& error) { doubt(error); }}) {}

Upstream::~Upstream() = default;

std::optional<mcp::Revision> Upstream::revision() const {
  if (!has_connection()) return std::nullopt;
  return connections_.shared()->link->peer().revision;
}

void Upstream::set_state(State state, std::string problem) {
  const bool changed = state_ != state;
  if (changed && state == State::down) log::warn("server is down", {{"server", name()}, {"reason", problem}});
  if (changed && state == State::up)
    log::info("server is up", {{"server", name()}, {"revision", revision() ? mcp::to_string(*revision()) : ""}});
  if (changed) state_since_ = Clock::now();
  if (changed && (state == State::down || state_ == State::down)) offer_.came_or_went();
  if (changed && state == State::up) guard_.recovered(state_since_);
  state_ = state;
  problem_ = std::move(problem);
  if (guard_.changed()) breaker_changed();
  age();
  health_check_.look();
  settled_.notify_all();
  if (changed && environment_.changed) environment_.changed();
}

void Upstream::age() {
  if (state_ == State::up && !guard_.refuses()) {
    offer_.confirmed();
  } else if (state_ != State::starting) {
    offer_.doubted();
  }
}

void Upstream::look(bool is_old) {
  if (is_old) refresh_wanted_ = true;
  connections_.expire();
  wake_.notify();
}

void Upstream::start() {
  tasks_.spawn(run());
  tasks_.spawn(health_check_.run(tasks_.cancel()));
}

Task<void> Upstream::run() {
  const auto keep = shared_from_this();
  Milliseconds delay = kFirstDelay;
  while (!stopping_) {
    delay = co_await serve_connection(delay);
    if (stopping_) break;
    next_attempt_ = Clock::now() + delay;
    co_await environment_.loop.sleep(delay, &tasks_.cancel());
    delay = std::min(delay * 2, kMaxDelay);
  }
}

/// One connection from its opening to its end. Returns the delay before the next one.
Task<Milliseconds> Upstream::serve_connection(Milliseconds delay) {
  const auto opened = co_await connections_.open_shared();
  if (!opened) {
    if (stopping_) co_return delay;  // nobody waits for it any more
    ++failures_;
    tried_ = true;
    set_state(State::down, opened.error().message);
    co_return delay;
  }
  const std::shared_ptr<client::Link> link = connections_.shared()->link;
  refused_completions_ = false;
  tasks_.spawn(watch(link));
  hub_->connected(*link);
  if (std::exchange(connected_before_, true)) offer_.missed_announcements(link->peer().capabilities);
  refresh_wanted_ = true;
  restart_wanted_ = false;
  while (link->usable() && !stopping_ && !restart_wanted_) {
    if (std::exchange(refresh_wanted_, false)) {
      const bool refreshed = co_await refresh();
      if (refreshed) {
        delay = kFirstDelay;
      } else if (link->usable() && !stopping_) {  // it answers no lists: ask again until it does
        refresh_wanted_ = true;
        co_await environment_.loop.sleep(delay, &tasks_.cancel());
        delay = std::min(delay * 2, kMaxDelay);
        continue;
      }
      connections_.expire();
    }
    if (!refresh_wanted_ && link->usable() && !stopping_ && !restart_wanted_) co_await wake_.wait();
  }
  offer_.rest();
  hub_->disconnected();
  const auto lost = connections_.take_shared();
  if (!stopping_) {
    ++failures_;
    set_state(State::down, restart_wanted_ ? "The program does not answer and is started again."
                                           : "The connection to the server was lost.");
  }
  co_await lost->link->close();
  co_return delay;
}

Task<void> Upstream::watch(std::shared_ptr<client::Link> link) {
  co_await link->wait_closed(tasks_.cancel());
  wake_.notify();
}

Task<bool> Upstream::refresh() {
  const auto binding = connections_.shared();
  const auto changed = co_await offer_.read(*binding->link, tasks_.cancel());
  tried_ = true;
  if (!changed) {
    failed(changed.error());
    co_return false;
  }
  const bool was_up = state_ == State::up;
  guard_.heard(Clock::now());
  set_state(State::up, {});
  if (*changed && was_up && environment_.changed) environment_.changed();
  co_return true;
}

/// Reads the lists again unless somebody did so after `than`. Several callers share one reading.
Task<bool> Upstream::reread(TimePoint than) {
  while (rereading_ && !stopping_) co_await settled_.wait();
  if (stopping_ || !has_connection()) co_return false;
  if (offer_.freshness() && offer_.freshness()->read_at > than) co_return true;
  rereading_ = true;
  const bool read = co_await refresh();
  rereading_ = false;
  settled_.notify_all();
  co_return read;
}

void Upstream::notified(const mcp::Message& notification) {
  const std::string_view method = notification.rpc.method;
  if (method == mcp::notification::kToolsChanged || method == mcp::notification::kResourcesChanged ||
      method == mcp::notification::kPromptsChanged) {
    for (const mcp::ListKind kind : mcp::kListKinds) {
      if (method == mcp::changed_notification(kind)) offer_.announced(kind);
    }
    refresh_wanted_ = true;
    wake_.notify();
  } else if (method == mcp::notification::kResourceUpdated) {
    hub_->updated(notification.params.uri);
  } else if (method == mcp::notification::kMessage) {
    log::debug("server log", {{"server", name()}, {"params", notification.params.object.text}});
  }
}

/// A process of its own, or a connection with a state of its own: what changes there is announced there.
void Upstream::opened(client::Link& link) {
  if (!link.separates_requests()) hub_->joined(link);
}

void Upstream::closed(client::Link& link) { hub_->left(link); }

/// Changes are everybody's business; log lines and what else belongs to no call are nobody's (GB-142).
void Upstream::heard(const mcp::Message& notification) {
  if (notification.rpc.method != mcp::notification::kMessage) notified(notification);
}

void Upstream::watching(std::span<const std::string> asked, std::span<const std::string> accepted) {
  hub_->watching(asked, accepted);
}

Task<mcp::Reply> Upstream::asked(const mcp::Message& request, Cancel&) {
  // No single client is behind the shared connection, and none of these abilities was declared on it.
  co_return fail(Kind::method_not_found, Origin::client,
                 "No client can be asked " + std::string(request.rpc.method) + " on this connection.");
}

/// A call was refused, or did not arrive. Others may fare better, as with one tool that its server gives less of: they are the breaker's
/// business, and whether the server is down turns out when its lists are asked for. That is not done with each such call.
void Upstream::doubt(const Error& error) {
  if (state_ != State::up) return failed(error);
  const TimePoint now = Clock::now();
  if (error.kind != Kind::unavailable || now - doubted_ < kDoubtInterval) return;
  doubted_ = now;
  refresh_wanted_ = true;
  wake_.notify();
}

void Upstream::failed(const Error& error) {
  if (error.kind != Kind::unavailable && error.kind != Kind::timed_out && error.kind != Kind::bad_reply) return;
  if (error.kind == Kind::unavailable && state_ == State::up) {
    ++failures_;
    refresh_wanted_ = true;  // reading the lists is the probe that finds it up again
    wake_.notify();
  }
  if (error.kind == Kind::unavailable || state_ == State::starting) set_state(State::down, error.message);
}

bool Upstream::lacks_completions() const {
  if (refused_completions_) return true;
  const auto spoken = revision();
  return spoken && lists() && !lists()->capabilities.completions && mcp::has_completions_capability(*spoken);
}

Task<void> Upstream::stop(Milliseconds grace) {
  const auto keep = shared_from_this();
  Cancel patience;
  const net::Deadline deadline(environment_.loop.timers(), grace, patience);
  const Cancel::Hook late(patience, [this] { settled_.notify_all(); });
  while (in_flight_ > 0 && !patience.requested()) co_await settled_.wait();
  stopping_ = true;
  turns_.close();
  environment_.changed = nullptr;
  tasks_.cancel().request(CancelReason::shutting_down);
  wake_.notify();
  settled_.notify_all();
  connections_.stop_views();
  co_await connections_.close_all();
  co_await tasks_.join();
}

}  // namespace gatehouse::upstream
