#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <gatehouse/transport/http_sse.hpp>

#include "gateway/config/reading.hpp"
#include "gateway/seal/seal.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> alphabets) {
  return std::ranges::all_of(text, [&](char c) {
    return std::ranges::any_of(alphabets, [c](std::string_view a) { return a.find(c) != a.npos; });
  });
}

/// Judges one Reading; `refuse` finds the line of a key by itself.
class Validation {
 public:
  explicit Validation(Reading& reading) : reading_(reading), config_(reading.config) {}

  void run() {
    listeners();
    hosts_and_origins();
    token_keys();
    for (const Server& server : config_.servers) one_server(server);
    for (std::size_t i = 0; i < config_.endpoints.size(); ++i) one_endpoint(i);
    if (config_.servers.empty())
      reading_.warn(reading_.line_of("servers"), "servers",
                    "no servers: the endpoints are empty until a reload brings some");
  }

 private:
  void refuse(const std::string& key, std::string message) {
    const int line = reading_.line_of(key);
    reading_.problem(line, key, std::move(message));
  }

  /// A value for a message: its reference if it has one.
  [[nodiscard]] std::string shown(const std::string& key, const std::string& value) const {
    const auto reference = config_.references.find(key);
    return "'" + (reference == config_.references.end() ? value : reference->second) + "'";
  }

  void listeners() {
    const auto check = [this](const net::ListenAddress& address, const std::string& key) {
      if (!address.is_loopback() && (key != "listen" || !config_.auth.needed()))
        refuse(key,
               "is not a loopback address. Without authentication Gatehouse listens on loopback addresses only "
               "(127.0.0.1, [::1], localhost), because everybody who reaches it may call every tool");
    };
    check(config_.listen, "listen");
    if (!config_.admin) return;
    check(*config_.admin, "admin.listen");
    if (config_.listen.port != 0 && config_.listen.port == config_.admin->port &&
        config_.listen.host == config_.admin->host)
      refuse("admin.listen", "is the same address as 'listen'");
  }

  void hosts_and_origins() {
    for (std::size_t i = 0; i < config_.allowed_hosts.size(); ++i) {
      const std::string& host = config_.allowed_hosts[i];
      const bool address =
          host.starts_with('[') && host.ends_with(']') && consists_of(host, {"[]:.", kDigits, "abcdefABCDEF"});
      const bool name = address || (!host.empty() && consists_of(host, {kLetters, kDigits, ".-_"}));
      if (!name)
        refuse("allowed_hosts[" + std::to_string(i) + "]",
               "must be a host name without scheme, port and path, like gw.example.com");
    }
    for (std::size_t i = 0; i < config_.allowed_origins.size(); ++i) {
      const auto url = net::parse_url(config_.allowed_origins[i]);
      if (!url || url->target != "/" || config_.allowed_origins[i].ends_with('/'))
        refuse("allowed_origins[" + std::to_string(i) + "]",
               "must be scheme and host without path, like https://app.example.com");
    }
  }

  void token_keys() {
    for (std::size_t i = 0; i < config_.token_keys.size(); ++i) {
      const std::string& secret = config_.token_keys[i];
      const bool unresolved = secret.find("${") != secret.npos;
      if (!unresolved && secret.size() < seal::KeyRing::kMinSecretBytes)
        refuse("token_keys[" + std::to_string(i) + "]",
               "has fewer than 32 characters; make one with: openssl rand -base64 32");
    }
  }

  void one_server(const Server& server) {
    const std::string key = key_path("servers", server.name);
    server_name(server.name);
    const bool program = reading_.is_written(key + ".command");
    const bool address = reading_.is_written(key + ".url");
    if (program && address) refuse(key, "has both 'command' and 'url'; a server is one of them");
    if (!program && !address && !has_problem(key)) refuse(key, "has neither 'command' nor 'url'");
    if (program != address) foreign_keys(key, program ? Side::program : Side::address);
    if (program) one_program(server, key);
    if (address) headers(server, key);
    if (server.transport == Transport::sse && server.era == Era::modern)
      refuse(key + ".era", "'modern' contradicts transport 'sse': HTTP+SSE exists in legacy revisions only");
    if (server.timeout > server.max_timeout)
      refuse(key + ".timeout", "is longer than 'max_timeout', so it could never be reached");
    resilience(server, key);
  }

