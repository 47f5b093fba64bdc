#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include <gatehouse/client/link.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/task_options.hpp"
#include "gateway/catalog/server_lists.hpp"
#include "gateway/upstream/fetch_lists.hpp"
#include "gateway/upstream/icon_store.hpp"
#include "gateway/upstream/options.hpp"

namespace gatehouse::upstream {

/// What one server offers, as it was last read on the server's own connection: how old that is, what was announced since, and when it
/// has to be read again.
class Offer {
 public:
  using Lists = std::shared_ptr<const catalog::ServerLists>;
  /// How often the server said that a list changed, by ListKind.
  using Announcements = std::array<std::uint64_t, 4>;

  struct Environment {
    net::Loop& loop;
    net::HttpClient& http;                  ///< For pictures.
    const Options& options;                 ///< Of the server.
    const bridge::TaskOptions* tasks;       ///< Asked with each reading; null: the defaults.
    Milliseconds legacy_ttl;                ///< FetchOptions::legacy_ttl
    Milliseconds stale_max;                 ///< How long lists are shown that may be wrong (GB-316).
    std::function<void(bool is_old)> look;  ///< Some time went by. `is_old`: the lists have to be read again.
    std::function<void()> expired;          ///< `expired()` is true from now on.
  };
  explicit Offer(Environment environment);

  /// Shows these lists, as old ones, until the server's own are there.
  void inherit(Lists lists) { lists_ = std::move(lists); }
  /// Null: nothing is known yet.
  [[nodiscard]] const Lists& lists() const { return lists_; }
  /// Of `lists`; null: nothing was read yet on this server's own connection.
  [[nodiscard]] const std::shared_ptr<const catalog::Freshness>& freshness() const { return freshness_; }
  /// As far as `lists` has what was announced.
  [[nodiscard]] const Announcements& announcements() const { return announcements_; }
  /// Nobody knows for so long whether the lists are right that they must not be shown any more.
  [[nodiscard]] bool expired() const { return expired_; }

  /// The server says that it changed such a list.
  void announced(mcp::ListKind kind) { ++announced_[static_cast<std::size_t>(kind)]; }
  /// What was announced while there was no connection was missed (GB-186). `has`: what the server declares now.
  void missed_announcements(const mcp::ServerCapabilities& has);
  /// A server that goes or comes back counts as a change of all that it offers (gateway rule 7.7).
  void came_or_went();
  /// The server is there and called: the lists are what it offers.
  void confirmed();
  /// It is not. How old lists may get counts from the first time that this is said.
  void doubted();

  /// Reads all lists. True: they are others than before, or were announced to be. Errors: as fetch_lists; then nothing changes.
  Task<Result<bool>> read(client::Link& link, Cancel& cancel);
  /// The lists as one session's connection shows them; null: as everybody sees them, or they cannot be read.
  Task<Lists> read_own(client::Link& link, Cancel& cancel);
  /// Looks no more until the next `read`.
  void rest() { look_timer_.disarm(); }

 private:
  [[nodiscard]] FetchOptions fetch_options(const client::Peer& peer, Cancel& cancel);
  void arm_look(const Fetched& fetched);

  Environment environment_;
  IconStore icons_;
  Lists lists_;
  std::shared_ptr<const catalog::Freshness> freshness_;
  std::shared_ptr<catalog::Freshness> read_;  // the same, to be moved on
  Announcements announced_{}, announcements_{};
  bool expired_ = false;
  net::Timer look_timer_, stale_timer_;
};

}  // namespace gatehouse::upstream
