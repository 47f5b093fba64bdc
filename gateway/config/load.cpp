#include "gateway/config/load.hpp"

#include <algorithm>
#include <filesystem>

#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

using Dialect = Expander::Dialect;

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [name](std::string_view ending) { return name.ends_with(ending); });
}

/// The file name decides; without a telling one, a client's file is JSON and our own is YAML.
std::expected<Node, Problem> read_tree(std::string_view text, std::string_view name, Dialect dialect) {
  if (text.size() > kMaxFileBytes) return std::unexpected(Problem{"", 0, "", "is larger than 4 MiB"});
  if (name.ends_with(".toml"))
    return std::unexpected(Problem{
        "", 0, "", "TOML is not supported; copy the servers into JSON: {\"mcpServers\": {\"name\": {\"command\": …}}}"});
  const bool json = ends_with_any(name, {".json", ".jsonc", ".json5"});
  const bool yaml = ends_with_any(name, {".yaml", ".yml"});
  return json || (!yaml && dialect == Dialect::client) ? read_json(text) : read_yaml(text);
}

void sort_by_line(Problems& problems) { std::ranges::stable_sort(problems, {}, &Problem::line); }

std::expected<Loaded, Problems> load(std::string_view text, const std::string& name, Dialect dialect, Unset unset) {
  auto tree = read_tree(text, name, dialect);
  if (!tree) {
    tree.error().file = name;
    return std::unexpected(Problems{std::move(tree.error())});
  }
  Reading reading{name, Expander(dialect, unset, std::filesystem::path(name).parent_path().string()), {}, {}, {}, {}};
  dialect == Dialect::own ? parse(reading, *tree) : parse_client(reading, *tree);
  complete_policy(reading);
  validate(reading);
  sort_by_line(reading.problems);
  sort_by_line(reading.warnings);
  if (!reading.problems.empty()) return std::unexpected(std::move(reading.problems));
  return Loaded{std::move(reading.config), std::move(reading.warnings), reading.expander.files()};
}

std::expected<Loaded, Problems> load_from(const std::string& path, Dialect dialect, Unset unset) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return std::unexpected(Problems{{path, 0, "", text.error()}});
  auto loaded = load(*text, path, dialect, unset);
  if (loaded) loaded->files.insert(loaded->files.begin(), path);
  return loaded;
}

}  // namespace

std::string Problem::str() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line);
  if (!out.empty()) out += ": ";
  if (!key.empty()) out += key + ": ";
  return out + message;
}

std::expected<Loaded, Problems> load_file(const std::string& path) {
  return load_from(path, Dialect::own, Unset::refuse);
}
std::expected<Loaded, Problems> load_text(std::string_view text, const std::string& file_name) {
  return load(text, file_name, Dialect::own, Unset::refuse);
}
std::expected<Loaded, Problems> load_client_file(const std::string& path, Unset unset) {
  return load_from(path, Dialect::client, unset);
}
std::expected<Loaded, Problems> load_client_text(std::string_view text, const std::string& file_name, Unset unset) {
  return load(text, file_name, Dialect::client, unset);
}

}  // namespace gatehouse::config