  void resilience(const Server& server, const std::string& key) {
    if (server.first_byte_timeout > server.timeout)
      refuse(key + ".first_byte_timeout", "is longer than 'timeout', so it could never be reached");
    if (server.breaker.open_for > server.breaker.max_open_for && reading_.is_written(key + ".breaker.max_open_for"))
      refuse(key + ".breaker.max_open_for", "is shorter than 'open_for'");
    if (server.breaker.enabled && server.breaker.failures == 0 && server.breaker.error_rate == 0)
      refuse(key + ".breaker", "has neither 'failures' nor 'error_rate' to open it; 'breaker: off' says so");
    for (std::size_t i = 0; i < server.retry_safe.size(); ++i)
      if (server.retry_safe[i].empty()) refuse(key + ".retry_safe[" + std::to_string(i) + "]", "is empty");
    if (!server.retry_safe.empty() && server.retries.max == 0)
      refuse(key + ".retry_safe", "contradicts 'retries: off'");
  }

  void server_name(const std::string& name) {
    const bool right = !name.empty() && name.size() <= 64 && consists_of(name.substr(0, 1), {kLetters, kDigits}) &&
                       consists_of(name, {kLetters, kDigits, "_-"});
    if (right) return;
    refuse(key_path("servers", name), "is no server name: 1 to 64 of A-Z a-z 0-9 _ -, the first a letter or digit");
  }

  void foreign_keys(const std::string& server_key, Side side) {
    for (const Key& key : server_section().keys) {
      const std::string path = server_key + "." + std::string(key.name);
      if (key.side == Side::both || key.side == side || !reading_.is_written(path)) continue;
      refuse(path, side == Side::program ? "means nothing for a program ('command')"
                                         : "means nothing for an address ('url')");
    }
  }

  void one_program(const Server& server, const std::string& key) {
    if (server.command.empty() && !has_problem(key + ".command")) refuse(key + ".command", "is empty");
    if (server.command.find(' ') != server.command.npos && server.command.find('/') == server.command.npos)
      reading_.warn(reading_.line_of(key + ".command"), key + ".command",
                    "contains a space: no shell splits it; arguments belong to 'args'");
    for (const auto& [name, value] : server.env)
      if (name.empty() || name.find('=') != name.npos)
        refuse(key_path(key + ".env", name), "is no name for an environment variable");
  }

