#include <gatehouse/identity/issuer.hpp>

#include <algorithm>
#include <array>
#include <random>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/log.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/identity/issuer_metadata.hpp"
#include "src/identity/key_cache.hpp"

namespace gatehouse::identity {
namespace {

enum class Fetch { keys_only, all };

Error unavailable(Milliseconds after, std::string why) {
  constexpr Milliseconds kLeast{1'000};
  return Error{Kind::verifier_unavailable, Origin::upstream, "The credential cannot be checked now: try again later.",
               std::move(why)}
      .with_retry(Retry::later(std::max(after, kLeast)));
}

/// A URL with a password in it is not repeated.
std::unexpected<Error> misconfigured(const IssuerOptions& options, std::string_view what) {
  const std::string name = options.id.contains('@') ? "issuer: " : "issuer '" + options.id + "': ";
  return fail(Kind::invalid_config, Origin::gateway, name + std::string(what));
}

}  // namespace

struct Issuer::Impl {
  Impl(net::Loop& loop, Outbound& the_outbound, IssuerOptions the_options, const TimeSource& the_time)
      : outbound(the_outbound),
        options(std::move(the_options)),
        time(the_time),
        cache(options.keys),
        timer(loop.timers()) {
    take_configured_keys();
  }

  void take_configured_keys();
  [[nodiscard]] bool is_offline() const { return options.discovery == Discovery::fixed && !options.jwks.empty(); }
  /// Returns when a fetch, this one or one that is on its way, has ended.
  Task<void> fetched(Fetch what);
  void begin(Fetch what);
  bool refresh_if_due();
  Task<void> fetch(Fetch what);
  Task<Result<void>> fetch_metadata();
  Task<Result<void>> fetch_keys();
  void accept(std::string_view text, std::optional<std::chrono::seconds> max_age, jose::KeySet set);
  void report(const Result<void>& outcome);
  void arm();
  Task<Result<KeyCache::Keys>> keys();
  Task<Result<KeyCache::Keys>> searched(const KeyCache::Kid& kid);
  [[nodiscard]] Route route_to(net::Url url) const { return {std::move(url), Named::by_operator, options.ca_file}; }
  [[nodiscard]] Error nothing_known() const {
    return unavailable(cache.backoff().left(time.steady()), "issuer " + options.id + ": " + failure);
  }

