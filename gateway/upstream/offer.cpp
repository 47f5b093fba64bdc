#include "gateway/upstream/offer.hpp"

#include <algorithm>
#include <limits>

#include <gatehouse/mcp/revision.hpp>

namespace gatehouse::upstream {
namespace {

constexpr Milliseconds kPollInterval{60'000};  // of lists whose changes nobody announces
constexpr Milliseconds kLookInterval{30'000};

bool same_items(const catalog::ServerLists& a, const catalog::ServerLists& b) {
  for (const mcp::ListKind kind : mcp::kListKinds) {
    const auto same = [](const catalog::Item& x, const catalog::Item& y) { return x.form.text == y.form.text; };
    if (!std::ranges::equal(a.of(kind), b.of(kind), same)) return false;
  }
  return a.capabilities == b.capabilities && a.instructions == b.instructions && a.title == b.title;
}

/// One more announcement of each list that the server has.
void count_all(const mcp::ServerCapabilities& has, Offer::Announcements& counts) {
  counts[static_cast<std::size_t>(mcp::ListKind::tools)] += has.tools;
  counts[static_cast<std::size_t>(mcp::ListKind::resources)] += has.resources;
  counts[static_cast<std::size_t>(mcp::ListKind::prompts)] += has.prompts;
}

}  // namespace

Offer::Offer(Environment environment)
    : environment_(std::move(environment)),
      icons_(environment_.loop, environment_.http),
      look_timer_(environment_.loop.timers()),
      stale_timer_(environment_.loop.timers()) {}

void Offer::missed_announcements(const mcp::ServerCapabilities& has) { count_all(has, announced_); }

void Offer::came_or_went() {
  if (!lists_) return;
  count_all(lists_->capabilities, announced_);
  count_all(lists_->capabilities, announcements_);
}

void Offer::confirmed() {
  expired_ = false;
  stale_timer_.disarm();
}

void Offer::doubted() {
  if (expired_ || stale_timer_.armed()) return;
  stale_timer_.arm(environment_.stale_max, [this] {
    expired_ = true;
    environment_.expired();
  });
}

Task<Result<bool>> Offer::read(client::Link& link, Cancel& cancel) {
  const Announcements announced_before = announced_;
  FetchOptions fetching = fetch_options(link.peer(), cancel);
  auto fetched = co_await fetch_lists(link, std::move(fetching), cancel);
  if (!fetched) co_return fail(std::move(fetched.error()));
  arm_look(*fetched);
  const bool changed = !lists_ || !same_items(*lists_, fetched->lists) || announcements_ != announced_before;
  announcements_ = announced_before;  // what came later is in the next reading
  if (changed) lists_ = std::make_shared<const catalog::ServerLists>(std::move(fetched->lists));
  // Views of equal lists stay and share what moves on; views of other lists must not get younger by this reading.
  if (changed || !read_)
    freshness_ = read_ = std::make_shared<catalog::Freshness>(fetched->freshness);
  else
    *read_ = fetched->freshness;
  co_return changed;
}

Task<Offer::Lists> Offer::read_own(client::Link& link, Cancel& cancel) {
  FetchOptions fetching = fetch_options(link.peer(), cancel);
  auto fetched = co_await fetch_lists(link, std::move(fetching), cancel);
  if (!fetched || (lists_ && same_items(*lists_, fetched->lists))) co_return nullptr;
  co_return std::make_shared<const catalog::ServerLists>(std::move(fetched->lists));
}

FetchOptions Offer::fetch_options(const client::Peer& peer, Cancel& cancel) {
  const Options& server = environment_.options;
  const bool sends_headers = mcp::has_header_parameters(peer.revision) && !server.is_stdio();
  FetchOptions options{
      .server_name = server.name,
      .timeout = server.timeout,
      .rules = {.drops_invalid_headers = sends_headers,
                .icons = server.icons,
                .words = {.schema_dialect = mcp::has_default_schema_dialect(peer.revision) ? "" : server.schema_dialect,
                          .wraps_values = server.wrap_values}},
      .public_lists = server.public_lists,
      .tasks_for_all = environment_.tasks && environment_.tasks->facade == bridge::Facade::all,
      .legacy_ttl = environment_.legacy_ttl};
  if (server.icons == catalog::Icons::inlined && server.url) {
    options.rules.icon = [this](const std::string& source) { return icons_.find(source); };
    options.get_icons = [this, &cancel](std::vector<std::string> sources) {
      return icons_.fetch(*environment_.options.url, std::move(sources), cancel);
    };
  }
  return options;
}

/// The lists are read again before their time is over, or now and then if they have no time and no announcements.
void Offer::arm_look(const Fetched& fetched) {
  const mcp::ServerCapabilities& capabilities = fetched.lists.capabilities;
  const bool announced = capabilities.tools_changed || !capabilities.tools;
  std::int64_t ttl = std::numeric_limits<std::int64_t>::max();
  for (const mcp::CacheHints& hints : fetched.freshness.hints) ttl = std::min(ttl, hints.ttl_ms);
  const bool ages = !fetched.freshness.announced && ttl > 0;
  const Milliseconds lifetime{std::clamp<std::int64_t>(ttl, 1000, 3'600'000)};
  const bool is_old = ages || !announced;
  look_timer_.arm(ages        ? lifetime
                  : announced ? kLookInterval
                              : kPollInterval,
                  [this, is_old] { environment_.look(is_old); });
}

}  // namespace gatehouse::upstream