  void headers(const Server& server, const std::string& key) {
    static constexpr std::array<std::string_view, 16> kOwn = {
        "accept",         "connection",    "content-length", "content-type", "expect",
        "host",           "keep-alive",    "mcp-method",     "mcp-name",     "mcp-protocol-version",
        "mcp-session-id", "last-event-id", "trailer",        "te",           "transfer-encoding",
        "upgrade"};
    std::set<std::string> seen;
    for (const auto& [name, value] : server.headers) {
      const std::string path = key_path(key + ".headers", name);
      std::string lower = name;
      std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (name.empty() || !consists_of(name, {kLetters, kDigits, "!#$%&'*+-.^_`|~"}))
        refuse(path, "is no name for an HTTP header");
      if (std::ranges::find(kOwn, lower) != kOwn.end() || lower.starts_with("mcp-param-"))
        refuse(path, "is set by Gatehouse itself and cannot be configured");
      if (!seen.insert(lower).second) refuse(path, "stands here twice; upper and lower case are the same");
      const bool clean =
          std::ranges::none_of(value, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
      if (!clean) refuse(path, "contains a line break or another control character");
    }
  }

  void one_endpoint(std::size_t index) {
    const Endpoint& endpoint = config_.endpoints[index];
    const std::string key = "endpoints[" + std::to_string(index) + "]";
    endpoint_path(endpoint, index, key);
    const bool separates = endpoint.prefix == Prefix::server;
    const std::string& separator = endpoint.separator;
    if (separator.size() > 8 || (separates && separator.empty()) || !consists_of(separator, {kLetters, kDigits, "_.-"}))
      refuse(key + ".separator",
             "must be 1 to 8 of A-Z a-z 0-9 _ . -" + std::string(separates ? "" : ", or empty because prefix is none"));
    endpoint_servers(endpoint, key);
    endpoint_scopes(endpoint, key);
    if (endpoint.auth == EndpointAuth::none && !config_.listen.is_loopback())
      refuse(key + ".auth", "'none' is for loopback addresses only: whoever reaches it may call every tool");
    if (separates && !separator.empty()) ambiguous_prefixes(endpoint, key);
  }

  void endpoint_path(const Endpoint& endpoint, std::size_t index, const std::string& endpoint_key) {
    const std::string& path = endpoint.path;
    const std::string key = endpoint_key + ".path";
    const auto under = [&path](std::string_view base) {
      return path == base || (path.starts_with(base) && path[base.size()] == '/');
    };
    if (!path.starts_with('/')) {
      refuse(key, "must start with '/'");
    } else if (!consists_of(path, {kLetters, kDigits, "/._~-"}) || path.find("//") != path.npos ||
               (path.size() > 1 && path.ends_with('/'))) {
      refuse(key, "must be made of A-Z a-z 0-9 . _ ~ - between single slashes, without one at the end");
    } else if (path.find("/./") != path.npos || path.find("/../") != path.npos || path.ends_with("/.") ||
               path.ends_with("/..")) {
      refuse(key, "must not contain '.' or '..' as a segment");
    } else if (under("/health") || under("/.well-known")) {
      refuse(key, "is taken: /health and /.well-known belong to Gatehouse");
    }
    for (std::size_t i = 0; i < index; ++i)
      if (config_.endpoints[i].path == path) {
        refuse(key, "is the path of endpoints[" + std::to_string(i) + "], too");
        return;
      }
    for (std::size_t i = 0; i < config_.endpoints.size(); ++i) {
      const auto sse = transport::HttpSsePaths::below(config_.endpoints[i].path);
      if (config_.endpoints[i].http_sse && (path == sse.stream || path == sse.messages))
        refuse(key, "is where endpoints[" + std::to_string(i) + "] serves HTTP+SSE; set its 'http_sse' to false");
    }
  }

  /// They stand in challenges and metadata as they are. RS-7, RS-32.
  void endpoint_scopes(const Endpoint& endpoint, const std::string& key) {
    for (std::size_t i = 0; i < endpoint.scopes.size(); ++i) {
      const std::string& scope = endpoint.scopes[i];
      const std::string item = key + ".scopes[" + std::to_string(i) + "]";
      const bool is_scope = !scope.empty() && std::ranges::all_of(scope, [](unsigned char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
      });
      if (!is_scope) refuse(item, "is no scope: printable ASCII without spaces, \" and \\");
      if (scope == "offline_access")
        refuse(item, "is a matter of clients and their login provider: clients ask for it by themselves");
    }
  }

  void endpoint_servers(const Endpoint& endpoint, const std::string& key) {
    if (endpoint.servers.empty() && !has_problem(key + ".servers"))
      refuse(key + ".servers", "is empty; leave it out for all servers");
    std::vector<std::string_view> known;
    for (const Server& server : config_.servers) known.push_back(server.name);
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < endpoint.servers.size(); ++i) {
      const std::string& name = endpoint.servers[i];
      const std::string item = key + ".servers[" + std::to_string(i) + "]";
      if (!seen.insert(name).second) {
        refuse(item, shown(item, name) + " stands here twice");
      } else if (name != "*" && std::ranges::find(known, name) == known.end()) {
        const auto meant = nearest(name, known);
        refuse(item, "no server has the name " + shown(item, name) +
                         (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?"));
      }
    }
  }

  /// Names are resolved by the longest prefix, which is only safe if no prefix plus separator is the start of another one.
  /// GB-042.
  void ambiguous_prefixes(const Endpoint& endpoint, const std::string& key) {
    std::vector<std::string> prefixes;
    const bool all = std::ranges::find(endpoint.servers, "*") != endpoint.servers.end();
    for (const Server& server : config_.servers)
      if (all || std::ranges::find(endpoint.servers, server.name) != endpoint.servers.end())
        prefixes.push_back(server.name + endpoint.separator);
    std::ranges::sort(prefixes);
    const auto name = [&](const std::string& prefix) {
      return prefix.substr(0, prefix.size() - endpoint.separator.size());
    };
    for (std::size_t i = 0; i + 1 < prefixes.size(); ++i)
      for (std::size_t j = i + 1; j < prefixes.size() && prefixes[j].starts_with(prefixes[i]); ++j)
        if (prefixes[j] != prefixes[i])
          refuse(key + ".separator", shown(key + ".separator", endpoint.separator) + " cannot tell the tools of '" +
                                         name(prefixes[i]) + "' from those of '" + name(prefixes[j]) + "': '" +
                                         prefixes[i] + "' is the start of '" + prefixes[j] + "'");
  }

  /// The key or something in it was refused before: what else is wrong about it may follow from that.
  [[nodiscard]] bool has_problem(std::string_view key) const {
    return std::ranges::any_of(reading_.problems, [key](const Problem& p) {
      return p.key.starts_with(key) &&
             (p.key.size() == key.size() || p.key[key.size()] == '.' || p.key[key.size()] == '[');
    });
  }

  Reading& reading_;
  const Config& config_;
};

}  // namespace

void validate(Reading& reading) {
  Validation(reading).run();
  validate_limits(reading);
  validate_credentials(reading);
  validate_issuers(reading);
  if (auto& pins = reading.config.pins) {
    if (pins->file.empty()) reading.problem(reading.line_of("pins.file"), "pins.file", "names no file");
    pins->file = reading.expander.resolve(pins->file);
  }
}

}  // namespace gatehouse::config
