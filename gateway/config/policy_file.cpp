#include "gateway/config/policy_file.hpp"

#include <algorithm>
#include <filesystem>

#include <gatehouse/base/wildcard.hpp>

#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

using policy::PolicySource;

/// Problems of the rules themselves, at the places where they stand; `prefix` is "policy." or nothing.
std::shared_ptr<const policy::Policy> compile(Reading& reading, const PolicySource& source, const std::string& prefix) {
  const auto place = [&](const policy::PolicyProblem& problem) {
    return problem.key.empty() ? prefix.substr(0, prefix.find('.')) : prefix + problem.key;
  };
  auto compiled = policy::Policy::compile(source);
  if (!compiled) {
    for (const auto& problem : compiled.error()) {
      const std::string key = place(problem);
      reading.problem(reading.line_of(key), key, problem.message);
    }
    return nullptr;
  }
  for (const auto& problem : policy::lint(**compiled)) {
    const std::string key = place(problem);
    reading.warn(reading.line_of(key), key, problem.message);
  }
  return *compiled;
}

/// What rules may name. Of a file that stands by itself nothing is known.
struct Known {
  policy::Texts servers, endpoints;
};

Known known_to(const Config& config) {
  Known out;
  for (const Server& server : config.servers) out.servers.push_back(server.name);
  for (const Endpoint& endpoint : config.endpoints) out.endpoints.push_back(endpoint.path);
  return out;
}

/// A rule that names what is not there never applies, which nobody notices if it is one that denies.
void warn_of_strangers(Reading& reading, const std::string& key, const policy::Texts& patterns,
                       const policy::Texts& known, std::string_view kind) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const auto fits = [&](const std::string& name) { return matches_wildcards(patterns[i], name); };
    const std::string place = key + "[" + std::to_string(i) + "]";
    if (std::ranges::none_of(known, fits))
      reading.warn(reading.line_of(place), place,
                   "'" + patterns[i] + "' is " + std::string(kind) + " in this configuration");
  }
}

void warn_of_strangers(Reading& reading, const PolicySource& source, const std::string& prefix, const Known& known) {
  const auto warn = [&](const std::string& key, const auto& place) {
    warn_of_strangers(reading, key + ".servers", place.servers, known.servers, "no server");
    warn_of_strangers(reading, key + ".endpoints", place.endpoints, known.endpoints, "the path of no endpoint");
  };
  const auto warn_of_rules = [&](const std::string& key, const std::vector<policy::RuleSource>& rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) warn(key + "rules[" + std::to_string(i) + "].what", rules[i].what);
  };
  warn_of_rules(prefix, source.rules);
  for (std::size_t i = 0; i < source.layers.size(); ++i) {
    const std::string key = prefix + "layers[" + std::to_string(i) + "]";
    warn(key, source.layers[i]);
    warn_of_rules(key + ".", source.layers[i].rules);
  }
}

Reading reading_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return {path, Expander(Expander::Dialect::own, Unset::refuse, directory), {}, {}, {}, {}};
}

/// Of a policy file.
std::shared_ptr<const policy::Policy> read_rules(Reading& reading, const std::string& text, PolicySource& source) {
  auto tree = read_yaml(text);
  if (!tree) {
    reading.problem(tree.error().line, "", tree.error().message);
    return nullptr;
  }
  parse_section(reading, policy_section(), *tree, "", &source);
  if (!source.file.empty())
    reading.problem(reading.line_of("file"), "file", "a policy file does not refer to another one");
  if (!reading.problems.empty()) return nullptr;
  return compile(reading, source, "");
}

void take_over(Problems& all, Problems more) {
  std::ranges::stable_sort(more, {}, &Problem::line);
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool is_policy_file(const Node& root) { return root.find("rules") || root.find("default") || root.find("layers"); }

}  // namespace

void complete_policy(Reading& reading) {
  if (!reading.config.policy && reading.config.auth.needed())
    reading.warn(
        reading.line_of("auth"), "auth",
        "there is no 'policy', so nobody may do anything; write `policy: { default: allow }` to let everybody who "
        "gets in do everything");
  if (!reading.config.policy) return;
  PolicySource& source = *reading.config.policy;
  if (source.file.empty()) {
    if (!reading.problems.empty()) return;
    (void)compile(reading, source, "policy.");
    return warn_of_strangers(reading, source, "policy.", known_to(reading.config));
  }
  const std::string file = source.file;
  if (source != PolicySource{.file = file})
    reading.problem(reading.line_of("policy.file"), "policy.file",
                    "has all of the policy; nothing else stands beside it");
  const std::string path = reading.expander.resolve(file);
  const auto text = reading.expander.read(file, kMaxFileBytes);
  if (!text) return reading.problem(reading.line_of("policy.file"), "policy.file", text.error());
  Reading own = reading_of(path);
  source = PolicySource();
  (void)read_rules(own, *text, source);
  warn_of_strangers(own, source, "", known_to(reading.config));
  source.file = file;
  take_over(reading.problems, std::move(own.problems));
  take_over(reading.warnings, std::move(own.warnings));
}

std::expected<LoadedPolicy, Problems> load_policy(const std::string& path) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return std::unexpected(Problems{{path, 0, "", text.error()}});
  const auto tree = read_yaml(*text);
  if (tree && !is_policy_file(*tree)) {
    auto loaded = load_file(path);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    if (!loaded->config.policy) return std::unexpected(Problems{{path, 0, "policy", "is not in this configuration"}});
    return LoadedPolicy{*policy::Policy::compile(*loaded->config.policy), std::move(loaded->warnings)};
  }
  Reading reading = reading_of(path);
  PolicySource source;
  auto policy = read_rules(reading, *text, source);
  std::ranges::stable_sort(reading.problems, {}, &Problem::line);
  if (!reading.problems.empty()) return std::unexpected(std::move(reading.problems));
  return LoadedPolicy{std::move(policy), std::move(reading.warnings)};
}

}  // namespace gatehouse::config
