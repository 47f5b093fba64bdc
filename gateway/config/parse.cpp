#include <algorithm>
#include <array>
#include <set>

#include <gatehouse/base/function_ref.hpp>

#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

/// Keys that people try for good reasons and that deserve more than "unknown".
struct Hint {
  std::string_view section, key, message;
};
constexpr std::array kHints = {
    Hint{"", "audit", "not available in this version"},
    Hint{"", "store", "not available in this version"},
    Hint{"", "telemetry", "not available in this version; metrics are on the admin listener under /metrics"},
    Hint{"", "mcpServers", "this is how clients write their files; write 'servers', or start with --mcp-servers FILE"},
    Hint{"servers.<name>", "type",
         "not needed: a server with 'command' is started, one with 'url' is called; see 'transport'"},
};

void report_unknown(Reading& reading, const Section& section, const Member& member, const std::string& path) {
  const auto hint =
      std::ranges::find_if(kHints, [&](const Hint& h) { return h.section == section.path && h.key == member.key; });
  if (hint != kHints.end()) return reading.problem(member.line, path, std::string(hint->message));
  std::vector<std::string_view> names;
  for (const Key& key : section.keys) names.push_back(key.name);
  const auto meant = nearest(member.key, names);
  reading.problem(member.line, path,
                  meant.empty() ? "unknown key" : "unknown key; did you mean '" + std::string(meant) + "'?");
}

using OnSection = FunctionRef<void(const Member&, const std::string& path)>;

void read_nested(Reading& reading, const Nested& nested, const Node& node, const std::string& path, void* owner);

/// Reads a map of known keys; `on_section` gets the members that are sections themselves.
void read_section(Reading& reading, const Section& section, const Node& node, const std::string& path, void* owner,
                  OnSection on_section) {
  if (node.kind == Node::Kind::null) return;
  if (!node.is_map())
    return reading.problem(node.line, path, "must be a map of keys, not " + std::string(kind_name(node)));
  std::set<std::string_view> seen;
  for (const Member& member : node.members) {
    const std::string member_path = key_path(path, member.key);
    const Key* key = section.find(member.key);
    reading.lines.emplace(member_path, member.line);
    if (!key) {
      report_unknown(reading, section, member, member_path);
    } else if (!seen.insert(member.key).second) {
      reading.problem(member.line, member_path, "stands here twice");
    } else if (key->nested) {
      read_nested(reading, *key->nested, member.value, member_path, owner);
    } else if (key->shape == Shape::section) {
      on_section(member, member_path);
    } else {
      read_key(reading, *key, member.value, member_path, key->slot(owner));
    }
  }
}
constexpr auto no_sections = [](const Member&, const std::string&) {};

void read_nested(Reading& reading, const Nested& nested, const Node& node, const std::string& path, void* owner) {
  const Section& section = nested.section();
  if (nested.form != Nested::Form::list) {
    read_section(reading, section, node, path, nested.open(owner), no_sections);
  } else if (!node.is_list()) {
    reading.problem(node.line, path, "must be a list, not " + std::string(kind_name(node)));
  } else {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      reading.lines.emplace(item_path, node.items[i].line);
      read_section(reading, section, node.items[i], item_path, nested.open(owner), no_sections);
    }
  }
}

void read_endpoints(Reading& reading, const Node& node, const std::string& path) {
  if (!node.is_list() || node.items.empty())
    return reading.problem(node.line, path, "must be a list of endpoints; leave it out for /mcp with all servers");
  reading.config.endpoints.clear();
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string item_path = path + "[" + std::to_string(i) + "]";
    reading.lines.emplace(item_path, node.items[i].line);
    Endpoint endpoint;
    read_section(reading, endpoint_section(), node.items[i], item_path, &endpoint, no_sections);
    reading.config.endpoints.push_back(std::move(endpoint));
  }
}

void read_server_part(Reading& reading, Server& server, const Member& member, const std::string& path) {
  const ServerPart& part = server_part(member.key);
  const Node& node = member.value;
  if (node.is_scalar() && (node.text == "off" || node.text == "false")) {
    part.turn_off(server);
  } else if (node.is_scalar()) {
    reading.problem(node.line, path, "must be 'off' or a map of keys");
  } else {
    read_section(reading, part.section, node, path, part.owner(server), no_sections);
  }
}

/// A list is short for `rates`.
void read_limits(Reading& reading, const Node& node, const std::string& path) {
  Limits& limits = reading.config.limits;
  if (node.is_list())
    return read_nested(reading, *limits_section().find("rates")->nested, node, path + ".rates", &limits);
  read_section(reading, limits_section(), node, path, &limits, no_sections);
}

void read_servers(Reading& reading, const Node& node, const std::string& path) {
  if (node.kind == Node::Kind::null) return;
  if (!node.is_map())
    return reading.problem(node.line, path, "must be a map of server names, not " + std::string(kind_name(node)));
  std::set<std::string_view> seen;
  for (const Member& member : node.members) {
    const std::string member_path = key_path(path, member.key);
    reading.lines.emplace(member_path, member.line);
    if (!seen.insert(member.key).second) {
      reading.problem(member.line, member_path, "stands here twice");
      continue;
    }
    Server server;
    server.name = member.key;
    const auto on_part = [&](const Member& part, const std::string& part_path) {
      read_server_part(reading, server, part, part_path);
    };
    read_section(reading, server_section(), member.value, member_path, &server, on_part);
    if (server.is_stdio()) server.transport = Transport::stdio;
    if (!server.cwd.empty()) server.cwd = reading.expander.resolve(server.cwd);
    reading.config.servers.push_back(std::move(server));
  }
}

void read_admin(Reading& reading, const Node& node, const std::string& path) {
  if (node.is_scalar() && (node.text == "off" || node.text == "false")) {
    reading.config.admin.reset();
  } else if (node.is_scalar()) {
    reading.problem(node.line, path, "must be 'off' or {listen: 127.0.0.1:9901}");
  } else {
    read_section(reading, admin_section(), node, path, &reading.config, no_sections);
  }
}

}  // namespace

void parse_section(Reading& reading, const Section& section, const Node& node, const std::string& path, void* owner) {
  read_section(reading, section, node, path, owner, no_sections);
}

void parse(Reading& reading, const Node& root) {
  const auto on_section = [&reading](const Member& member, const std::string& path) {
    if (member.key == "admin") return read_admin(reading, member.value, path);
    if (member.key == "endpoints") return read_endpoints(reading, member.value, path);
    if (member.key == "servers") return read_servers(reading, member.value, path);
    read_limits(reading, member.value, path);
  };
  read_section(reading, top_section(), root, "", &reading.config, on_section);
}

}  // namespace gatehouse::config
