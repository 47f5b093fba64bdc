#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

#include <gatehouse/jose/claims.hpp>

/// A token with which a proxy signs what it says about one request.
namespace gatehouse::identity {

struct AssertionOptions {
  std::string header;  ///< Where it is sent; empty: none is needed.
  jose::KeySet keys;
  jose::Algorithms algorithms = jose::kDefaultAlgorithms;
  std::string issuer, audience;
  std::chrono::seconds max_lifetime{60};
  std::size_t max_remembered =
      100'000;  ///< Assertions that may not come again; when there are more, further ones are refused.
};

/// One thread.
class ProxyAssertions {
 public:
  explicit ProxyAssertions(AssertionOptions options) : options_(std::move(options)) {}

  [[nodiscard]] const AssertionOptions& options() const { return options_; }
  /// Whether this token says, now and for the first time, that its sender is `user` (`sub`): signed by the proxy, for us, for a minute at
  /// most, with a `jti`. Empty, or what is wrong, for logs.
  [[nodiscard]] std::string_view objection(std::string_view token, std::string_view user, jose::Time now);

 private:
  [[nodiscard]] bool remember(std::string_view id, jose::Time until, jose::Time now);

  const AssertionOptions options_;
  std::unordered_map<std::string, jose::Time> seen_;  // by `jti`
};

}  // namespace gatehouse::identity
