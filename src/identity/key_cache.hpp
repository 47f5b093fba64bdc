#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/identity/issuer.hpp>
#include <gatehouse/jose/key.hpp>

#include "src/identity/backoff.hpp"
#include "src/identity/digest.hpp"
#include "src/identity/recently_used.hpp"

namespace gatehouse::identity {

/// The keys of one issuer, and when it is time to ask for them again. Pure. Rule: security design 3.3.
class KeyCache {
 public:
  using Keys = std::shared_ptr<const jose::KeySet>;
  using Kid = std::optional<std::string>;

  explicit KeyCache(const KeyOptions& options);

  /// Null: there were never any, or they are too old to be believed.
  [[nodiscard]] Keys usable(TimePoint now) const;
  /// Counts up when keys came or went: what was concluded from older keys is void then.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  enum class Search {
    missing,   ///< It was asked for a moment ago, and is not there.
    too_soon,  ///< Nothing is known about it, and the issuer was asked a moment ago: see `may_search_in`.
    fetch,     ///< A newer set may have it.
  };
  [[nodiscard]] Search search(const Kid& kid, TimePoint now);
  /// How long the next fetch for a missing key has to wait. Begun searches are told with `searching`.
  [[nodiscard]] Milliseconds may_search_in(TimePoint now) const;
  void searching(TimePoint now) { searched_at_ = now; }
  /// A set that was fetched after somebody asked for it does not have it.
  void note_missing(const Kid& kid, TimePoint now) { missing_.put(name_of(kid), now + options_.missing_ttl); }

  /// A fetch succeeded. `text`: the set as it came; the same one again changes nothing. `jitter` 0 to 1.
  void store(std::string_view text, jose::KeySet set, std::optional<std::chrono::seconds> max_age, double jitter,
             TimePoint now);
  void failed(TimePoint now) { backoff_.failed(now); }
  [[nodiscard]] const Backoff& backoff() const { return backoff_; }
  /// When the set has to be fetched again, whether somebody asks for it or not.
  [[nodiscard]] TimePoint refresh_at(TimePoint now) const;
  [[nodiscard]] std::size_t missing_count() const { return missing_.size(); }

 private:
  /// Of one size, whatever strangers send.
  [[nodiscard]] Digest name_of(const Kid& kid) { return digest_(kid ? "kid" : "", kid.value_or("")); }
  void forget(const jose::KeySet& old, const jose::KeySet& fresh, TimePoint now);

  const KeyOptions options_;
  Keys keys_;
  std::string text_;
  TimePoint due_{};
  std::optional<TimePoint> searched_at_;
  Backoff backoff_;
  Digester digest_;
  RecentlyUsed<Digest, TimePoint, DigestHash> missing_;  // until when it is not asked for again
  std::uint64_t generation_ = 0;
};

}  // namespace gatehouse::identity
