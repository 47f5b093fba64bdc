#include "gateway/cli/target.hpp"

#include <algorithm>

#include "gateway/cli/configuration.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/config/reading.hpp"

namespace gatehouse::cli {
namespace {

constexpr char kSeparator = '.';  // no server's name contains it

std::optional<std::vector<upstream::Options>> server_at(const Target& target) {
  upstream::Options server;
  auto url = net::parse_url(target.url);
  if (!url) {
    complain("--url: " + url.error().message);
    return std::nullopt;
  }
  server.url = std::move(*url);
  for (const std::string& header : target.headers) {
    const auto colon = header.find(':');
    if (colon == header.npos || colon == 0) {
      complain("--header: must be 'Name: value'");
      return std::nullopt;
    }
    const auto value = header.find_first_not_of(' ', colon + 1);
    server.headers.emplace_back(header.substr(0, colon), value == header.npos ? "" : header.substr(value));
  }
  return std::vector{std::move(server)};
}

void complain_about(const std::vector<upstream::Options>& servers, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& server : servers) known.push_back(server.name);
  const auto meant = config::nearest(name, known);
  std::string text = "no server is called '" + one_line(name) + "'";
  if (!meant.empty())
    text.append("; did you mean '").append(meant).append("'?");
  else if (servers.empty())
    text += "; none is configured";
  else
    text += "; `gatehouse servers` lists them";
  complain(text);
}

}  // namespace

std::optional<std::vector<upstream::Options>> servers_of(const Target& target) {
  if (!target.url.empty()) return server_at(target);
  if (!target.headers.empty()) {
    complain("--header: belongs to --url; for configured servers write 'headers' in the configuration");
    return std::nullopt;
  }
  auto config = load_or_show(target.source);
  if (!config) return std::nullopt;
  return std::move(config->servers);
}

std::string shown_address(const upstream::Options& server) {
  if (server.is_stdio()) return server.command;
  net::Url url = *server.url;
  url.target.resize(std::min(url.target.find('?'), url.target.size()));
  return url.str();
}

std::string shown_name(const upstream::Options& server) {
  return server.name.empty() ? shown_address(server) : server.name;
}

std::string shown_tool(const upstream::Options& server, std::string_view tool) {
  return server.name.empty() ? std::string(tool) : server.name + kSeparator + std::string(tool);
}

std::optional<ToolName> find_tool(const std::vector<upstream::Options>& servers, const std::string& name) {
  if (servers.size() == 1 && servers.front().name.empty()) return ToolName{&servers.front(), name};
  const auto dot = name.find(kSeparator);
  const std::string server_name = name.substr(0, dot);
  const auto server = std::ranges::find(servers, server_name, &upstream::Options::name);
  if (server == servers.end()) {
    complain_about(servers, server_name);
    return std::nullopt;
  }
  return ToolName{&*server, dot == name.npos ? "" : name.substr(dot + 1)};
}

}  // namespace gatehouse::cli
