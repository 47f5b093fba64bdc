#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <gatehouse/mcp/methods.hpp>

#include "gateway/ratelimit/key.hpp"
#include "gateway/ratelimit/limit.hpp"

namespace gatehouse::ratelimit {

/// A tool or whatever else a server has: its canonical name is `server.local`.
struct Name {
  std::string_view server, local;
  [[nodiscard]] std::size_t size() const { return server.size() + 1 + local.size(); }
};

/// Longer names are not looked at: they match every pattern, and all tools with such names are one.
inline constexpr std::size_t kMaxName = 512;

/// One of the patterns (base/wildcard.hpp) describes the name.
[[nodiscard]] bool matches(std::span<const std::string> patterns, const Name& name);

/// A request as limits see it. What is empty it does not have, and limits per that dimension are not about it; only the tenant without a
/// name is one as well.
struct Subject {
  mcp::Method method = mcp::Method::other;
  std::string_view address, user, client, apikey, tenant, endpoint, session;
  std::span<const std::string> limits = {};  ///< Of class `rule`: the ids of those that count it.
  Name target = {};                          ///< Of its server and what it names there; empty until that is known.
};

/// The part of an address that one customer of a network has: an IPv4 address, the first 64 bits of an IPv6 address, else the text.
class Network {
 public:
  explicit Network(std::string_view address);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string network_;
  std::string_view text_;
};

/// The keys of one request, made from hashes that are computed once each.
class SubjectKeys {
 public:
  SubjectKeys(const Seed& seed, const Subject& subject) : seed_(seed), subject_(subject) {}
  /// None: the request lacks one of these dimensions.
  [[nodiscard]] std::optional<Key> of(Dimensions per);

 private:
  [[nodiscard]] bool has(Dimension dimension) const;
  const Key& one(Dimension dimension);
  const Seed& seed_;
  const Subject& subject_;
  std::array<Key, kDimensions> keys_;
  Dimensions made_;
};

/// "user alice, tool jira.create_issue": for the log.
[[nodiscard]] std::string describe(const Subject& subject, Dimensions per);

}  // namespace gatehouse::ratelimit