  Outbound& outbound;
  const IssuerOptions options;
  const TimeSource& time;
  KeyCache cache;
  net::Timer timer;
  bool started = false;
  std::optional<IssuerMetadata> metadata;
  std::vector<jose::KeyProblem> problems;
  std::string failure;
  Counters counters;
  TaskGroup tasks;
  bool fetching = false;
  Broadcast ended;
  std::minstd_rand random{std::random_device{}()};
};

/// Keys that are never fetched are there from the beginning, or never.
void Issuer::Impl::take_configured_keys() {
  if (!is_offline()) return;
  auto set = jose::KeySet::parse(options.jwks);
  if (set) accept(options.jwks, std::nullopt, std::move(*set));
}

/// True when a fetch is on its way.
bool Issuer::Impl::refresh_if_due() {
  const TimePoint now = time.steady();
  const bool is_due = !is_offline() && !tasks.cancelled() && cache.refresh_at(now) <= now;
  if (is_due && !fetching) begin(Fetch::all);
  return fetching;
}

void Issuer::Impl::begin(Fetch what) {
  fetching = true;
  tasks.spawn(fetch(what));
}

Task<void> Issuer::Impl::fetched(Fetch what) {
  if (is_offline() || tasks.cancelled()) co_return;
  if (!fetching) begin(what);
  while (fetching) co_await ended.wait();
}

Task<void> Issuer::Impl::fetch(Fetch what) {
  Result<void> outcome;
  const bool needs_metadata = options.discovery != Discovery::fixed && (what == Fetch::all || !metadata);
  if (needs_metadata) outcome = co_await fetch_metadata();
  if (outcome) outcome = co_await fetch_keys();
  fetching = false;
  report(outcome);
  arm();
  ended.notify_all();
}

Task<Result<void>> Issuer::Impl::fetch_metadata() {
  auto url = metadata_url_of(options);
  if (!url) co_return std::unexpected(std::move(url.error()));
  const Route route = route_to(std::move(*url));
  auto document = co_await outbound.get(route, tasks.cancel());
  if (!document) co_return std::unexpected(std::move(document.error()));
  auto read = read_metadata(document->text, options);
  if (!read) co_return std::unexpected(std::move(read.error()));
  metadata = std::move(*read);
  co_return Result<void>{};
}

Task<Result<void>> Issuer::Impl::fetch_keys() {
  ++counters.fetches;
  Route where;
  if (options.discovery == Discovery::fixed) {
    auto url = parse_issuer_url(options.jwks_uri);
    if (!url) co_return std::unexpected(std::move(url.error()));
    where = route_to(std::move(*url));
  } else {
    where = metadata->jwks;
  }
  auto document = co_await outbound.get(where, tasks.cancel());
  if (!document) co_return std::unexpected(std::move(document.error()));
  auto set = jose::KeySet::parse(document->text);
  if (!set) {
    Error error = unavailable({}, "the keys of " + options.id + ": " + set.error());
    co_return std::unexpected(std::move(error));
  }
  accept(document->text, document->max_age, std::move(*set));
  co_return Result<void>{};
}

void Issuer::Impl::accept(std::string_view text, std::optional<std::chrono::seconds> max_age, jose::KeySet set) {
  const auto fresh = set.problems();
  const auto same = [](const auto& a, const auto& b) { return a.kid == b.kid && a.text == b.text; };
  const bool is_known = std::ranges::equal(fresh, problems, same);
  problems = fresh;
  const double jitter = std::uniform_real_distribution<>(0, 1)(random);
  cache.store(text, std::move(set), max_age, jitter, time.steady());
  if (is_known) return;
  for (const jose::KeyProblem& problem : problems) {
    log::warn("issuer key unusable", {{"issuer", options.id}, {"kid", problem.kid}, {"why", problem.text}});
  }
}

void Issuer::Impl::report(const Result<void>& outcome) {
  if (tasks.cancelled()) return;
  if (outcome) {
    if (!failure.empty()) log::info("issuer answers again", {{"issuer", options.id}});
    failure.clear();
    return;
  }
  ++counters.fetch_failures;
  cache.failed(time.steady());
  const bool is_news = failure.empty();
  failure = outcome.error().detail.empty() ? outcome.error().message : outcome.error().detail;
  if (is_news) log::warn("issuer keys unavailable", {{"issuer", options.id}, {"why", failure}});
}

void Issuer::Impl::arm() {
  if (!started || is_offline() || tasks.cancelled()) return;
  const TimePoint now = time.steady();
  constexpr Milliseconds kLeast{100}, kMost{600'000};  // a wheel of timers has its limits
  const auto wait = std::chrono::ceil<Milliseconds>(cache.refresh_at(now) - now);
  timer.arm(std::clamp(wait, kLeast, kMost), [this] {
    if (!refresh_if_due()) arm();
  });
}

/// Those that are there, or what a fetch brings if there are none.
Task<Result<KeyCache::Keys>> Issuer::Impl::keys() {
  auto found = cache.usable(time.steady());
  if (found) co_return found;
  const bool may_ask = fetching || cache.backoff().may_try(time.steady());
  if (may_ask) co_await fetched(Fetch::all);
  found = cache.usable(time.steady());
  if (found) co_return found;
  ++counters.unavailable;
  co_return std::unexpected(nothing_known());
}

/// Keys that were fetched because of an unknown one; null if there is no point in asking.
Task<Result<KeyCache::Keys>> Issuer::Impl::searched(const KeyCache::Kid& kid) {
  using Search = KeyCache::Search;
  const TimePoint now = time.steady();
  const auto search = is_offline() ? Search::missing : cache.search(kid, now);
  if (search == Search::missing) co_return KeyCache::Keys{};
  if (search == Search::too_soon && !fetching) {
    ++counters.unavailable;
    Error error =
        unavailable(cache.may_search_in(now), "issuer " + options.id + ": an unknown key cannot be looked for yet");
    error.origin = Origin::client;
    co_return std::unexpected(std::move(error));
  }
  if (!fetching) {
    ++counters.searches;
    cache.searching(now);
  }
  const auto failures = counters.fetch_failures;
  co_await fetched(Fetch::keys_only);
  if (counters.fetch_failures == failures && !tasks.cancelled()) co_return cache.usable(time.steady());
  ++counters.unavailable;
  co_return std::unexpected(nothing_known());
}

Issuer::Issuer(net::Loop& loop, Outbound& outbound, IssuerOptions options, const TimeSource& time)
    : impl_(std::make_unique<Impl>(loop, outbound, std::move(options), time)) {}
Issuer::~Issuer() = default;

bool is_generic_audience(std::string_view audience) {
  static constexpr std::array<std::string_view, 15> kWords = {"account", "api",    "apis",   "app",      "client",
                                                              "default", "mcp",    "public", "resource", "server",
                                                              "service", "tokens", "user",   "users",    "web"};
  constexpr std::size_t kLeast = 3;
  return audience.size() < kLeast || std::ranges::find(kWords, audience) != kWords.end();
}

Result<void> Issuer::check(const IssuerOptions& options) {
  if (options.issuer.empty()) return misconfigured(options, "the issuer's URL is missing");
  if (options.algorithms.empty()) return misconfigured(options, "no algorithm is allowed");
  if (std::ranges::any_of(options.audiences, is_generic_audience)) {
    return misconfigured(options, "an audience has to name this gateway: tokens for others would be accepted");
  }
  if (options.discovery != Discovery::fixed) {
    const auto url = metadata_url_of(options);
    return url ? Result<void>{} : misconfigured(options, url.error().message);
  }
  if (options.jwks.empty() == options.jwks_uri.empty()) {
    return misconfigured(options, "without discovery it needs either its keys or a URL of them");
  }
  if (!options.jwks_uri.empty()) {
    const auto url = parse_issuer_url(options.jwks_uri);
    return url ? Result<void>{} : misconfigured(options, url.error().message);
  }
  const auto set = jose::KeySet::parse(options.jwks);
  if (!set) return misconfigured(options, set.error());
  return set->keys().empty() ? misconfigured(options, "no key of its set can be used") : Result<void>{};
}

void Issuer::start() {
  if (std::exchange(impl_->started, true) || impl_->is_offline() || impl_->fetching) return;
  impl_->begin(Fetch::all);
}

Task<void> Issuer::stop() {
  impl_->timer.disarm();
  impl_->tasks.cancel().request(CancelReason::shutting_down);
  co_await impl_->tasks.join();
}

void Issuer::refresh_if_due() { impl_->refresh_if_due(); }

Task<Result<jose::Verdict<jose::Token>>> Issuer::verify(jose::UnverifiedToken token) {
  Impl& self = *impl_;
  const bool had_keys = has_keys();
  auto keys = co_await self.keys();
  if (!keys) co_return std::unexpected(std::move(keys.error()));
  auto verdict = jose::verify(std::move(token), **keys, self.options.algorithms);
  if (verdict || verdict.error() != jose::Refusal::unknown_key) co_return verdict;
  const auto kid = token.header().kid;  // a refused token stays as it was
  if (had_keys) {
    const auto newer = co_await self.searched(kid);
    if (!newer) co_return std::unexpected(newer.error());
    if (!*newer) {  // it was asked for not long ago
      ++self.counters.unknown_keys;
      co_return verdict;
    }
    verdict = jose::verify(std::move(token), **newer, self.options.algorithms);
  }
  if (!verdict && verdict.error() == jose::Refusal::unknown_key) {
    ++self.counters.unknown_keys;
    self.cache.note_missing(kid, self.time.steady());
  }
  co_return verdict;
}

const IssuerOptions& Issuer::options() const { return impl_->options; }
std::uint64_t Issuer::generation() const { return impl_->cache.generation(); }
const Issuer::Counters& Issuer::counters() const { return impl_->counters; }
bool Issuer::has_keys() const { return impl_->cache.usable(impl_->time.steady()) != nullptr; }
const std::vector<jose::KeyProblem>& Issuer::problems() const { return impl_->problems; }
const std::string& Issuer::failure() const { return impl_->failure; }

Task<Result<Route>> Issuer::introspection_endpoint() {
  Impl& self = *impl_;
  const bool may_ask = self.fetching || self.cache.backoff().may_try(self.time.steady());
  if (!self.metadata && may_ask) co_await self.fetched(Fetch::all);
  if (!self.metadata) co_return std::unexpected(self.nothing_known());
  if (!self.metadata->introspection) {
    Error error = unavailable({}, "issuer " + self.options.id + ": its metadata name no introspection_endpoint");
    co_return std::unexpected(std::move(error));
  }
  co_return *self.metadata->introspection;
}

}  // namespace gatehouse::identity
