#include "gateway/app/servers.hpp"

#include <algorithm>

#include <gatehouse/base/log.hpp>

namespace gatehouse::app {

std::shared_ptr<upstream::Upstream> Servers::find(std::string_view name) const {
  const auto found = std::ranges::find_if(servers_, [&](const auto& server) { return server->name() == name; });
  return found == servers_.end() ? nullptr : *found;
}

bool Servers::all_tried() const {
  return std::ranges::all_of(servers_, [](const auto& server) { return server->tried(); });
}

void Servers::apply(const std::vector<upstream::Options>& wanted, Milliseconds drain) {
  const auto before = std::exchange(servers_, {});
  std::vector<std::shared_ptr<upstream::Upstream>> kept;
  for (const upstream::Options& options : wanted) {
    const auto same = std::ranges::find_if(before, [&](const auto& server) { return server->options() == options; });
    if (same != before.end()) {
      servers_.push_back(*same);
      kept.push_back(*same);
      continue;
    }
    log::info("server added", {{"server", options.name}});
    servers_.push_back(std::make_shared<upstream::Upstream>(environment_, options));
    // A server that only changed keeps its tools in the lists while it starts anew.
    const auto predecessor =
        std::ranges::find_if(before, [&](const auto& server) { return server->name() == options.name; });
    if (predecessor != before.end()) servers_.back()->inherit((*predecessor)->lists());
    servers_.back()->start();
  }
  for (const auto& server : before) {
    if (std::ranges::find(kept, server) != kept.end()) continue;
    log::info("server removed", {{"server", server->name()}});
    retiring_.spawn(retire(server, drain));
  }
}

Task<void> Servers::retire(std::shared_ptr<upstream::Upstream> server, Milliseconds grace) {
  co_await server->stop(grace);
}

Task<void> Servers::stop(Milliseconds grace) {
  for (const auto& server : std::exchange(servers_, {})) retiring_.spawn(retire(server, grace));
  co_await retiring_.join();
}

}  // namespace gatehouse::app
