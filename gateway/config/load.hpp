#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.hpp"

namespace gatehouse::config {

/// One thing that is wrong (or odd) in a configuration. `file:line: key: message`.
struct Problem {
  std::string file;
  int line = 0;         ///< 1-based; 0: unknown.
  std::string key;      ///< `servers.jira.url`; may be empty.
  std::string message;  ///< What is wrong and what would be right. Never a value that came from `${…}` or `file:`.
  [[nodiscard]] std::string str() const;
};
using Problems = std::vector<Problem>;

struct Loaded {
  Config config;
  Problems warnings;               ///< Unknown keys of foreign formats, names that had to be changed, …
  std::vector<std::string> files;  ///< Everything that was read: the file, secrets, env files. Watch these for reload.
};

/// Reads Gatehouse's own YAML (JSON is YAML; `*.json` may have comments and trailing commas). All problems at once, in the order
/// of the file. `${ENV}`, `${ENV:-default}` and `${file:PATH}` work inside every value; `file:PATH` as a whole value of `headers`
/// and `env`. Relative paths start at the file's directory. A missing variable or file is a problem.
[[nodiscard]] std::expected<Loaded, Problems> load_file(const std::string& path);
[[nodiscard]] std::expected<Loaded, Problems> load_text(std::string_view text, const std::string& file_name);

/// What to do with a variable that is not set in a client's file: a running gateway needs its value, an import only its name.
enum class Unset { refuse, keep };

/// Reads a client's configuration (`mcpServers`, VS Code's `servers`, Zed's `context_servers` and the others of
/// docs/import.md): JSON with comments and trailing commas, or YAML. Everything besides the servers gets its default.
/// `${input:token}` and other variables of editors become environment variables (`TOKEN`). With `Unset::keep` those that are not
/// set are warnings, and the configuration is good for `to_yaml` only.
[[nodiscard]] std::expected<Loaded, Problems> load_client_file(const std::string& path, Unset unset = Unset::refuse);
[[nodiscard]] std::expected<Loaded, Problems> load_client_text(std::string_view text, const std::string& file_name,
                                                               Unset unset = Unset::refuse);

struct YamlOptions {
  bool defaults = true;  ///< Write keys that have their default value, too.
  bool literals =
      false;  ///< Write secrets that stood literally in the file instead of `***`. For files with mode 0600 only.
};

/// The configuration as YAML, ready to be read by `load_text`. What came from `${…}` or `file:` is written as that reference.
/// All other values of `env` and `headers`, arguments and query parameters with a telling name (`--api-key`) are masked as `***`,
/// unless `literals` is set; `load_text` refuses `***`.
[[nodiscard]] std::string to_yaml(const Config& config, YamlOptions options = {});

/// The JSON Schema (2020-12) of Gatehouse's own configuration: schema/gatehouse.schema.json.
[[nodiscard]] std::string schema_json();

}  // namespace gatehouse::config
