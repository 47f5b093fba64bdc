#include "gateway/upstream/upstream.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include <fmt/format.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/upstream/fetch_lists.hpp"
#include "gateway/upstream/target.hpp"

namespace gatehouse::upstream {
namespace {

constexpr Milliseconds kFirstDelay{250};
constexpr Milliseconds kMaxDelay{30'000};
constexpr Milliseconds kPollInterval{60'000};  // of lists whose changes nobody announces
constexpr Milliseconds kExpireInterval{30'000};

std::uint64_t next_number() {
  static std::uint64_t last = 0;
  return ++last;
}

bool same_items(const catalog::ServerLists& a, const catalog::ServerLists& b) {
  for (const mcp::ListKind kind : mcp::kListKinds) {
    const auto same = [](const catalog::Item& x, const catalog::Item& y) { return x.form.text == y.form.text; };
    if (!std::ranges::equal(a.of(kind), b.of(kind), same)) return false;
  }
  return a.capabilities == b.capabilities && a.instructions == b.instructions && a.title == b.title;
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
                     .connected = [this] { return main_ && state_ == State::up; },
                     .ask = [this](Cancel& cancel) { return ask_for_life(cancel); },
                     .asking =
                         [this] {
                           if (guard_.changed()) breaker_changed();
                         },
                     .judged = [this](const Result<void>& answer) { judged(answer); }}),
      views_(
          environment_.loop, number_,
          [this](std::shared_ptr<Binding> binding) { return own_lists(std::move(binding)); },
          environment_.session_changed),
      bindings_(environment_.find_session,
                [this](mcp::ClientCapabilities capabilities, client::Listener* listener) {
                  return connect(capabilities, listener);
                },
                views_, options_.max_bindings,
                {.means = environment_.means,
                 .server_name = options_.name,
                 .may_share_context = options_.sampling_context,
                 .log = {.max_data_bytes = environment_.max_log_bytes},
                 .declared = [this](const mcp::Client& client) { return declared(client); }}),
      slots_(environment_.loop,
             [this](mcp::ClientCapabilities capabilities, client::Listener* listener) {
               return connect(capabilities, listener);
             },
             *this,
             {.per_owner = options_.max_slots,
              .all = options_.max_bindings,
              .patience = options_.timeout,
              .roots_hold = options_.roots_hold}),
      hub_(std::make_shared<Hub>(environment_.loop, number_)),
      icons_(environment_.loop, environment_.http),
      turns_(environment_.loop.timers(), {.server = options_.name,
                                          .running = options_.max_concurrent,
                                          .waiting = options_.queue,
                                          .patience = options_.queue_timeout}),
      refresh_timer_(environment_.loop.timers()),
      stale_timer_(environment_.loop.timers()),
      cooldown_timer_(environment_.loop.timers()) {}

Upstream::~Upstream() = default;

std::optional<mcp::Revision> Upstream::revision() const {
  if (!main_) return std::nullopt;
  return main_->link->peer().revision;
}

void Upstream::set_state(State state, std::string problem) {
  const bool changed = state_ != state;
  if (changed && state == State::down) log::warn("server is down", {{"server", name()}, {"reason", problem}});
  if (changed && state == State::up)
    log::info("server is up", {{"server", name()}, {"revision", revision() ? mcp::to_string(*revision()) : ""}});
  if (changed) state_since_ = Clock::now();
  if (changed && (state == State::down || state_ == State::down)) announce_everything();
  if (changed && state == State::up) guard_.recovered(state_since_);
  state_ = state;
  problem_ = std::move(problem);
  if (guard_.changed()) breaker_changed();
  age();
  health_check_.look();
  settled_.notify_all();
  if (changed && environment_.changed) environment_.changed();
}

/// A server that goes or comes back counts as a change of all that it offers (gateway rule 7.7).
void Upstream::announce_everything() {
  if (!lists_) return;
  const mcp::ServerCapabilities& has = lists_->capabilities;
  const auto announce = [this](bool declared, mcp::ListKind kind) {
    if (!declared) return;
    ++announced_[static_cast<std::size_t>(kind)];
    ++announcements_[static_cast<std::size_t>(kind)];
  };
  announce(has.tools, mcp::ListKind::tools);
  announce(has.resources, mcp::ListKind::resources);
  announce(has.prompts, mcp::ListKind::prompts);
}

/// How old lists may get counts from the moment when they may have become old.
void Upstream::age() {
  if (state_ == State::up && !guard_.refuses()) {
    expired_ = false;
    stale_timer_.disarm();
  } else if (state_ != State::starting && !expired_ && !stale_timer_.armed()) {
    stale_timer_.arm(environment_.stale_max, [this] {
      expired_ = true;
      if (environment_.changed) environment_.changed();
    });
  }
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
  mcp::ClientCapabilities ui_only;
  ui_only.ui = true;  // what is listed must not depend on one client's abilities (GB-082)
  auto link = co_await connect(ui_only, this);
  if (!link) {
    if (stopping_) co_return delay;  // nobody waits for it any more
    ++counters_.failures;
    tried_ = true;
    set_state(State::down, link.error().message);
    co_return delay;
  }
  main_ = std::make_shared<Binding>();
  main_->link = *link;
  refused_completions_ = false;
  tasks_.spawn(watch(*link));
  hub_->connected(**link);
  if (std::exchange(connected_before_, true)) assume_changes();
  refresh_wanted_ = true;
  restart_wanted_ = false;
  while (main_->link->usable() && !stopping_ && !restart_wanted_) {
    if (std::exchange(refresh_wanted_, false)) {
      const bool refreshed = co_await refresh();
      if (refreshed) {
        delay = kFirstDelay;
      } else if (main_->link->usable() && !stopping_) {  // it answers no lists: ask again until it does
        refresh_wanted_ = true;
        co_await environment_.loop.sleep(delay, &tasks_.cancel());
        delay = std::min(delay * 2, kMaxDelay);
        continue;
      }
      expire_connections();
    }
    if (!refresh_wanted_ && main_->link->usable() && !stopping_ && !restart_wanted_) co_await wake_.wait();
  }
  refresh_timer_.disarm();
  hub_->disconnected();
  const auto lost = std::exchange(main_, nullptr);
  if (!stopping_) {
    ++counters_.failures;
    set_state(State::down, restart_wanted_ ? "The program does not answer and is started again."
                                           : "The connection to the server was lost.");
  }
  co_await lost->link->close();
  co_return delay;
}

/// What was announced while there was no connection was missed (GB-186).
void Upstream::assume_changes() {
  const mcp::ServerCapabilities& has = main_->link->peer().capabilities;
  const auto announce = [this](bool declared, mcp::ListKind kind) {
    if (declared) ++announced_[static_cast<std::size_t>(kind)];
  };
  announce(has.tools, mcp::ListKind::tools);
  announce(has.resources, mcp::ListKind::resources);
  announce(has.prompts, mcp::ListKind::prompts);
}

Task<void> Upstream::watch(std::shared_ptr<client::Link> link) {
  co_await link->wait_closed(tasks_.cancel());
  wake_.notify();
}

Task<bool> Upstream::refresh() {
  const auto binding = main_;
  const Announcements announced_before = announced_;
  FetchOptions fetching = fetch_options(binding->link->peer());
  auto fetched = co_await fetch_lists(*binding->link, std::move(fetching), tasks_.cancel());
  tried_ = true;
  if (!fetched) {
    failed(fetched.error());
    co_return false;
  }
  arm_refresh(*fetched);
  const bool changed = !lists_ || !same_items(*lists_, fetched->lists) || announcements_ != announced_before;
  announcements_ = announced_before;  // what came later is in the next reading
  if (changed) lists_ = std::make_shared<const catalog::ServerLists>(std::move(fetched->lists));
  // Views of equal lists stay and share what moves on; views of other lists must not get younger by this reading.
  if (changed || !read_)
    freshness_ = read_ = std::make_shared<catalog::Freshness>(fetched->freshness);
  else
    *read_ = fetched->freshness;
  const bool was_up = state_ == State::up;
  guard_.heard(Clock::now());
  set_state(State::up, {});
  if (changed && was_up && environment_.changed) environment_.changed();
  co_return true;
}

FetchOptions Upstream::fetch_options(const client::Peer& peer) {
  const bool sends_headers = mcp::has_header_parameters(peer.revision) && !options_.is_stdio();
  FetchOptions options{
      .server_name = name(),
      .timeout = options_.timeout,
      .rules = {.drops_invalid_headers = sends_headers,
                .icons = options_.icons,
                .words = {.schema_dialect =
                              mcp::has_default_schema_dialect(peer.revision) ? "" : options_.schema_dialect,
                          .wraps_values = options_.wrap_values}},
      .public_lists = options_.public_lists,
      .tasks_for_all = environment_.tasks && environment_.tasks->facade == bridge::Facade::all,
      .legacy_ttl = environment_.legacy_list_ttl};
  if (options_.icons == catalog::Icons::inlined && options_.url) {
    options.rules.icon = [this](const std::string& source) { return icons_.find(source); };
    options.get_icons = [this](std::vector<std::string> sources) {
      return icons_.fetch(*options_.url, std::move(sources), tasks_.cancel());
    };
  }
  return options;
}

/// When the lists are read again: before their time is over, or now and then if they have no time and no announcements.
void Upstream::arm_refresh(const Fetched& fetched) {
  const mcp::ServerCapabilities& capabilities = fetched.lists.capabilities;
  const bool announced = capabilities.tools_changed || !capabilities.tools;
  std::int64_t ttl = std::numeric_limits<std::int64_t>::max();
  for (const mcp::CacheHints& hints : fetched.freshness.hints) ttl = std::min(ttl, hints.ttl_ms);
  const bool ages = !fetched.freshness.announced && ttl > 0;
  const Milliseconds lifetime{std::clamp<std::int64_t>(ttl, 1000, 3'600'000)};
  const bool reads = ages || !announced;
  refresh_timer_.arm(ages        ? lifetime
                     : announced ? kExpireInterval
                                 : kPollInterval,
                     [this, reads] {
                       if (reads) refresh_wanted_ = true;
                       expire_connections();
                       wake_.notify();
                     });
}

/// Reads the lists again unless somebody did so after `than`. Several callers share one reading.
Task<bool> Upstream::reread(TimePoint than) {
  while (rereading_ && !stopping_) co_await settled_.wait();
  if (stopping_ || !main_) co_return false;
  if (freshness_ && freshness_->read_at > than) co_return true;
  rereading_ = true;
  const bool read = co_await refresh();
  rereading_ = false;
  settled_.notify_all();
  co_return read;
}

Task<Result<std::shared_ptr<client::Link>>> Upstream::connect(mcp::ClientCapabilities capabilities,
                                                              client::Listener* listener) {
  client::ConnectOptions options = connect_options(options_);
  options.implementation = environment_.implementation;
  options.capabilities = capabilities;
  options.listener = listener;
  const bool is_main = listener == this;  // it finds out how the server is reached, the others follow
  if (!is_main) known_way_.apply(options);
  Result<std::unique_ptr<client::Link>> link;
  if (options_.is_stdio()) {
    const auto start = [this] {
      return process_options(options_, [server = name()](std::string_view line) {
        log::info("server stderr", {{"server", server}, {"line", line}});
      });
    };
    link = co_await client::connect_stdio(environment_.loop, name(), start, std::move(options), tasks_.cancel());
  } else {
    client::HttpTarget target = http_target(options_);
    if (!is_main) known_way_.apply(target);
    target.headers.emplace_back("Via", environment_.via);
    link = co_await client::connect_http(environment_.loop, environment_.http, std::move(target), std::move(options),
                                         tasks_.cancel());
  }
  if (!link) known_way_.forget();
  if (!link) co_return fail(std::move(link.error()));
  if (is_main) known_way_.reached(options_, **link);
  ++counters_.connects;
  co_return std::shared_ptr<client::Link>(std::move(*link));
}

void Upstream::notified(const mcp::Message& notification) {
  const std::string_view method = notification.rpc.method;
  if (method == mcp::notification::kToolsChanged || method == mcp::notification::kResourcesChanged ||
      method == mcp::notification::kPromptsChanged) {
    for (const mcp::ListKind kind : mcp::kListKinds) {
      if (method == mcp::changed_notification(kind)) ++announced_[static_cast<std::size_t>(kind)];
    }
    refresh_wanted_ = true;
    wake_.notify();
  } else if (method == mcp::notification::kResourceUpdated) {
    hub_->updated(notification.params.uri);
  } else if (method == mcp::notification::kMessage) {
    log::debug("server log", {{"server", name()}, {"params", notification.params.object.text}});
  }
}

void Upstream::watching(std::span<const std::string> asked, std::span<const std::string> accepted) {
  hub_->watching(asked, accepted);
}

void Upstream::watch_for(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris) {
  if (!options_.is_stdio()) return;  // behind an address there is one server, whatever the connection
  if (const auto binding = bindings_.find(session)) binding->link->watch(uris);
  views_.watch(session, who, std::move(uris));
}

/// The lists as one session's connection shows them; null: as everybody sees them.
Task<SessionViews::Lists> Upstream::own_lists(std::shared_ptr<Binding> binding) {
  FetchOptions fetching = fetch_options(binding->link->peer());
  auto fetched = co_await fetch_lists(*binding->link, std::move(fetching), tasks_.cancel());
  if (!fetched || (lists_ && same_items(*lists_, fetched->lists))) co_return nullptr;
  co_return std::make_shared<const catalog::ServerLists>(std::move(fetched->lists));
}

Task<mcp::Reply> Upstream::asked(const mcp::Message& request, Cancel&) {
  // No single client is behind the shared connection, and none of these abilities was declared on it.
  co_return fail(Kind::method_not_found, Origin::client,
                 "No client can be asked " + std::string(request.rpc.method) + " on this connection.");
}

void Upstream::failed(const Error& error) {
  if (error.kind != Kind::unavailable && error.kind != Kind::timed_out && error.kind != Kind::bad_reply) return;
  if (error.kind == Kind::unavailable && state_ == State::up) {
    ++counters_.failures;
    refresh_wanted_ = true;  // reading the lists is the probe that finds it up again
    wake_.notify();
  }
  if (error.kind == Kind::unavailable || state_ == State::starting) set_state(State::down, error.message);
}

/// On a shared connection the level goes to the most verbose one that any running call wants; each call filters its own lines.
Task<void> Upstream::raise_level(std::shared_ptr<Binding> binding, mcp::LogLevel wanted) {
  const bool shared = binding == main_;
  if (shared) wishes_.add(wanted);
  const bool busy = shared || binding->in_use > 0;  // others may want more
  if (busy ? binding->level && *binding->level <= wanted : binding->level == wanted) co_return;
  co_await set_level(binding, wanted);
}

/// Lines that nobody wants any more cost the server; not at once, for the next call may want them again.
void Upstream::cool_down() {
  if (cooldown_timer_.armed()) return;
  cooldown_timer_.arm(environment_.log_cooldown, [this] {
    const mcp::LogLevel needed = wishes_.most_verbose().value_or(mcp::LogLevel::warning);
    if (stopping_ || !main_ || !main_->level || *main_->level >= needed) return;
    tasks_.spawn(set_level(main_, needed));
  });
}

void Upstream::set_log_level(std::string_view session, mcp::LogLevel level) {
  const auto binding = bindings_.find(session);
  if (binding && !stopping_ && mcp::has_sessions(binding->link->peer().revision) && binding->level != level)
    tasks_.spawn(set_level(binding, level));
}

bool Upstream::lacks_completions() const {
  if (refused_completions_) return true;
  const auto spoken = revision();
  return spoken && lists_ && !lists_->capabilities.completions && mcp::has_completions_capability(*spoken);
}

Task<void> Upstream::set_level(std::shared_ptr<Binding> binding, mcp::LogLevel level) {
  client::Link& link = *binding->link;
  binding->level = level;
  if (!link.peer().capabilities.logging) co_return;
  const Buffer text = Buffer::copy_of(fmt::format(R"({{"level":"{}"}})", mcp::to_string(level)));
  const auto params = mcp::read_params(text.view());
  const client::Request request{.method = mcp::Method::logging_set_level,
                                .method_name = mcp::to_string(mcp::Method::logging_set_level),
                                .params = &*params,
                                .idle_timeout = options_.timeout,
                                .max_timeout = options_.timeout};
  Cancel cancel;
  const Cancel::Hook stop(tasks_.cancel(), [&] { cancel.request(CancelReason::shutting_down); });
  const auto reply = co_await link.request(request, *this, cancel);
  if (!reply) log::debug("server did not take the log level", {{"server", name()}, {"reason", reply.error().message}});
}

void Upstream::relay(std::string_view session, std::string_view method, std::string params) {
  const auto binding = bindings_.find(session);
  if (binding && mcp::has_sessions(binding->link->peer().revision)) binding->link->notify(method, std::move(params));
}

Task<void> Upstream::stop(Milliseconds grace) {
  const auto keep = shared_from_this();
  Cancel patience;
  const net::Deadline deadline(environment_.loop.timers(), grace, patience);
  const Cancel::Hook late(patience, [this] { settled_.notify_all(); });
  while (counters_.in_flight > 0 && !patience.requested()) co_await settled_.wait();
  stopping_ = true;
  turns_.close();
  environment_.changed = nullptr;
  tasks_.cancel().request(CancelReason::shutting_down);
  wake_.notify();
  settled_.notify_all();
  views_.stop();
  co_await bindings_.close_all();
  co_await views_.join();
  co_await slots_.close_all();
  co_await tasks_.join();
}

}  // namespace gatehouse::upstream
