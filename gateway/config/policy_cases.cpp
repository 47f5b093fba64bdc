#include "gateway/config/policy_cases.hpp"

#include <algorithm>
#include <array>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/config/expand.hpp"
#include "gateway/config/tree.hpp"
#include "gateway/stages/access.hpp"

namespace gatehouse::config {
namespace {

using policy::Item;

bool is_json_number(const std::string& text) {
  const auto parsed = json::parse(text);
  return parsed && parsed->is_number();
}

/// As YAML readers take it: what is not quoted may be a number, a flag or null.
json::Value to_json(const Node& node) {
  if (node.is_map()) {
    json::Value::Object members;
    for (const Member& member : node.members) members.emplace_back(member.key, to_json(member.value));
    return json::Value(std::move(members));
  }
  if (node.is_list()) {
    auto list = json::Value::array();
    for (const Node& item : node.items) list.push(to_json(item));
    return list;
  }
  if (!node.is_scalar() || (!node.quoted && (node.text == "null" || node.text == "~"))) return {};
  if (!node.quoted && (node.text == "true" || node.text == "false")) return json::Value(node.text == "true");
  if (!node.quoted && is_json_number(node.text)) return json::Value::number(node.text);
  return json::Value(node.text);
}

class CaseReader {
 public:
  explicit CaseReader(std::string file) : file_(std::move(file)) {}

  std::expected<PolicyCases, Problems> run(const Node& root) {
    if (!root.is_map()) refuse(root.line, "", "must be a map with 'principals' and 'tests'");
    for (const Member& member : root.members) {
      if (member.key == "principals")
        principals(member.value);
      else if (member.key == "tests")
        cases(member.value, "tests", out_.tests);
      else if (member.key == "items")
        cases(member.value, "items", out_.items);
      else
        refuse(member.line, member.key, "unknown key; known are principals, tests, items");
    }
    for (const PolicyCase& test : out_.tests) check(test);
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(out_);
  }

 private:
  void refuse(int line, std::string key, std::string message) {
    problems_.push_back({file_, line, std::move(key), std::move(message)});
  }

  void check(const PolicyCase& test) {
    static constexpr std::array<std::string_view, 4> kExpected = {"permit", "step_up", "deny", "hidden"};
    if (!out_.principals.contains(test.who)) refuse(test.line, "who", "'" + test.who + "' is none of the principals");
    if (std::ranges::find(kExpected, test.expect) == kExpected.end())
      refuse(test.line, "expect", "'" + test.expect + "' is none of permit, step_up, deny, hidden");
  }

  std::string text(const Member& member, const std::string& key) {
    if (!member.value.is_scalar()) refuse(member.line, key, "must be a single value");
    return member.value.text;
  }
  std::vector<std::string> texts(const Member& member, const std::string& key) {
    std::vector<std::string> out;
    if (!member.value.is_list()) refuse(member.line, key, "must be a list");
    for (const Node& item : member.value.items) out.push_back(item.text);
    return out;
  }

  void principals(const Node& node) {
    if (!node.is_map()) return refuse(node.line, "principals", "must be a map of names");
    for (const Member& member : node.members)
      out_.principals.emplace(member.key, principal(member.key, member.value, "principals." + member.key));
  }

  std::shared_ptr<const mcp::Principal> principal(const std::string& name, const Node& node, const std::string& key) {
    auto out = std::make_shared<mcp::Principal>();
    out->key = out->subject = name;
    out->kind = mcp::PrincipalKind::human;
    out->can_step_up = true;
    for (const Member& member : node.members) {
      const std::string place = key + "." + member.key;
      if (member.key == "subject")
        out->subject = text(member, place);
      else if (member.key == "issuer")
        out->issuer = text(member, place);
      else if (member.key == "kind")
        kind(text(member, place), member.line, place, *out);
      else if (member.key == "tenant")
        out->tenant = text(member, place);
      else if (member.key == "client")
        out->client_id = text(member, place);
      else if (member.key == "method")
        out->auth.method = text(member, place);
      else if (member.key == "acr")
        out->auth.acr = text(member, place);
      else if (member.key == "roles")
        out->roles = texts(member, place);
      else if (member.key == "scopes")
        out->scopes = texts(member, place);
      else if (member.key == "groups")
        out->groups = texts(member, place);
      else if (member.key == "amr")
        out->auth.amr = texts(member, place);
      else if (member.key == "tools")
        out->ceilings.tools = texts(member, place);
      else if (member.key == "claims")
        out->claims = to_json(member.value);
      else if (member.key == "can_step_up")
        out->can_step_up = text(member, place) == "true";
      else
        refuse(member.line, place, "unknown key");
    }
    return out;
  }

