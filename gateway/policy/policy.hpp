#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gatehouse/base/address_range.hpp>

#include "gateway/policy/expression.hpp"
#include "gateway/policy/glob.hpp"

#include "gateway/policy/source.hpp"

namespace gatehouse::policy {

/// A problem of a policy. `key` is its place: `rules[3].when`, `layers[0].rules[1].id`.
struct PolicyProblem {
  std::string key;
  std::string message;
  bool operator==(const PolicyProblem&) const = default;
};

/// One compiled rule.
struct Rule {
  RuleSource source;
  std::string key;  ///< Where it stands: `rules[3]`.
  Globs roles, scopes, groups, tenants, clients, issuers, subjects, keys;
  std::uint32_t kinds = 0;  ///< Bits by mcp::PrincipalKind; 0: any.
  std::vector<AddressRange> networks;
  Globs methods, endpoints, servers;
  std::optional<Globs> names[4];  ///< Tools, prompts, resources, templates; none: not given.
  bool names_items = false;       ///< At least one of them is given.
  std::vector<std::pair<Field, bool>> annotations;
  std::optional<Expression> when;
  Reads reads;  ///< Of `who`, `needs` and `when`.

  [[nodiscard]] bool allows() const { return source.effect == Effect::allow; }
  /// Something about it can differ between two calls of the same principal.
  [[nodiscard]] bool is_circumstantial() const {
    return !networks.empty() || source.needs.max_auth_age.count() != 0 || reads.circumstances();
  }
};

/// Rules that judge together: one layer.
struct Layer {
  std::string id;
  Globs tenants, servers, endpoints;
  Effect otherwise = Effect::deny;
  std::vector<std::uint32_t> rules;

  [[nodiscard]] bool applies_to(std::string_view tenant, std::string_view server, std::string_view endpoint) const {
    return (tenants.empty() || tenants.match(tenant)) && (servers.empty() || servers.match(server)) &&
           (endpoints.empty() || endpoints.match(endpoint));
  }
};

/// A compiled policy. Immutable; a request keeps the one it began with.
class Policy {
 public:
  static constexpr std::size_t kMaxRules = 10'000;

  /// Errors: every problem at once.
  [[nodiscard]] static std::expected<std::shared_ptr<const Policy>, std::vector<PolicyProblem>> compile(
      PolicySource source);

  [[nodiscard]] const PolicySource& source() const { return source_; }
  /// Equal policies have equal epochs, in every process.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  /// The first one applies to everything.
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  /// Of all rules together.
  [[nodiscard]] const Reads& reads() const { return reads_; }
  [[nodiscard]] bool trusts(std::string_view server) const { return trusted_servers_.match(server); }
  /// The scope and all that it includes, whatever they include in turn.
  [[nodiscard]] Texts expanded(const Texts& scopes) const;

 private:
  friend class Compiler;
  Policy() = default;

  PolicySource source_;
  std::uint64_t epoch_ = 0;
  std::vector<Rule> rules_;
  std::vector<Layer> layers_;
  Globs trusted_servers_;
  Reads reads_;
};

/// What is right but hardly meant: rules that can never apply, allow rules that would believe an untrusted server. For `policy check`.
[[nodiscard]] std::vector<PolicyProblem> lint(const Policy& policy);

}  // namespace gatehouse::policy
