#include "gateway/app/run.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/target.hpp"

namespace gatehouse::cli {
namespace {

template <class Choice>
Choice choice(const std::string& word, std::initializer_list<std::pair<std::string_view, Choice>> words) {
  for (const auto& [name, value] : words)
    if (word == name) return value;
  return Choice::automatic;
}

/// The gateway with one server, whose names stay as they are, and no listener.
config::Config config_of(upstream::Options server, const ConnectOptions& options) {
  server.name = server.url->authority();
  server.era =
      choice<upstream::Era>(options.era, {{"modern", upstream::Era::modern}, {"legacy", upstream::Era::legacy}});
  server.transport = choice<upstream::Transport>(
      options.transport, {{"http", upstream::Transport::http}, {"sse", upstream::Transport::sse}});
  config::Config config;
  config.admin.reset();
  config.endpoints[0].prefix = config::Prefix::none;
  config.servers.push_back(std::move(server));
  config.log = {
      .level = options.verbose ? "debug" : "warn", .format = config::LogFormat::text, .calls = options.verbose};
  return config;
}

}  // namespace

int run_connect(const ConnectOptions& options) {
  auto servers = servers_of(Target{.source = {}, .url = options.url, .headers = options.headers});
  if (!servers) return exit_code::kUsage;
  config::Loaded loaded{.config = config_of(std::move(servers->front()), options), .warnings = {}, .files = {}};
  return app::run(loaded, {.load = [loaded] { return loaded; },
                           .ready_file = {},
                           .front = app::Front::stdio_when_up,
                           .linger = options.linger,
                           .endpoint = {}});
}

}  // namespace gatehouse::cli
