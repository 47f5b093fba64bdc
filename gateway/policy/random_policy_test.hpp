#pragma once
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gateway/policy/judge.hpp"

/// Policies, principals and items out of a small world, so that they meet often.
namespace gatehouse::policy::test {

struct World {
  std::mt19937 random;
  bool circumstances = true;  ///< Conditions may look at arguments, time and address.

  explicit World(unsigned seed) : random(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  std::string one_of(std::initializer_list<const char*> words) { return *(words.begin() + below(words.size())); }
  Texts some_of(std::initializer_list<const char*> words, int percent) {
    Texts out;
    for (const char* word : words)
      if (chance(percent)) out.emplace_back(word);
    return out;
  }

  /// A condition, and the same one with some of its parts made unknown.
  std::pair<std::string, std::string> condition(int depth) {
    static constexpr std::string_view kUnknown = "principal.claims.nowhere";
    if (chance(12)) {
      auto whole = clear_condition(depth);
      return {whole.first, std::string(kUnknown)};
    }
    return clear_condition(depth);
  }

  mcp::Principal principal() {
    mcp::Principal out;
    out.kind = static_cast<mcp::PrincipalKind>(below(5));
    out.tenant = one_of({"", "acme", "umbrella"});
    out.subject = one_of({"alice", "bob"});
    out.issuer = one_of({"", "https://idp"});
    out.client_id = one_of({"", "ci", "app"});
    out.auth.method = one_of({"api_key", "jwt"});
    out.roles = some_of({"a", "b", "c"}, 40);
    out.scopes = some_of({"read", "write", "admin"}, 40);
    out.auth.acr = one_of({"", "mfa", "pwd"});
    if (chance(70)) out.claims.set("level", json::Value(below(3)));
    if (chance(50)) out.claims.set("name", json::Value(one_of({"x", "y"})));
    out.can_step_up = chance(50);
    if (chance(15)) out.ceilings.tools = {one_of({"s.*", "*.get_*", "t.del"})};
    out.groups = some_of({"g1", "g2"}, 50);
    return out;
  }

  RuleSource rule(const std::string& id, std::string* blurred_when) {
    RuleSource out;
    out.id = id;
    out.effect = chance(70) ? Effect::allow : Effect::deny;
    out.shadow = chance(8);
    out.who.roles = some_of({"a", "b", "c"}, 20);
    if (chance(15)) out.who.kinds = {one_of({"human", "service", "local"})};
    if (chance(15)) out.who.tenants = {one_of({"acme", "umb*", "*"})};
    if (chance(10)) out.who.scopes = {one_of({"read", "write"})};
    if (chance(10)) out.who.groups = {one_of({"g1", "g2", "g*"})};
    if (chance(5)) out.who.keys = {"ci"};
    if (circumstances && chance(8)) out.who.networks = {"10.0.0.0/8"};
    if (chance(20)) out.what.methods = {one_of({"tools/call", "tools/*", "prompts/get", "*"})};
    if (chance(30)) out.what.servers = {one_of({"s", "t", "*"})};
    if (chance(40)) out.what.tools = {one_of({"get_*", "del", "*", "get_a", "?el"})};
    if (chance(20)) out.what.prompts = {one_of({"get_*", "*"})};
    if (chance(15)) out.what.annotations = {{one_of({"destructiveHint", "readOnlyHint"}), one_of({"true", "false"})}};
    if (out.effect == Effect::allow && chance(30)) out.needs.scopes = some_of({"read", "write", "admin"}, 40);
    if (out.effect == Effect::allow && chance(10)) out.needs.acr = {"mfa"};
    if (circumstances && out.effect == Effect::allow && chance(8)) out.needs.max_auth_age = std::chrono::seconds(60);
    if (chance(50)) {
      auto [clear, blurred] = condition(3);
      out.when = std::move(clear);
      *blurred_when = std::move(blurred);
    }
    return out;
  }

  /// A policy and the same one with unknown parts.
  std::pair<PolicySource, PolicySource> policy() {
    PolicySource clear;
    clear.otherwise = chance(80) ? Effect::deny : Effect::allow;
    clear.show_step_up = static_cast<ShowStepUp>(below(3));
    if (chance(50)) clear.scope_hierarchy = {{"admin", {"write"}}, {"write", {"read"}}};
    if (chance(50)) clear.role_mapping = {{.claim = "groups", .any_of = {"g1"}, .grant = {"a"}}};
    if (chance(40)) clear.trusted_servers = {"s"};
    PolicySource blurred = clear;
    const auto rules = [&](std::size_t count, const std::string& prefix, std::vector<RuleSource>& a,
                           std::vector<RuleSource>& b) {
      for (std::size_t i = 0; i < count; ++i) {
        std::string when;
        a.push_back(rule(prefix + std::to_string(i), &when));
        b.push_back(a.back());
        b.back().when = when;
      }
    };
    rules(1 + below(6), "r", clear.rules, blurred.rules);
    if (chance(30)) {
      LayerSource layer{.id = "l", .servers = {"s"}, .otherwise = chance(50) ? Effect::deny : Effect::allow};
      LayerSource blurred_layer = layer;
      rules(1 + below(3), "l", layer.rules, blurred_layer.rules);
      clear.layers.push_back(std::move(layer));
      blurred.layers.push_back(std::move(blurred_layer));
    }
    return {std::move(clear), std::move(blurred)};
  }

  static std::vector<Item> items() {
    std::vector<Item> out;
    for (const std::string_view server : {"s", "t"})
      for (const std::string_view name : {"get_a", "get_b", "del", "other"})
        for (const bool safe : {false, true}) {
          out.push_back({.kind = Item::Kind::tool,
                         .method = "tools/call",
                         .endpoint = "/mcp",
                         .server = server,
                         .name = name,
                         .hints = {.read_only = safe, .destructive = !safe}});
          out.push_back(
              {.kind = Item::Kind::prompt, .method = "prompts/get", .endpoint = "/mcp", .server = server, .name = name});
        }
    return out;
  }

  std::string arguments() {
    switch (below(8)) {
      case 0: return "";
      case 1: return R"({"x":"1","y":"a"})";
      case 2: return R"({"x":1,"x":2})";
      case 3: return R"({"y":"b"})";
      default: return R"({"x":)" + std::to_string(below(4)) + R"(,"y":")" + one_of({"a", "b"}) + R"("})";
    }
  }

  Circumstances now(Arguments& arguments) {
    return {.arguments = &arguments,
            .address = chance(50)   ? "10.0.0.1"
                       : chance(50) ? "192.0.2.1"
                                    : "",
            .protocol = "2025-11-25",
            .now = WallTime(std::chrono::seconds(1000 + 3600 * below(24))),
            .auth_time = chance(60) ? std::optional(WallTime(std::chrono::seconds(900 + below(90000)))) : std::nullopt};
  }

 private:
  std::pair<std::string, std::string> clear_condition(int depth) {
    const auto join = [&](const char* op) {
      auto a = condition(depth - 1), b = condition(depth - 1);
      return std::pair("(" + a.first + op + b.first + ")", "(" + a.second + op + b.second + ")");
    };
    const std::size_t choice = below(depth > 0 ? 8 : 4);
    if (choice == 4) return join(" && ");
    if (choice == 5) return join(" || ");
    if (choice == 6) {
      auto inner = condition(depth - 1);
      return {"!(" + inner.first + ")", "!(" + inner.second + ")"};
    }
    std::string leaf;
    if (circumstances && chance(60)) {
      leaf =
          one_of({"args.x <= 1", "args.x == 2", "args.y in ['a', 'c']", "has(args.x)", "has(args.z)", "args.y != 'b'",
                  "request.hour < 12", "ip_in(request.address, '10.0.0.0/8')", "args.x + 1 > 2", "args.z == null"});
    } else {
      leaf = one_of({"principal.claims.level >= 1", "principal.claims.name == 'x'", "principal.tenant == 'acme'",
                     "'a' in principal.roles", "has(principal.claims.name)", "tool.annotations.destructiveHint",
                     "tool.name == 'del'", "principal.claims.level == 'x'", "true", "false"});
    }
    return {leaf, chance(15) ? "principal.claims.nowhere" : leaf};
  }
};

}  // namespace gatehouse::policy::test
