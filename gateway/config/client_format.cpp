#include <algorithm>
#include <array>
#include <cctype>

#include "gateway/config/client_entry.hpp"

namespace gatehouse::config {
namespace {

struct Place {
  const Node* servers = nullptr;
  std::string path;  ///< As the file calls it.
};

/// Where clients keep their servers: Claude, Cursor, Windsurf, Gemini CLI, Cline and Continue; VS Code; Zed; others.
Place find_servers(const Node& root) {
  static constexpr std::array<std::string_view, 5> kNames = {"mcpServers", "servers", "context_servers", "mcp_servers",
                                                             "amp.mcpServers"};
  for (const std::string_view name : kNames)
    if (const Node* servers = root.find(name)) return {servers, std::string(name)};
  const Node* mcp = root.find("mcp");
  if (!mcp || !mcp->is_map()) return {};
  for (const std::string_view name : {"servers", "mcpServers"})
    if (const Node* servers = mcp->find(name)) return {servers, "mcp." + std::string(name)};
  return {mcp, "mcp"};
}

bool is_set(const Node& entry, std::string_view key, std::string_view value) {
  const Node* node = entry.find(key);
  return node && node->is_scalar() && node->text == value;
}

/// A name by the rules for our own names: other characters become '-'.
std::string adapted(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    if (out.empty() && (!plain || c == '_' || c == '-')) continue;
    if (plain || out.back() != '-') out += plain ? c : '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "server" : out.substr(0, 64);
}

class ClientFile {
 public:
  explicit ClientFile(Reading& reading) : reading_(reading) {}

  void read(const Node& root) {
    if (!root.is_map()) return reading_.problem(root.line, "", "must be a map, not " + std::string(kind_name(root)));
    const Place place = find_servers(root);
    if (!place.servers)
      return reading_.problem(
          0, "", "no servers found: expected 'mcpServers', 'servers' (VS Code) or 'context_servers' (Zed)");
    reading_.lines.emplace("servers", place.servers->line);
    if (const Node* projects = root.find("projects"))
      reading_.warn(projects->line, "projects", "servers of single projects are not read");
    if (place.servers->is_map()) return entries(*place.servers);
    if (place.servers->is_list()) return list(*place.servers, place.path);
    if (place.servers->kind != Node::Kind::null)
      reading_.problem(place.servers->line, place.path,
                       "must be a map of server names, not " + std::string(kind_name(*place.servers)));
  }

 private:
  void entries(const Node& servers) {
    for (const Member& member : servers.members) entry(member.key, member.value, member.line);
  }

  void list(const Node& servers, const std::string& path) {
    for (std::size_t i = 0; i < servers.items.size(); ++i) {
      const Node& item = servers.items[i];
      const Node* name = item.find("name");
      if (name && name->is_scalar()) {
        entry(name->text, item, item.line);
      } else {
        reading_.problem(item.line, path + "[" + std::to_string(i) + "]", "has no 'name'");
      }
    }
  }

  void entry(const std::string& name, const Node& node, int line) {
    const std::string written = key_path("servers", name);
    if (!node.is_map())
      return reading_.problem(line, written, "must be a map of keys, not " + std::string(kind_name(node)));
    if (is_set(node, "disabled", "true") || is_set(node, "enabled", "false"))
      return reading_.warn(line, written, "is disabled there, so it is left out");
    Server server;
    server.name = unique(adapted(name));
    if (server.name != name)
      reading_.warn(line, written, "is called '" + server.name + "' here, by the rules for names");
    read_client_entry(reading_, node, server);
    reading_.config.servers.push_back(std::move(server));
  }

  [[nodiscard]] std::string unique(const std::string& name) const {
    const auto is_taken = [this](const std::string& n) {
      return std::ranges::find(reading_.config.servers, n, &Server::name) != reading_.config.servers.end();
    };
    std::string out = name;
    for (int i = 2; is_taken(out); ++i) out = name.substr(0, 60) + "-" + std::to_string(i);
    return out;
  }

  Reading& reading_;
};

}  // namespace

void parse_client(Reading& reading, const Node& root) { ClientFile(reading).read(root); }

}  // namespace gatehouse::config
