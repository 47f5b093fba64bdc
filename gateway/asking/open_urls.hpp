#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/time.hpp>

#include "gateway/bridge/interaction.hpp"

namespace gatehouse::asking {

/// Calls of sessions that ended with -32042 because their person was still busy at a URL. The client makes the same call again when the
/// person is done; it then goes on where its server was, and nobody is sent to the URL twice. Bounded, and for a while only.
/// Rule: gateway rules, section 6.4.
class OpenUrls {
 public:
  using Standing = bridge::Interaction::Standing;

  /// `call`: what is called, at which server.
  void keep(std::string_view session, std::string call, Standing standing, TimePoint now, TimePoint until);
  /// Once; none: this call is a new one.
  [[nodiscard]] std::optional<Standing> take(std::string_view session, std::string_view call, TimePoint now);
  void forget(std::string_view session);
  [[nodiscard]] bool empty() const { return by_session_.empty(); }

 private:
  static constexpr std::size_t kMaxSessions = 1024, kMaxCalls = 16, kMaxStateBytes = 64u << 10;
  struct Kept {
    std::string call;
    Standing standing;
    TimePoint until;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>{}(text); }
  };
  boost::unordered_flat_map<std::string, std::vector<Kept>, TextHash, std::equal_to<>> by_session_;
};

}  // namespace gatehouse::asking
