#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/mcp/methods.hpp>

#include "gateway/ratelimit/glob.hpp"
#include "gateway/ratelimit/key.hpp"
#include "gateway/ratelimit/limit.hpp"

namespace gatehouse::ratelimit {

/// A request as limits see it. What is empty it does not have, and limits per that dimension are not about it.
struct Subject {
  mcp::Method method = mcp::Method::other;
  std::string_view address, user, client, apikey, tenant, endpoint, session;
  Name target = {};  ///< Of its server and what it names there; empty until that is known.
};

/// The part of an address that one customer of a network has: an IPv4 address, the first 64 bits of an IPv6 address, else the text.
struct Network {
  std::array<char, 8> prefix{};
  std::string_view text;  ///< Into `prefix` for IPv6, else of the address.
  explicit Network(std::string_view address);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
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
