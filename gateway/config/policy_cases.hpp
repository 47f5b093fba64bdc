#pragma once
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gatehouse/mcp/principal.hpp>

#include "gateway/config/load.hpp"
#include "gateway/policy/facts.hpp"

namespace gatehouse::config {

/// Something that somebody could do, owned.
struct PolicyCase {
  int line = 0;
  std::string who;  ///< Of the principals; empty in `items`.
  policy::Item::Kind kind = policy::Item::Kind::tool;
  std::string server, name, method, endpoint = "/mcp";
  mcp::ToolHints hints;
  std::string arguments;  ///< JSON.
  std::string address = "192.0.2.1";
  std::string expect;  ///< permit, step_up, deny, hidden.
  std::string rule;    ///< That decides; empty: any.

  [[nodiscard]] policy::Item item() const {
    return {.kind = kind, .method = method, .endpoint = endpoint, .server = server, .name = name, .hints = hints};
  }
  /// `server.name`, or what the server calls a resource.
  [[nodiscard]] std::string shown() const;
};

/// Principals that do not have to exist, and what they are expected to be able to do: the file of `gatehouse policy test`.
struct PolicyCases {
  std::map<std::string, std::shared_ptr<const mcp::Principal>> principals;
  std::vector<PolicyCase> tests;
  std::vector<PolicyCase> items;  ///< What `policy diff` compares, beside what the tests name.
};

/// Also one that repeats a key: what rules make of it is worth a question. Empty: no arguments, which is one, too.
[[nodiscard]] bool is_json_object(std::string_view text);

[[nodiscard]] std::expected<PolicyCases, Problems> load_policy_cases(const std::string& path);
[[nodiscard]] std::expected<PolicyCases, Problems> read_policy_cases(std::string_view text, const std::string& file);

}  // namespace gatehouse::config
