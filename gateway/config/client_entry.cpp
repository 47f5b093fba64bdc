#include "gateway/config/client_entry.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/config/quantity.hpp"

namespace gatehouse::config {
namespace {

enum class Use {
  command,
  args,
  env,
  env_file,
  cwd,
  url,
  headers,
  nested_headers,
  type,
  timeout,
  quiet,
  filter,
  approval
};
struct Word {
  std::string_view name;
  Use use;
};
/// What clients call things.
constexpr std::array kWords = {
    Word{"command", Use::command},
    Word{"cmd", Use::command},
    Word{"args", Use::args},
    Word{"arguments", Use::args},
    Word{"env", Use::env},
    Word{"envs", Use::env},
    Word{"environment", Use::env},
    Word{"envFile", Use::env_file},
    Word{"cwd", Use::cwd},
    Word{"workingDirectory", Use::cwd},
    Word{"url", Use::url},
    Word{"serverUrl", Use::url},
    Word{"httpUrl", Use::url},
    Word{"uri", Use::url},
    Word{"headers", Use::headers},
    Word{"http_headers", Use::headers},
    Word{"requestInit", Use::nested_headers},
    Word{"requestOptions", Use::nested_headers},
    Word{"type", Use::type},
    Word{"transport", Use::type},
    Word{"transportType", Use::type},
    Word{"timeout", Use::timeout},
    Word{"disabled", Use::quiet},
    Word{"enabled", Use::quiet},
    Word{"name", Use::quiet},
    Word{"description", Use::quiet},
    Word{"source", Use::quiet},
    Word{"icon", Use::quiet},
    Word{"gallery", Use::quiet},
    Word{"includeTools", Use::filter},
    Word{"excludeTools", Use::filter},
    Word{"disabledTools", Use::filter},
    Word{"disabled_tools", Use::filter},
    Word{"enabled_tools", Use::filter},
    Word{"available_tools", Use::filter},
    Word{"options", Use::filter},
    Word{"autoApprove", Use::approval},
    Word{"alwaysAllow", Use::approval},
    Word{"trust", Use::approval},
};

std::optional<Transport> transport_named(std::string_view name) {
  if (name == "stdio" || name == "local") return Transport::stdio;
  if (name == "sse") return Transport::sse;
  if (name == "remote") return Transport::automatic;
  static constexpr std::array<std::string_view, 5> kHttp = {"http", "streamable-http", "streamable_http",
                                                            "streamableHttp", "streamable"};
  if (std::ranges::find(kHttp, name) != kHttp.end()) return Transport::http;
  return std::nullopt;
}

class Entry {
 public:
  Entry(Reading& reading, const Node& node, Server& server)
      : reading_(reading), node_(node), server_(server), key_("servers." + server.name) {}

  void read() {
    reading_.lines.emplace(key_, node_.line);
    for (const Member& member : node_.members) read_member(member);
    for (const Node* file : env_files_) env_file(*file);
    finish();
  }

 private:
  [[nodiscard]] std::string path(std::string_view name) const { return key_ + "." + std::string(name); }

  void read_field(std::string_view name, const Node& value) {
    const Key& key = *server_section().find(name);
    read_key(reading_, key, value, path(name), key.slot(&server_));
  }

  void read_member(const Member& member) {
    const auto word = std::ranges::find(kWords, member.key, &Word::name);
    if (word == kWords.end()) return reading_.warn(member.line, path(member.key), "unknown key, ignored");
    switch (word->use) {
      case Use::command: return command(member.value);
      case Use::args: return read_field("args", member.value);
      case Use::env: return read_field("env", member.value);
      case Use::env_file: return env_files_.push_back(&member.value);
      case Use::cwd: return read_field("cwd", member.value);
      case Use::url: return url(member);
      case Use::headers: return read_field("headers", member.value);
      case Use::nested_headers: return nested_headers(member);
      case Use::type: return type(member.value);
      case Use::timeout: return timeout(member.value);
      case Use::quiet: return;
      case Use::filter:
        return reading_.warn(member.line, path(member.key), "not applied: Gatehouse serves all tools of the server");
      case Use::approval:
        return reading_.warn(member.line, path(member.key), "not applied: approving calls is the client's business");
    }
  }

  /// Text; Zed's `{path, args, env}`; or a list of the program and its arguments.
  void command(const Node& value) {
    if (value.is_map()) {
      reading_.lines.emplace(path("command"), value.line);
      if (const Node* program = value.find("path")) read_field("command", *program);
      if (const Node* args = value.find("args")) read_field("args", *args);
      if (const Node* env = value.find("env")) read_field("env", *env);
    } else if (value.is_list() && !value.items.empty()) {
      read_field("command", value.items[0]);
      Node rest = value;
      rest.items.erase(rest.items.begin());
      read_field("args", rest);
    } else {
      read_field("command", value);
    }
  }

