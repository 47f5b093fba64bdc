#pragma once
#include <gatehouse/server/server.hpp>

#include "src/server/completions.hpp"
#include "src/server/listeners.hpp"
#include "src/server/prompts.hpp"
#include "src/server/resources.hpp"
#include "src/server/tools.hpp"

namespace gatehouse::server {

struct Server::State {
  mcp::Implementation implementation;
  std::string info;  // `implementation` as JSON
  std::string instructions;
  std::optional<mcp::LogLevel> log_level;  // none: no logging
  ServerOptions options;
  Tools tools;
  Resources resources;
  Prompts prompts;
  Completions completions;
  Listeners listeners;

  [[nodiscard]] mcp::ServerCapabilities capabilities() const;
  mcp::Reply list(const mcp::Call& call);
  Task<mcp::Reply> use(const mcp::Call& call);
  mcp::Reply subscribe(const mcp::Call& call);
};

}  // namespace gatehouse::server