  /// Keys and programs cannot log in again, unless the file says they can.
  void kind(const std::string& name, int line, const std::string& key, mcp::Principal& out) {
    using enum mcp::PrincipalKind;
    for (const auto one : {anonymous, local, human, service, workload}) {
      if (mcp::to_string(one) != name) continue;
      out.kind = one;
      out.can_step_up = one == human;
      if (one == service) out.auth.method = "api_key";
      return;
    }
    refuse(line, key, "is none of human, service, workload, local, anonymous");
  }

  void cases(const Node& node, const std::string& key, std::vector<PolicyCase>& all) {
    if (!node.is_list()) return refuse(node.line, key, "must be a list");
    for (std::size_t i = 0; i < node.items.size(); ++i)
      all.push_back(one_case(node.items[i], key + "[" + std::to_string(i) + "]"));
  }

  PolicyCase one_case(const Node& node, const std::string& key) {
    PolicyCase out{.line = node.line};
    for (const Member& member : node.members) {
      const std::string place = key + "." + member.key;
      if (member.key == "who")
        out.who = text(member, place);
      else if (member.key == "server")
        out.server = text(member, place);
      else if (named(member, place, out))
        continue;
      else if (member.key == "method")
        out.method = text(member, place);
      else if (member.key == "endpoint")
        out.endpoint = text(member, place);
      else if (member.key == "args")
        out.arguments = to_json(member.value).str();
      else if (member.key == "args_json")
        out.arguments = text(member, place);
      else if (member.key == "address")
        out.address = text(member, place);
      else if (member.key == "annotations")
        hints(member.value, place, out.hints);
      else if (member.key == "expect")
        out.expect = text(member, place);
      else if (member.key == "rule")
        out.rule = text(member, place);
      else
        refuse(member.line, place, "unknown key");
    }
    if (out.server.empty() || out.name.empty())
      refuse(node.line, key, "needs 'server' and one of 'tool', 'prompt', 'resource', 'template'");
    if (out.method.empty()) out.method = stages::use_method(out.kind);
    if (node.find("args") && node.find("args_json")) refuse(node.line, key, "has both 'args' and 'args_json'");
    if (!is_json_object(out.arguments))
      refuse(node.line, key + (node.find("args_json") ? ".args_json" : ".args"), "must be a JSON object");
    return out;
  }

  bool named(const Member& member, const std::string& place, PolicyCase& out) {
    static constexpr std::array<std::pair<std::string_view, Item::Kind>, 4> kKinds = {
        {{"tool", Item::Kind::tool},
         {"prompt", Item::Kind::prompt},
         {"resource", Item::Kind::resource},
         {"template", Item::Kind::resource_template}}};
    for (const auto& [word, kind] : kKinds) {
      if (member.key != word) continue;
      out.kind = kind;
      out.name = text(member, place);
      return true;
    }
    return false;
  }

  void hints(const Node& node, const std::string& key, mcp::ToolHints& out) {
    if (!node.is_map()) refuse(node.line, key, "must be a map");
    for (const Member& member : node.members) {
      const bool flag = member.value.text == "true";
      if (member.key == "readOnlyHint")
        out.read_only = flag;
      else if (member.key == "destructiveHint")
        out.destructive = flag;
      else if (member.key == "idempotentHint")
        out.idempotent = flag;
      else if (member.key == "openWorldHint")
        out.open_world = flag;
      else
        refuse(member.line, key + "." + member.key, "unknown key");
      if (!flag && member.value.text != "false")
        refuse(member.line, key + "." + member.key, "is neither true nor false");
    }
  }

  std::string file_;
  PolicyCases out_;
  Problems problems_;
};

}  // namespace

bool is_json_object(std::string_view text) {
  if (text.empty()) return true;
  std::string padded(text);
  padded.reserve(padded.size() + kSlack);
  return padded.find_first_not_of(" \t\r\n") == padded.find('{') && json::reader().validate(padded, 128);
}

std::string PolicyCase::shown() const {
  if (kind == Item::Kind::tool || kind == Item::Kind::prompt) return server + "." + name;
  return server + " " + name;
}

std::expected<PolicyCases, Problems> read_policy_cases(std::string_view text, const std::string& file) {
  const auto tree = read_yaml(text);
  if (!tree) {
    Problem problem = tree.error();
    problem.file = file;
    return std::unexpected(Problems{problem});
  }
  return CaseReader(file).run(*tree);
}

std::expected<PolicyCases, Problems> load_policy_cases(const std::string& path) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return std::unexpected(Problems{{path, 0, "", text.error()}});
  return read_policy_cases(*text, path);
}

}  // namespace gatehouse::config
