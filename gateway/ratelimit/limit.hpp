#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/mcp/methods.hpp>

#include "gateway/ratelimit/pace.hpp"

namespace gatehouse::ratelimit {

/// What tells those apart who have a bucket of their own.
enum class Dimension : std::uint8_t {
  ip,  ///< Network: an IPv4 address, the first 64 bits of an IPv6 address.
  user,
  client,  ///< Registered client, not what a program calls itself.
  apikey,
  tenant,
  server,
  tool,  ///< Server and the server's own name for it.
  endpoint,
  session,  ///< Clients open as many as they like: only beside another dimension.
};
inline constexpr std::size_t kDimensions = 9;
[[nodiscard]] std::string_view to_string(Dimension dimension);
/// "backend" is another word for "server".
[[nodiscard]] std::optional<Dimension> parse_dimension(std::string_view text);

class Dimensions {
 public:
  constexpr Dimensions() = default;
  constexpr Dimensions(std::initializer_list<Dimension> list) {
    for (const Dimension dimension : list) add(dimension);
  }
  constexpr void add(Dimension dimension) { bits_ = static_cast<std::uint16_t>(bits_ | bit(dimension)); }
  [[nodiscard]] constexpr bool has(Dimension dimension) const { return bits_ & bit(dimension); }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::size_t size() const { return static_cast<std::size_t>(std::popcount(bits_)); }
  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }
  bool operator==(const Dimensions&) const = default;

  class Iterator {
   public:
    constexpr explicit Iterator(std::uint16_t bits) : bits_(bits) {}
    constexpr Dimension operator*() const { return static_cast<Dimension>(std::countr_zero(bits_)); }
    constexpr Iterator& operator++() { return bits_ &= static_cast<std::uint16_t>(bits_ - 1), *this; }
    bool operator==(const Iterator&) const = default;

   private:
    std::uint16_t bits_;  // those that are left
  };
  [[nodiscard]] constexpr Iterator begin() const { return Iterator(bits_); }
  [[nodiscard]] constexpr Iterator end() const { return Iterator(0); }

 private:
  static constexpr std::uint16_t bit(Dimension dimension) {
    return static_cast<std::uint16_t>(1u << static_cast<unsigned>(dimension));
  }
  std::uint16_t bits_ = 0;
};
[[nodiscard]] std::string to_string(Dimensions dimensions);  ///< "user+tool"

/// Which requests a limit is about, unless it names methods.
enum class Group : std::uint8_t {
  calls,  ///< What a server has to work for: tools/call, resources/read, prompts/get, completion/complete, unknown methods.
  lists,    ///< Lists, subscriptions, tasks: what is mostly answered from memory.
  step_up,  ///< Answers that ask for more rights or a better login.
  rule,     ///< What a rule of the policy sends here (`then.limits`), whatever its method.
};
[[nodiscard]] Group group_of(mcp::Method method);

/// `observe`: counts what it would refuse, and refuses nothing.
enum class Mode : std::uint8_t { enforce, observe };

/// One entry of `limits.rates`.
struct Limit {
  std::string id;  ///< For metrics, logs and clients. Unique.
  Dimensions per;
  std::vector<std::string> match;    ///< Globs over `server.tool`; empty: everything.
  std::vector<mcp::Method> methods;  ///< Exactly these; empty: those of `group`.
  Group group = Group::calls;
  Rate rate;
  std::uint64_t burst = 0;      ///< 0: as many as the rate counts.
  std::size_t concurrency = 0;  ///< Calls at a time, instead of a rate; 0: it is a rate.
  Mode mode = Mode::enforce;
  std::size_t max_keys = 100'000;  ///< Of a rate: whose buckets are known at a time.

  /// Needs to know which server a call goes to; the others are asked first.
  [[nodiscard]] bool needs_target() const;
  /// Both count the same in the same way, so that what one knows is good for the other.
  [[nodiscard]] bool counts_like(const Limit& other) const;
  bool operator==(const Limit&) const = default;
};

/// What a limit is called that has no id: "user:100/m", "user+tool:jira.*:10/m", "user:8".
[[nodiscard]] std::string default_id(const Limit& limit);

}  // namespace gatehouse::ratelimit
