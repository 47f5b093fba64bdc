#include "gateway/app/gateway.hpp"

#include <unistd.h>

#include <algorithm>

#include <gatehouse/base/log.hpp>
#include <gatehouse/base/random.hpp>
#include <gatehouse/base/wall_clock.hpp>

#include "gateway/app/version.hpp"
#include "gateway/app/wary_authenticator.hpp"

namespace gatehouse::app {
namespace {

constexpr Milliseconds kMergeDelay{50};  // several servers that change at once make one new view
constexpr Milliseconds kTick{1000};
constexpr Milliseconds kDownPatience{5'000};      // with a server that was tried and is down
constexpr Milliseconds kConnectPatience{20'000};  // with one that is still being tried

std::optional<net::TlsServerOptions> tls_options(const std::optional<config::Tls>& tls) {
  if (!tls) return std::nullopt;
  return net::TlsServerOptions{.certificate_file = tls->certificate,
                               .key_file = tls->key,
                               .client_certificates = tls->client_certificates,
                               .client_ca_file = tls->client_ca,
                               .max_client_chain = tls->max_client_chain};
}

net::HttpServerOptions server_options(const config::Config& config) {
  const config::Limits& limits = config.limits;
  return {.head = {.bytes = limits.max_head_bytes},
          .max_body_bytes = limits.max_body_bytes,
          .head_timeout = limits.head_timeout,
          .body_timeout = limits.body_timeout,
          .idle_timeout = limits.idle_timeout,
          .max_connections = limits.max_connections,
          .max_connections_per_address = limits.max_connections_per_address,
          .tls = tls_options(config.tls)};
}

/// The configuration was checked, so that the secrets are fit.
seal::KeyRing token_keys(const std::vector<std::string>& secrets) {
  auto keys = seal::KeyRing::of(secrets);
  return keys ? std::move(*keys) : seal::KeyRing::random();
}

ratelimit::Seed random_seed() {
  ratelimit::Seed seed;
  random_bytes(seed);
  return seed;
}

telemetry::Format log_format(const config::Log& log) {
  return log.format == config::LogFormat::json ? telemetry::Format::json : telemetry::Format::text;
}

}  // namespace

Gateway::Gateway(net::Loop& loop, config::Config config)
    : loop_(loop),
      config_(std::move(config)),
      via_("1.1 gatehouse-" + transport::random_id()),
      call_log_(STDERR_FILENO, log_format(config_.log), config_.log.calls),
      limiter_(random_seed(), buckets_),
      gate_(random_seed(), config_.limits.preauth),
      keys_(token_keys(config_.token_keys)),
      pages_({.admission = admission_,
              .config = config_,
              .gate = gate_,
              .base = [this] { return public_base(); },
              .health = [this] { return Pages::Health{.draining = draining_, .text = public_health()}; }}),
      http_client_(loop, {}),
      servers_({.loop = loop,
                .http = http_client_,
                .implementation = gateway_implementation(),
                .via = via_,
                .find_session = [this](std::string_view id) { return find_session(id); },
                .means = means_,
                .tasks = &config_.tasks,
                .changed = [this] { schedule_routes(); },
                .session_changed = [this](std::string_view session) { session_changed(session); },
                .stale_max = config_.limits.stale_max,
                .legacy_list_ttl = config_.limits.legacy_list_ttl,
                .max_log_bytes = config_.limits.max_log_bytes}),
      http_server_(loop, *this, server_options(config_)),
      routes_timer_(loop.timers()),
      tick_timer_(loop.timers()) {
  if (config_.admin) admin_ = std::make_unique<admin::Admin>(loop, *this, std::string(kVersion));
}

Gateway::~Gateway() = default;

Result<void> Gateway::start(Listener main) {
  if (auto pinned = pins_.configure(config_.pins); !pinned) return pinned;
  if (main == Listener::open) {
    if (auto accepted = admission_.start(config_.auth); !accepted) return accepted;
    if (auto listening = listen(); !listening) return listening;
  }
  if (admin_) {
    auto admin_bound = admin_->listen(*config_.admin);
    if (!admin_bound) return fail(std::move(admin_bound.error()));
    log::info("admin listening", {{"url", "http://" + admin_bound->str()}});
  }
  register_metrics();
  limiter_.configure(config::limits_of(config_));
  apply_policy();
  mount();
  servers_.apply(config_.servers, config_.limits.drain);
  show_routes();
  tick();
  return {};
}

Result<void> Gateway::listen() {
  auto bound = http_server_.listen(config_.listen);
  if (!bound) return fail(std::move(bound.error()));
  address_ = *bound;
  for (const config::Endpoint& endpoint : config_.endpoints)
    log::info("listening", {{"url", url()}, {"endpoint", endpoint.path}});
  return {};
}

std::string Gateway::url() const { return (config_.tls ? "https://" : "http://") + address_.str(); }

transport::StreamableHttpOptions Gateway::front_options(const config::Endpoint& endpoint) {
  const config::Limits& limits = config_.limits;
  std::vector<std::string> hosts = config_.allowed_hosts;
  if (config_.public_url) hosts.push_back(config_.public_url->host);
  return {.allowed_hosts = std::move(hosts),
          .allowed_origins = config_.allowed_origins,
          .max_json_depth = limits.max_json_depth,
          .max_batch = limits.max_batch,
          .max_calls_per_session = limits.max_calls_per_session,
          .sessions = {.ttl = limits.session_ttl, .max_sessions = limits.max_sessions},
          .keep_alive = limits.keep_alive,
          .stream_logs = {.session_bytes = limits.stream_log_bytes, .ttl = limits.stream_log_ttl},
          .via = via_,
          .public_path = public_path(),
          .authenticator = wary_of(admission_.gatekeeper(endpoint, public_base()), gate_)};
}

stages::Input::Parts Gateway::input_parts() {
  return {.means = means_, .parking = parking_, .open_urls = open_urls_, .keys = keys_};
}

void Gateway::mount() {
  std::vector<Mounted> before = std::exchange(endpoints_, {});
  for (const config::Endpoint& options : config_.endpoints) {
    const auto same =
        std::ranges::find_if(before, [&](const Mounted& mounted) { return mounted.options.path == options.path; });
    if (same != before.end()) {
      endpoints_.push_back({options, std::move(same->endpoint)});
      endpoints_.back().endpoint->set_options(front_options(options));
      before.erase(same);
    } else {
      endpoints_.push_back({options, std::make_unique<Endpoint>(loop_, metrics_, call_log_, limiter_, input_parts(),
                                                                config_.tasks, options.path, front_options(options))});
    }
  }
  for (Mounted& mounted : endpoints_)
    mounted.endpoint->watchers().set_options({.max_per_client = config_.limits.max_subscriptions});
  for (Mounted& gone : before) {
    gone.endpoint->end_streams();
    gone.endpoint->http().sessions().end_all();
    gone.endpoint->end_tasks();
    unmounted_.push_back(std::move(gone.endpoint));
  }
}

std::shared_ptr<const stages::Routes> Gateway::routes_for(const Mounted& mounted) const {
  const config::Endpoint& options = mounted.options;
  auto routes = std::make_shared<stages::Routes>(
      stages::Routes{.endpoint = options.path,
                     .servers = {},
                     .view = nullptr,
                     .announcements = {},
                     .progress_per_second = static_cast<unsigned>(config_.limits.progress_per_second),
                     .log = {.unasked = options.log_level, .max_data_bytes = config_.limits.max_log_bytes},
                     .links = mounted.endpoint->links(),
                     .access = access_,
                     .pins = pins_.filter(),
                     .only_listed = pins_.shows_only_approved()});
  auto held = std::make_shared<pins::HeldTools>();
  const auto now = wall_clock();
  if (auto resource = admission_.resource(options, public_base()); !resource.metadata_url.empty())
    routes->resource = std::make_shared<const identity::ProtectedResource>(std::move(resource));
  const auto named = [&](const std::string& name) {
    return std::ranges::find(options.servers, name) != options.servers.end();
  };
  for (const std::string& name : options.servers) {
    for (const auto& server : servers_.all()) {
      if (name == "*" ? !named(server->name()) : server->name() == name) routes->servers.push_back(server);
    }
  }
  std::vector<catalog::Source> sources;
  for (const auto& server : routes->servers) {
    for (std::size_t kind = 0; kind < routes->announcements.size(); ++kind)
      routes->announcements[kind] += server->offer().announcements()[kind];
    sources.push_back(
        {.name = server->name(),
         .lists = routes->pins ? routes->pins->show(server->name(), server->lists(), now, *held) : server->lists(),
         .freshness = server->offer().freshness(),
         .degraded = server->degraded(),
         .hidden = server->offer().expired(),
         .instructs = server->options().instructions});
  }
  if (!held->empty()) routes->held = std::move(held);
  routes->view = std::make_shared<const catalog::View>(
      std::move(sources), catalog::ViewOptions{.separator = options.separator,
                                               .prefixed = options.prefix == config::Prefix::server,
                                               .prefixed_uris = options.prefixes_uris(),
                                               .names_servers = options.show_servers,
                                               .page_bytes = config_.limits.page_bytes,
                                               .max_ttl_ms = config_.limits.max_list_ttl.count(),
                                               .preamble = options.instructions});
  return routes;
}

/// An equal policy stays, with all that was found out by it. Whoever asks who somebody is, but says nothing of what he may do, has
/// denied everything.
void Gateway::apply_policy() {
  if (!config_.policy && !config_.auth.needed()) return access_.reset();
  if (!config_.policy) log::warn("there is no policy, so nobody may do anything; see docs/policy.md");
  auto compiled = policy::Policy::compile(config_.policy.value_or(policy::PolicySource()));
  if (!compiled) {
    log::error("the policy is wrong; everything is denied", {{"problem", compiled.error().front().message}});
    compiled = policy::Policy::compile({});
  }
  if (access_ && access_->policy().epoch() == (*compiled)->epoch()) return;
  access_ = std::make_shared<stages::Access>(std::move(*compiled));
  log::info("policy applied", {{"rules", std::to_string(access_->policy().rules().size()), true}});
}

void Gateway::show_routes() {
  for (Mounted& mounted : endpoints_) mounted.endpoint->show(routes_for(mounted));
}

void Gateway::schedule_routes() {
  if (!routes_timer_.armed()) {
    routes_timer_.arm(kMergeDelay, [this] {
      show_routes();
      tried_.notify_all();
    });
  }
}

Task<void> Gateway::settled(Milliseconds patience, Cancel& cancel) {
  Cancel late;
  const net::Deadline deadline(loop_.timers(), patience, late);
  const Cancel::Hook hook(late, [this] { tried_.notify_all(); });
  const Cancel::Hook stop(cancel, [this] { tried_.notify_all(); });
  while (!servers_.all_tried() && !late.requested() && !cancel.requested()) co_await tried_.wait();
  show_routes();
}

Task<Result<void>> Gateway::server_up(Cancel& cancel) {
  Cancel enough, too_long;
  const net::Deadline patience(loop_.timers(), kDownPatience, enough), end(loop_.timers(), kConnectPatience, too_long);
  const auto look_again = [this] { tried_.notify_all(); };
  const Cancel::Hook on_enough(enough, look_again), on_end(too_long, look_again), on_cancel(cancel, look_again);
  const auto is_up = [](const auto& server) { return server->state() == upstream::State::up; };
  const auto given_up = [&] { return (enough.requested() && servers_.all_tried()) || too_long.requested(); };
  bool up = std::ranges::any_of(servers_.all(), is_up);
  while (!up && !cancel.requested() && !given_up()) {
    co_await tried_.wait();
    up = std::ranges::any_of(servers_.all(), is_up);
  }
  show_routes();
  if (up) co_return Result<void>{};
  if (cancel.requested()) co_return fail(Kind::cancelled, Origin::gateway, "The gateway is stopping.");
  const auto& server = *servers_.all().front();
  const std::string why = server.problem().empty() ? "it does not answer" : server.problem();
  Error error{
      Kind::unavailable, Origin::upstream,
      "The server \"" + server.name() + "\" is not available: " + why + " It is tried again; send this again later."};
  error.data = R"({"gatehouse":{"retryable":true}})";
  co_return fail(std::move(error));
}

Task<Result<void>> Gateway::serve_channel(transport::Channel& channel, const OnChannel& how, Cancel& stop) {
  Endpoint* endpoint = how.endpoint.empty() ? endpoints_.front().endpoint.get() : endpoint_at(how.endpoint);
  if (!endpoint) co_return fail(Kind::not_found, Origin::client, "There is no endpoint '" + how.endpoint + "'.");
  const config::Limits& limits = config_.limits;
  const transport::StdioServerOptions options{.max_json_depth = limits.max_json_depth,
                                              .max_batch = limits.max_batch,
                                              .max_running = limits.max_calls_per_session,
                                              .linger = how.linger};
  co_await endpoint->serve_channel(channel, options, stop);
  co_return Result<void>{};
}

/// The listener stays where it is until a restart, so that a new configuration may be sound by itself and open the old address to everybody.
bool Gateway::would_open(const config::Config& config) const {
  if (address_.port == 0 || address_.is_loopback()) return false;
  return !config.auth.needed() || std::ranges::find(config.endpoints, config::EndpointAuth::none,
                                                    &config::Endpoint::auth) != config.endpoints.end();
}

void Gateway::reload(config::Config config) {
  if (would_open(config))
    return log::error(
        "configuration not loaded: nobody would have to say who he is on an address that others reach; restart for "
        "that",
        {{"address", address_.str()}});
  const bool listeners_changed =
      config.listen != config_.listen || config.admin != config_.admin || config.tls != config_.tls;
  config::Limits restarting = config.limits;
  restarting.rates = config_.limits.rates;
  restarting.preauth = config_.limits.preauth;
  const bool limits_changed = restarting != config_.limits;
  if (listeners_changed || limits_changed)
    log::warn("changes of listeners and connection limits take effect after a restart");
  if (config.token_keys != config_.token_keys) keys_ = token_keys(config.token_keys);
  admission_.reload(config.auth);
  if (const auto pinned = pins_.configure(config.pins); !pinned)
    log::error("pinned tools stay as they were", {{"problem", pinned.error().message}});
  config_ = std::move(config);
  limiter_.configure(config::limits_of(config_));
  gate_.set_options(config_.limits.preauth);
  apply_policy();
  mount();
  servers_.apply(config_.servers, config_.limits.drain);
  show_routes();
  log::info("configuration loaded", {{"servers", std::to_string(config_.servers.size()), true}});
}

std::shared_ptr<transport::Session> Gateway::find_session(std::string_view id) {
  for (const Mounted& mounted : endpoints_) {
    if (auto session = mounted.endpoint->find_session(id)) return session;
  }
  return nullptr;
}

void Gateway::session_changed(std::string_view session) {
  for (const Mounted& mounted : endpoints_) mounted.endpoint->session_changed(session);
}

void Gateway::tick() {
  tick_timer_.arm(kTick, [this] { tick(); });
  call_log_.flush();
  if (parking_.size() == 0)  // a parked call may still belong to one of them
    std::erase_if(unmounted_, [](const auto& endpoint) { return endpoint->serving() == 0; });
}

Endpoint* Gateway::endpoint_at(std::string_view path) {
  const auto found =
      std::ranges::find_if(endpoints_, [&](const Mounted& mounted) { return mounted.options.path == path; });
  return found == endpoints_.end() ? nullptr : found->endpoint.get();
}

Endpoint* Gateway::http_sse_at(std::string_view path) {
  const auto found = std::ranges::find_if(endpoints_, [&](const Mounted& mounted) {
    return mounted.options.http_sse && mounted.endpoint->http_sse().has(path);
  });
  return found == endpoints_.end() ? nullptr : found->endpoint.get();
}

Task<void> Gateway::serve(net::HttpExchange& exchange) {
  const std::string_view path = exchange.head().path();
  if (Endpoint* endpoint = endpoint_at(path)) return endpoint->serve(exchange);
  if (Endpoint* endpoint = http_sse_at(path)) return endpoint->serve_sse(exchange);
  return pages_.serve(exchange);
}

/// What the paths of endpoints are appended to; never what a request says (RS-2).
std::string Gateway::public_base() const {
  std::string base = config_.public_url ? config_.public_url->str() : url();
  while (base.ends_with('/')) base.pop_back();
  return base;
}

std::string Gateway::public_path() const {
  std::string path = config_.public_url ? config_.public_url->target : std::string();
  while (path.ends_with('/')) path.pop_back();
  return path;
}

std::unique_ptr<net::HttpHandler::Refusal> Gateway::refuse_early(const net::RequestHead& head,
                                                                 std::string_view address) {
  return pages_.refuse_early(head, address);
}

std::string Gateway::error_body(int, const Error& error) { return Pages::error_body(error); }

std::size_t Gateway::active_sessions() const {
  std::size_t sum = 0;
  for (const Mounted& mounted : endpoints_) sum += mounted.endpoint->sessions();
  return sum;
}

bool Gateway::ready() const { return !draining_ && servers_.all_tried(); }

Task<void> Gateway::stop() {
  draining_ = true;
  log::info("draining");
  for (Mounted& mounted : endpoints_) mounted.endpoint->end_streams();
  co_await http_server_.stop(config_.limits.drain);
  for (Mounted& mounted : endpoints_) co_await mounted.endpoint->stop_tasks();
  for (const auto& endpoint : unmounted_) co_await endpoint->stop_tasks();
  co_await parking_.stop();
  if (admin_) co_await admin_->stop();
  for (Mounted& mounted : endpoints_) mounted.endpoint->http().sessions().end_all();
  routes_timer_.disarm();
  tick_timer_.disarm();
  co_await admission_.stop();
  co_await pins_.stop();
  co_await servers_.stop(Milliseconds{1000});
  http_client_.close_idle();
  call_log_.flush();
  log::info("stopped");
}

}  // namespace gatehouse::app
