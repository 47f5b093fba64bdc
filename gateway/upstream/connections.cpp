#include "gateway/upstream/connections.hpp"

#include <gatehouse/base/log.hpp>

namespace gatehouse::upstream {
namespace {

constexpr std::size_t kMaxAffinity = 66;  // 64 characters in quotes

/// Requests with the same principal, abilities and affinity may share a connection (GB-081, GB-111).
std::string slot_owner(const mcp::Call& call, const mcp::ClientCapabilities& declared) {
  std::string owner(call.client.principal());
  owner.append(1, '\0').append(mcp::to_json(declared, mcp::kLatestLegacy).str()).append(1, '\0');
  for (const auto& member : call.request.params.meta.others)
    if (member.key == "io.gatehouse/affinity" && member.value.size() <= kMaxAffinity) owner.append(member.value);
  return owner;
}

/// Makes a task, or asks for one.
bool is_about_task(const mcp::Message& request) {
  return mcp::target_of(request.method) == mcp::Target::task ||
         (request.method == mcp::Method::tools_call && request.params.object.find("task"));
}

/// A server may know a task only on the connection that made it: all of one user's tasks share one, whatever carries it. What is asked
/// for a task names it.
std::string task_owner(const mcp::Call& call, const mcp::ClientCapabilities& declared) {
  std::string owner("task");
  owner.append(1, '\0').append(call.client.principal()).append(1, '\0');
  return owner.append(mcp::to_json(declared, mcp::kLatestLegacy).str());
}

}  // namespace

Connections::Connections(Parts parts)
    : parts_(std::move(parts)),
      views_(
          parts_.environment.loop, parts_.server,
          [this](client::Link& link) { return parts_.offer.read_own(link, parts_.tasks.cancel()); },
          parts_.environment.session_changed),
      bindings_(parts_.environment.find_session,
                [this](mcp::ClientCapabilities capabilities, client::Listener* listener) {
                  return connect(capabilities, listener);
                },
                views_, parts_.options.max_bindings,
                {.means = parts_.environment.means,
                 .server_name = parts_.options.name,
                 .may_share_context = parts_.options.sampling_context,
                 .log = {.max_data_bytes = parts_.environment.max_log_bytes},
                 .declared = [this](const mcp::Client& client) { return declared(client); }}),
      slots_(parts_.environment.loop,
             [this](mcp::ClientCapabilities capabilities, client::Listener* listener) {
               return connect(capabilities, listener);
             },
             parts_.observer,
             {.per_owner = parts_.options.max_slots,
              .all = parts_.options.max_bindings,
              .patience = parts_.options.timeout,
              .roots_hold = parts_.options.roots_hold}),
      log_levels_({.timers = parts_.environment.loop.timers(),
                   .options = parts_.options,
                   .listener = parts_.listener,
                   .tasks = parts_.tasks,
                   .cooldown = parts_.environment.log_cooldown,
                   .shared = [this] { return shared_; }}) {}

Task<Result<void>> Connections::open_shared() {
  mcp::ClientCapabilities ui_only;
  ui_only.ui = true;  // what is listed must not depend on one client's abilities (GB-082)
  auto link = co_await connect(ui_only, &parts_.listener);
  if (!link) co_return fail(std::move(link.error()));
  shared_ = std::make_shared<Binding>();
  shared_->link = std::move(*link);
  co_return Result<void>{};
}

Task<Connections::Opened> Connections::connect(mcp::ClientCapabilities capabilities, client::Listener* listener) {
  const Environment& environment = parts_.environment;
  const Options& server = parts_.options;
  client::ConnectOptions options = connect_options(server);
  options.implementation = environment.implementation;
  options.capabilities = capabilities;
  options.listener = listener;
  const bool is_main = listener == &parts_.listener;  // it finds out how the server is reached, the others follow
  if (!is_main) known_way_.apply(options);
  Result<std::unique_ptr<client::Link>> link;
  if (server.is_stdio()) {
    const auto start = [this] {
      return process_options(parts_.options, [name = parts_.options.name](std::string_view line) {
        log::info("server stderr", {{"server", name}, {"line", line}});
      });
    };
    link =
        co_await client::connect_stdio(environment.loop, server.name, start, std::move(options), parts_.tasks.cancel());
  } else {
    client::HttpTarget target = http_target(server);
    if (!is_main) known_way_.apply(target);
    target.headers.emplace_back("Via", environment.via);
    link = co_await client::connect_http(environment.loop, environment.http, std::move(target), std::move(options),
                                         parts_.tasks.cancel());
  }
  if (!link) known_way_.forget();
  if (!link) co_return fail(std::move(link.error()));
  if (is_main) known_way_.reached(server, **link);
  ++made_;
  co_return std::shared_ptr<client::Link>(std::move(*link));
}

mcp::ClientCapabilities Connections::declared(const mcp::Client& client) const {
  mcp::ClientCapabilities known = client.capabilities;
  known.roots = known.roots && parts_.options.roots;
  // Stateless clients never say that their roots changed.
  known.roots_changed = known.roots && known.roots_changed && mcp::has_sessions(client.revision);
  known.sampling_context = known.sampling_context && parts_.options.sampling_context;
  // With a credential that users share, a server would connect what they sign in to with all of them (GB-152).
  const bool shared_credential =
      client.principal() != mcp::kAnonymous && !(parts_.options.headers.empty() && parts_.options.env.empty());
  known.elicitation_url = known.elicitation_url && !shared_credential;
  return known;
}

void Connections::expire() {
  bindings_.expire(Clock::now());
  slots_.expire(Clock::now());
}

/// A stateless client that can be asked something, or wants log lines, needs a connection that is only its own.
bool Connections::wants_slot(const mcp::Call& call) const {
  const mcp::Client& client = call.client;
  if (!client.session.empty() || !(client.capabilities.any_callback() || client.log_level)) return false;
  const bool about_task = is_about_task(call.request);
  return (about_task ? client.capabilities.any_callback() : mcp::may_require_input(call.request.method)) &&
         parts_.options.legacy_scope != LegacyScope::shared && parts_.options.max_bindings > 0 &&
         parts_.options.max_slots > 0 && mcp::has_sessions(shared_->link->peer().revision);
}

/// Whether the session has something on the server's side that it must not share.
bool Connections::wants_own_binding(const mcp::Client& client) const {
  const bool legacy = mcp::has_sessions(shared_->link->peer().revision);
  return legacy && !client.session.empty() && (client.capabilities.any_callback() || client.log_level);
}

Task<Result<std::shared_ptr<Binding>>> Connections::own_binding(const mcp::Client& client) {
  const auto shared = shared_;
  auto binding = co_await bindings_.get(client, declared(client));
  if (!binding || *binding) co_return binding;
  log::warn("session shares a connection: max_bindings is reached", {{"server", parts_.options.name}});
  co_return shared;
}

/// `shared`: requests of other clients travel on the same connection.
Task<Result<Answered>> Connections::send_on(std::shared_ptr<Binding> binding, bool shared, const mcp::Call& call,
                                            Lower lower, client::Listener& listener) {
  client::Link& link = *binding->link;
  const auto wanted = call.client.log_level;
  const bool has_level = wanted && mcp::has_sessions(link.peer().revision);
  if (has_level) co_await log_levels_.want(binding, shared, *wanted);
  auto request = lower(link.peer());
  if (!request) {
    if (has_level && shared) log_levels_.release(*wanted);
    co_return fail(std::move(request.error()));
  }
  request->idle_timeout = parts_.options.timeout;
  request->max_timeout = parts_.options.max_timeout;
  request->first_timeout = parts_.options.first_byte_timeout;
  request->takes_unattributed = !shared || mcp::is_modern(link.peer().revision);
  ++binding->in_use;
  auto reply = co_await link.request(*request, listener, call.cancel);
  --binding->in_use;
  if (has_level && shared) log_levels_.release(*wanted);
  if (!shared) binding->last_used = Clock::now();
  if (!reply) {
    if (shared) parts_.failed(reply.error());
    co_return fail(std::move(reply.error()));
  }
  co_return Answered{std::move(*reply), link.peer().revision};
}

Task<Result<Answered>> Connections::send_in_slot(const mcp::Call& call, Lower lower, client::Listener& listener) {
  const bool alone = !shared_->link->separates_requests();
  const auto known = declared(call.client);
  const bool once = parts_.options.legacy_scope == LegacyScope::request;
  Slots::Wish wish;
  wish.owner = once ? std::to_string(++requests_) : slot_owner(call, known);
  wish.capabilities = known;
  wish.alone = alone;
  wish.once = once;
  if (is_about_task(call.request)) {
    wish.owner = task_owner(call, known);
    wish.alone = wish.once = false;
  }
  auto taken = co_await slots_.take(std::move(wish), call.cancel);
  if (!taken) co_return fail(std::move(taken.error()));
  const std::shared_ptr<Slot> slot = std::move(*taken);
  Slot::User user(*slot, listener);
  const std::shared_ptr<Binding> binding(slot, &slot->binding);
  if (known.roots) co_await slot->ready(call.cancel);
  Result<Answered> answered = fail(Kind::cancelled, Origin::client, "The request was cancelled.");
  if (!call.cancel.requested()) answered = co_await send_on(binding, false, call, lower, listener);
  co_await user.end();
  slots_.give_back(slot);
  co_return answered;
}

Task<Result<Answered>> Connections::send_in_session(const mcp::Call& call, Lower lower, client::Listener& listener) {
  auto binding = co_await own_binding(call.client);
  if (!binding) co_return fail(std::move(binding.error()));
  const bool shared = *binding == shared_;
  if (!shared) (*binding)->last_used = Clock::now();
  auto answered = co_await send_on(std::move(*binding), shared, call, lower, listener);
  co_return answered;
}

Task<Result<Answered>> Connections::send(const mcp::Call& call, Lower lower, client::Listener& listener) {
  if (wants_slot(call)) return send_in_slot(call, lower, listener);
  if (wants_own_binding(call.client)) return send_in_session(call, lower, listener);
  return send_on(shared_, true, call, lower, listener);
}

void Connections::watch_for(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris) {
  if (!parts_.options.is_stdio()) return;  // behind an address there is one server, whatever the connection
  if (const auto binding = bindings_.find(session)) binding->link->watch(uris);
  views_.watch(session, who, std::move(uris));
}

void Connections::set_log_level(std::string_view session, mcp::LogLevel level) {
  const auto binding = bindings_.find(session);
  if (binding && !parts_.tasks.cancelled() && mcp::has_sessions(binding->link->peer().revision) &&
      binding->level != level)
    parts_.tasks.spawn(log_levels_.set(binding, level));
}

void Connections::relay(std::string_view session, std::string_view method, std::string params) {
  const auto binding = bindings_.find(session);
  if (binding && mcp::has_sessions(binding->link->peer().revision)) binding->link->notify(method, std::move(params));
}

Task<void> Connections::close_all() {
  co_await bindings_.close_all();
  co_await views_.join();
  co_await slots_.close_all();
}

}  // namespace gatehouse::upstream
