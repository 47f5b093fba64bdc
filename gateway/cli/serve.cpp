#include <algorithm>

#include "gateway/app/run.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"

namespace gatehouse::cli {
namespace {

/// An address from the command line, under the rule that holds for those of the file.
std::expected<net::ListenAddress, config::Problem> read_address(const std::string& text, const std::string& option,
                                                                bool authenticated) {
  const auto wrong = [&](const std::string& message) {
    return std::unexpected(config::Problem{.file = {}, .key = option, .message = message});
  };
  auto address = net::parse_listen_address(text);
  if (!address) return wrong(address.error().message);
  if (!address->is_loopback() && !authenticated) {
    return wrong("'" + text +
                 "' is not a loopback address. Without authentication Gatehouse listens on loopback addresses only "
                 "(127.0.0.1, [::1], localhost), because everybody who reaches it may call every tool");
  }
  return *address;
}

config::Problems apply_overrides(const ServeOptions& options, config::Config& config) {
  config::Problems problems;
  const auto set = [&](const std::string& text, const std::string& option, auto& slot) {
    auto address = read_address(text, option, option == "--listen" && config.auth.needed());
    if (address)
      slot = *address;
    else
      problems.push_back(std::move(address.error()));
  };
  if (!options.listen.empty()) set(options.listen, "--listen", config.listen);
  if (options.admin_listen == "off" || (options.stdio && options.admin_listen.empty()))  // hosts start several at a time
    config.admin.reset();
  else if (!options.admin_listen.empty())
    set(options.admin_listen, "--admin-listen", config.admin);
  const bool same = config.admin && config.listen.port != 0 && config.listen == *config.admin;
  if (same && problems.empty()) {
    problems.push_back({.file = {},
                        .key = options.admin_listen.empty() ? "--listen" : "--admin-listen",
                        .message = "both listeners would have the address " + config.listen.str()});
  }
  const auto has_path = [&](const config::Endpoint& endpoint) { return endpoint.path == options.endpoint; };
  if (!options.endpoint.empty() && std::ranges::none_of(config.endpoints, has_path)) {
    problems.push_back({.file = {},
                        .key = "--endpoint",
                        .message = "no endpoint of the configuration has the path '" + options.endpoint + "'"});
  }
  return problems;
}

std::expected<config::Loaded, config::Problems> load_with_overrides(const ServeOptions& options) {
  auto loaded = load(options.source);
  if (!loaded) return loaded;
  if (auto problems = apply_overrides(options, loaded->config); !problems.empty())
    return std::unexpected(std::move(problems));
  return loaded;
}

}  // namespace

int run_serve(const ServeOptions& options) {
  auto loaded = load_with_overrides(options);
  if (!loaded) {
    show_problems(loaded.error());
    return exit_code::kUsage;
  }
  return app::run(std::move(*loaded), {.load = [options] { return load_with_overrides(options); },
                                       .ready_file = options.ready_file,
                                       .front = options.stdio ? app::Front::stdio : app::Front::network,
                                       .linger = options.linger,
                                       .endpoint = options.endpoint});
}

}  // namespace gatehouse::cli
