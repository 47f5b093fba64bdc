#include "src/identity/key_cache.hpp"

#include <algorithm>

namespace gatehouse::identity {
namespace {

bool has(const jose::KeySet& set, const jose::Key& key) {
  return std::ranges::any_of(set.keys(), [&](const jose::Key& other) {
    return other.kid() == key.kid() && other.thumbprint() == key.thumbprint();
  });
}

bool has_all(const jose::KeySet& set, const jose::KeySet& wanted) {
  return std::ranges::all_of(wanted.keys(), [&](const jose::Key& key) { return has(set, key); });
}

}  // namespace

KeyCache::KeyCache(const KeyOptions& options)
    : options_(options), backoff_(options.min_retry, options.max_retry), missing_(options.max_missing) {}

KeyCache::Keys KeyCache::usable(TimePoint now) const {
  return keys_ && now < due_ + options_.max_stale ? keys_ : nullptr;
}

KeyCache::Search KeyCache::search(const Kid& kid, TimePoint now) {
  const TimePoint* const until = missing_.find(name_of(kid));
  if (until && now < *until) return Search::missing;
  return may_search_in(now) > Milliseconds{0} ? Search::too_soon : Search::fetch;
}

Milliseconds KeyCache::may_search_in(TimePoint now) const {
  auto wait = TimePoint::duration::zero();
  if (searched_at_) wait = std::max(wait, *searched_at_ + options_.search_interval - now);
  return std::max(std::chrono::ceil<Milliseconds>(wait), backoff_.left(now));
}

void KeyCache::store(std::string_view text, jose::KeySet set, std::optional<std::chrono::seconds> max_age,
                     double jitter, TimePoint now) {
  constexpr double kRefreshAt = 0.8, kJitter = 0.1;
  backoff_.succeeded();
  const auto age =
      std::clamp(std::chrono::duration_cast<Milliseconds>(max_age.value_or(options_.default_max_age) * kRefreshAt),
                 Milliseconds(options_.min_refresh), Milliseconds(options_.max_refresh));
  due_ = now + std::chrono::duration_cast<Milliseconds>(age * (1 - kJitter * jitter));
  if (keys_ && text_ == text) return;
  const Keys old = std::exchange(keys_, std::make_shared<const jose::KeySet>(std::move(set)));
  text_ = text;
  if (!old || (has_all(*old, *keys_) && has_all(*keys_, *old))) return;
  ++generation_;
  forget(*old, *keys_, now);
}

/// Whoever asks for a key that was taken away need not ask the issuer, and whoever asks for one that came gets it.
void KeyCache::forget(const jose::KeySet& old, const jose::KeySet& fresh, TimePoint now) {
  for (const jose::Key& key : fresh.keys()) missing_.erase(name_of(key.kid()));
  const auto is_named = [&](const jose::Key& key) {
    return std::ranges::any_of(fresh.keys(), [&](const jose::Key& other) { return other.kid() == key.kid(); });
  };
  for (const jose::Key& key : old.keys()) {
    if (!is_named(key)) note_missing(key.kid(), now);
  }
}

TimePoint KeyCache::refresh_at(TimePoint now) const { return std::max(keys_ ? due_ : now, now + backoff_.left(now)); }

}  // namespace gatehouse::identity