  void url(const Member& member) {
    if (reading_.is_written(path("url"))) {  // Gemini CLI: httpUrl wins over url
      reading_.warn(member.line, path(member.key),
                    "a second address; '" + std::string(member.key == "httpUrl" ? "httpUrl" : url_key_) + "' is used");
      if (member.key != "httpUrl") return;
    }
    url_key_ = member.key;
    read_field("url", member.value);
    if (member.key == "httpUrl") server_.transport = Transport::http;
  }

  void nested_headers(const Member& member) {
    const Node* headers = member.value.find("headers");
    if (headers) read_field("headers", *headers);
    if (!headers || member.value.members.size() > 1)
      reading_.warn(member.line, path(member.key), "only its 'headers' are read");
  }

  void type(const Node& value) {
    const auto transport = transport_named(value.text);
    if (!transport) return reading_.problem(value.line, path("type"), "is none of stdio, http, streamable-http or sse");
    type_ = transport;
    type_line_ = value.line;
  }

  /// Clients disagree about the unit: Cline writes seconds, others milliseconds.
  void timeout(const Node& value) {
    const auto number = value.is_scalar() ? parse_count(value.text) : std::unexpected(std::string());
    if (!number || *number == 0 || *number > 86'400'000)
      return reading_.warn(value.line, path("timeout"), "ignored: it is no number of milliseconds or seconds");
    server_.timeout = *number < 1000 ? Milliseconds{*number * 1000} : Milliseconds{*number};
    server_.max_timeout = std::max(server_.max_timeout, server_.timeout);
    if (*number < 1000)
      reading_.warn(
          value.line, path("timeout"),
          "taken as " + format_duration(server_.timeout) + "; numbers below 1000 are seconds, others milliseconds");
  }

  void env_file(const Node& value) {
    auto name = read_scalar(reading_, value, path("envFile"));
    if (!name) return;
    reading_.config.references.erase(path("envFile"));
    const auto text = reading_.expander.read(name->value);
    if (!text) return reading_.problem(value.line, path("envFile"), text.error());
    for (auto& [variable, content] : parse_env_file(*text))
      if (std::ranges::find(server_.env, variable, &Pairs::value_type::first) == server_.env.end())
        server_.env.emplace_back(std::move(variable), std::move(content));
  }

  /// `type` decides between a program and an address if the client gave both.
  void finish() {
    const bool program = reading_.is_written(path("command")), address = reading_.is_written(path("url"));
    if (type_ == Transport::stdio && program && address) {
      reading_.warn(type_line_, key_, "has 'command' and an address; its type says that it is a program");
      forget("url"), forget("headers");
      server_.url.reset();
      server_.headers.clear();
    } else if (type_ && type_ != Transport::stdio && program && address) {
      reading_.warn(type_line_, key_, "has 'command' and an address; its type says that it is an address");
      forget("command"), forget("args"), forget("env"), forget("cwd");
      server_.command.clear(), server_.args.clear(), server_.env.clear(), server_.cwd.clear();
    } else if (type_ == Transport::stdio && !program) {
      reading_.problem(type_line_, path("type"), "'stdio' needs 'command'");
    } else if (type_ && type_ != Transport::stdio && !address) {
      reading_.problem(type_line_, path("type"), "an address is needed ('url')");
    }
    if (type_ && *type_ != Transport::automatic) server_.transport = *type_;
    if (server_.is_stdio()) server_.transport = Transport::stdio;
    if (!server_.cwd.empty()) server_.cwd = reading_.expander.resolve(server_.cwd);
  }

  void forget(std::string_view name) {
    const std::string start = path(name);
    std::erase_if(reading_.lines, [&](const auto& line) { return line.first.starts_with(start); });
    std::erase_if(reading_.config.references, [&](const auto& reference) { return reference.first.starts_with(start); });
  }

  Reading& reading_;
  const Node& node_;
  Server& server_;
  const std::string key_;
  std::string url_key_;
  std::vector<const Node*> env_files_;
  std::optional<Transport> type_;
  int type_line_ = 0;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

void read_client_entry(Reading& reading, const Node& node, Server& server) { Entry(reading, node, server).read(); }

Pairs parse_env_file(std::string_view text) {
  Pairs out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    if (line.starts_with('#') || equals == line.npos || equals == 0) continue;
    std::string_view value = trimmed(line.substr(equals + 1));
    const bool in_quotes =
        value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    if (in_quotes) {
      value = value.substr(1, value.size() - 2);
    } else if (const auto comment = value.find(" #"); comment != value.npos) {
      value = trimmed(value.substr(0, comment));
    }
    out.emplace_back(trimmed(line.substr(0, equals)), value);
  }
  return out;
}

}  // namespace gatehouse::config
