#include "gateway/config/expand.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace gatehouse::config {
namespace {

bool is_name(std::string_view text) {
  const auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) && std::ranges::all_of(text, is_word);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// `api-key` and `workspaceFolder` as names of environment variables: `API_KEY`, `WORKSPACE_FOLDER`.
std::string environment_name(std::string_view text) {
  std::string out;
  bool was_small = false;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isupper(u) && was_small) out += '_';
    out += std::isalnum(u) ? static_cast<char>(std::toupper(u)) : '_';
    was_small = std::islower(u) != 0;
  }
  return !out.empty() && std::isdigit(static_cast<unsigned char>(out[0])) ? "_" + out : out;
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path, std::size_t max_bytes) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return std::unexpected(std::string("cannot be read: it is a directory"));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected("cannot be read: " + std::string(std::strerror(errno ? errno : EIO)));
  std::string out(max_bytes + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (in.bad()) return std::unexpected(std::string("cannot be read to its end"));
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (out.size() > max_bytes) return std::unexpected("is larger than " + std::to_string(max_bytes) + " bytes");
  return out;
}

std::string escape_literal(std::string_view text, bool secret) {
  std::string out = secret && (text.starts_with("file:") || text.starts_with("$$file:")) ? "$$" : "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) out += '$';
    out += text[i];
  }
  return out;
}

std::string Expander::resolve(std::string_view path) const {
  const char* home = std::getenv("HOME");
  if (path.starts_with("~/") && home) return std::string(home) + std::string(path.substr(1));
  if (path.starts_with('/') || directory_.empty()) return std::string(path);
  return (std::filesystem::path(directory_) / path).lexically_normal().string();
}

std::expected<std::string, std::string> Expander::read(std::string_view path, std::size_t max_bytes) {
  const std::string full = resolve(path);
  if (std::ranges::find(files_, full) == files_.end()) files_.push_back(full);
  auto content = read_file(full, max_bytes);
  if (!content) return std::unexpected("file '" + full + "' " + content.error());
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  return content;
}

void Expander::file(std::string_view path, Expanded& out) {
  if (path.empty()) return out.problems.push_back("'file:' needs a path"), void();
  auto content = read(path);
  if (!content) return out.problems.push_back(content.error()), void();
  out.value += *content;
}

void Expander::environment(std::string_view name, std::string_view rest, std::string_view wanted_by, Expanded& out) {
  const bool has_default = rest.starts_with(":-");
  const char* value = std::getenv(std::string(name).c_str());
  if (value && (*value || !has_default)) {
    out.value += value;
  } else if (has_default) {
    out.value += rest.substr(2);
  } else {
    std::string message = "environment variable " + std::string(name) + " is not set";
    if (!wanted_by.empty())
      message += "; the client fills '${" + std::string(wanted_by) + "}' by itself, Gatehouse reads that variable";
    out.unresolved = unset_ == Unset::keep;
    (out.unresolved ? out.notes : out.problems).push_back(std::move(message));
  }
}

void Expander::variable(std::string_view inner, Expanded& out) {
  if (inner.starts_with("file:")) return file(inner.substr(5), out);
  const auto colon = std::min(inner.find(":-"), inner.size());
  if (!is_name(inner.substr(0, colon)))
    return out.problems.push_back("'${" + std::string(inner) + "}' names no variable; write '$${' for a literal '${'"),
           void();
  environment(inner.substr(0, colon), inner.substr(colon), {}, out);
}

void Expander::client_variable(std::string_view inner, Expanded& out) {
  if (inner == "/" || inner == "pathSeparator") return out.value += '/', out.reference += '/', void();
  std::string_view wanted_by;
  std::string name;
  std::string_view rest;
  if (const auto at = inner.find(":-"); at != inner.npos) {
    rest = inner.substr(at);
    inner = inner.substr(0, at);
  }
  if (inner.starts_with("env:")) inner.remove_prefix(4);
  if (inner.starts_with('{')) inner = trimmed(inner.substr(1));  // Continue: ${{ secrets.NAME }}
  if (inner == "userHome") {
    name = "HOME";
  } else if (inner.starts_with("input:") || inner.starts_with("secrets.") || inner.starts_with("inputs.")) {
    wanted_by = inner;
    name = environment_name(inner.substr(inner.find_first_of(":.") + 1));
  } else if (is_name(inner)) {
    const bool editor = std::islower(static_cast<unsigned char>(inner[0])) &&
                        std::ranges::any_of(inner, [](unsigned char c) { return std::isupper(c); });
    if (editor) wanted_by = inner;
    name = editor ? environment_name(inner) : std::string(inner);
  } else {
    wanted_by = inner;
    name = environment_name(inner);
  }
  if (name.empty()) return out.problems.push_back("'${}' names no variable"), void();
  out.reference += "${" + name + std::string(rest) + "}";
  environment(name, rest, wanted_by, out);
}

Expanded Expander::expand(std::string_view text, bool secret) {
  Expanded out;
  const bool own = dialect_ == Dialect::own;
  bool has_reference = false;
  if (own && secret && text.starts_with("file:")) {
    out.reference = text;
    const auto inner = Expander(dialect_, unset_, directory_).expand(text.substr(5));
    out.problems = inner.problems;
    if (out.problems.empty()) file(inner.value, out);
    return out;
  }
  std::size_t at = own && secret && text.starts_with("$$file:") ? 2 : 0;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (own && rest.starts_with("$${")) {
      out.value += "${";
      at += 3;
    } else if (rest.starts_with("${")) {
      const bool twice = !own && rest.starts_with("${{");
      const auto end = rest.find(twice ? "}}" : "}");
      if (end == rest.npos) return out.problems.push_back("'${' is not closed by '}'"), out;
      has_reference = true;
      own ? variable(rest.substr(2, end - 2), out) : client_variable(rest.substr(2, end - 2), out);
      at += end + (twice ? 2 : 1);
    } else {
      out.value += rest[0];
      if (!own) out.reference += rest[0];
      ++at;
    }
  }
  if (own) out.reference = text;
  if (!has_reference) out.reference.clear();
  return out;
}

}  // namespace gatehouse::config
