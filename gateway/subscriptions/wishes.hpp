#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/base/time.hpp>

/// Which resources of one server somebody wants to hear about. Pure.
namespace gatehouse::subscriptions {

/// Somebody who is told about changed resources: a session, a listen stream.
class Watcher {
 public:
  /// `server`: number of the server; `uri`: as that server calls it.
  virtual void updated(std::uint64_t server, std::string_view uri) = 0;

 protected:
  ~Watcher() = default;
};

/// Counts the wishes per URI, so that the server is told once however many watch, and knows what the server said to it.
/// Rule: gateway rules GB-182, GB-184, GB-185.
class Wishes {
 public:
  struct Options {
    Milliseconds linger{5'000};  ///< A URI that nobody watches any more stays watched for so long: clients come back.
    std::size_t max_uris = 10'000;  ///< Different ones.
  };
  enum class Standing : std::uint8_t { unknown, accepted, refused };

  explicit Wishes(Options options) : options_(options) {}

  /// True: nobody watched this one, so the server has to be told. Errors: limit_exceeded.
  Result<bool> add(std::string_view uri, Watcher& who);
  /// Gives one wish back. Unknown ones are ignored.
  void remove(std::string_view uri, Watcher& who, TimePoint now);
  /// Forgets what nobody watched for the linger time. True: the server has to be told.
  bool expire(TimePoint now);
  /// When `expire` has something to do next.
  [[nodiscard]] std::optional<TimePoint> next_expiry() const;

  /// All of them, in order: what the server shall watch.
  [[nodiscard]] std::vector<std::string> uris() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// The server was asked to watch `asked` and accepted `accepted`.
  void answered(std::span<const std::string> asked, std::span<const std::string> accepted);
  /// Another connection: nothing was said on it yet.
  void forget_answers();
  [[nodiscard]] Standing standing(std::string_view uri) const;

  /// Who has to hear that `uri` changed: its own watchers, else those of a URI that it lies below, path segment by path segment.
  /// Somebody may be visited twice. REQUIRES: `visit` adds and removes nothing.
  void each_affected(std::string_view uri, FunctionRef<void(Watcher&)> visit) const;

 private:
  struct Entry {
    std::vector<Watcher*> watchers;
    TimePoint idle_since;
    Standing standing = Standing::unknown;
  };
  Options options_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace gatehouse::subscriptions
