#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/catalog/view.hpp"
#include "gateway/policy/judge.hpp"

namespace gatehouse::stages {

/// A policy at work on endpoints: whose rules apply to whom is looked up once per principal, and everybody with the same profile sees
/// the same list, made once. Routes hold it, so a request keeps the policy it began with.
class Access {
 public:
  struct Options {
    policy::JudgeOptions judge;
    std::size_t max_principals = 4'000;      ///< Whose profile is found without looking at them.
    std::size_t max_lists = 4'000;           ///< Lists of profiles that are remembered.
    std::size_t max_list_bytes = 64u << 20;  ///< Of their texts.
  };
  /// How long clients may believe a list that depends on who they are. Rule: RS-94.
  static constexpr std::int64_t kMaxListTtlMs = 30'000;

  explicit Access(std::shared_ptr<const policy::Policy> policy) : Access(std::move(policy), Options()) {}
  Access(std::shared_ptr<const policy::Policy> policy, Options options);

  [[nodiscard]] const policy::Policy& policy() const { return judge_.policy(); }
  [[nodiscard]] const policy::Judge& judge() const { return judge_; }
  [[nodiscard]] std::size_t remembered_lists() const { return lists_.size(); }

  /// From where and how somebody asks.
  struct Asker {
    const mcp::Principal& who;
    std::string_view address;
    mcp::Revision revision;
  };
  /// Valid until the next question. `arguments`: of calls that have any.
  [[nodiscard]] const policy::Decision& decide(const Asker& asker, const policy::Item& item,
                                               policy::Arguments* arguments = nullptr);
  [[nodiscard]] bool shows(const mcp::Principal& who, const policy::Item& item);

  using Selection = std::shared_ptr<const catalog::View::Selection>;
  /// What the principal sees of a list of the endpoint.
  [[nodiscard]] Selection list(const mcp::Principal& who, std::string_view endpoint,
                               const std::shared_ptr<const catalog::View>& view, mcp::ListKind kind);
  /// Anything of this server, in any list.
  [[nodiscard]] bool shows_server(const mcp::Principal& who, std::string_view endpoint,
                                  const std::shared_ptr<const catalog::View>& view, std::size_t source);

 private:
  struct Known {
    std::shared_ptr<const mcp::Principal> who;  // so that no other one takes its address
    std::shared_ptr<policy::Profile> profile;
  };
  struct ListKey {
    const catalog::View* view;
    const policy::Profile* profile;
    mcp::ListKind kind;
    bool operator==(const ListKey&) const = default;
  };
  struct ListKeyHash {
    std::size_t operator()(const ListKey& key) const;
  };
  struct Seen {
    std::weak_ptr<const catalog::View> view;
    std::shared_ptr<policy::Profile> profile;
    Selection selection;
  };
  std::shared_ptr<policy::Profile> profile(const mcp::Principal& who);
  void make_room();

  policy::Judge judge_;
  Options options_;
  std::unordered_map<const mcp::Principal*, Known> known_;
  std::unordered_map<ListKey, Seen, ListKeyHash> lists_;
};

/// Kind and method by which a list's items are judged.
[[nodiscard]] policy::Item::Kind item_kind(mcp::ListKind kind);
[[nodiscard]] std::string_view use_method(policy::Item::Kind kind);

}  // namespace gatehouse::stages
