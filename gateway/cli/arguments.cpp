#include "gateway/cli/arguments.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace gatehouse::cli {
namespace {

constexpr std::size_t kMaxBytes = 64u << 20;

std::unexpected<Error> wrong(std::string message) {
  return fail(Kind::invalid_params, Origin::client, std::move(message));
}

Result<std::string> read_all(std::FILE* file, const std::string& name) {
  std::string text;
  char part[65536];
  while (const std::size_t got = std::fread(part, 1, sizeof part, file)) {
    text.append(part, got);
    if (text.size() > kMaxBytes) return wrong(name + " is larger than 64 MiB");
  }
  if (std::ferror(file)) return fail(Kind::io, Origin::gateway, name + ": " + std::generic_category().message(errno));
  return text;
}

Result<std::string> read_file(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return fail(Kind::io, Origin::gateway, path + ": " + std::generic_category().message(errno));
  return read_all(file.get(), path);
}

Result<json::Value> read_object(const std::string& text) {
  Result<std::string> json = text == "-"             ? read_all(stdin, "standard input")
                             : text.starts_with('@') ? read_file(text.substr(1))
                                                     : Result<std::string>(text);
  if (!json) return fail(std::move(json.error()));
  auto value = json::parse(*json);
  if (!value) return wrong("the arguments are no JSON: " + value.error().message);
  if (!value->is_object()) return wrong("the arguments must be a JSON object, like '{\"city\": \"Oslo\"}'");
  return value;
}

}  // namespace

Result<json::Value> read_arguments(const std::string& text, std::span<const std::string> pairs) {
  auto arguments = text.empty() ? json::Value::object() : read_object(text);
  if (!arguments) return arguments;
  for (const std::string& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == pair.npos || equals == 0) return wrong("--arg must be 'key=value', not '" + pair + "'");
    const std::string value = pair.substr(equals + 1);
    auto parsed = json::parse(value);
    arguments->set(pair.substr(0, equals), parsed ? std::move(*parsed) : json::Value(value));
  }
  return arguments;
}

}  // namespace gatehouse::cli
