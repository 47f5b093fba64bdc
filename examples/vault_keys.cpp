// A vault that knows who knocks: API keys from a file of `gatehouse keys create`, one tool for everybody who has a key, one for those
// whose key has the role admin.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/identity/api_key_verifier.hpp>
#include <gatehouse/identity/gatekeeper.hpp>
#include <gatehouse/server/run.hpp>

#include "examples/options.hpp"
#include "gateway/keyfile/key_file.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::server;
using json::Value;

/// The file is read by the gateway's own reader. A program without it makes its ApiKeyRecords of whatever it keeps keys in.
Result<identity::ApiKeys> read_keys(std::string file) {
  auto found = keyfile::load({.file = std::move(file), .peppers = {}});
  if (!found) return fail(Kind::invalid_config, Origin::gateway, found.error().front().str());
  for (const auto& warning : found->warnings) std::cerr << warning.str() << '\n';
  return identity::ApiKeys(std::move(found->records), std::move(found->peppers));
}

/// Lets in whoever has one of these keys, and nobody else.
std::shared_ptr<identity::Authenticator> doorkeeper(identity::ApiKeys keys) {
  const auto verifier = std::make_shared<identity::ApiKeyVerifier>();
  verifier->replace(std::make_shared<identity::ApiKeys>(std::move(keys)));
  identity::Protected place{.path = "/mcp", .resource = {}, .audiences = {}};
  identity::Verifiers verifiers{.api_keys = verifier, .tokens = nullptr, .surroundings = nullptr};
  return std::make_shared<identity::Gatekeeper>(std::move(place), std::move(verifiers));
}

ToolResult whoami(Context& context, const Value&) {
  const mcp::Principal& who = context.principal();
  std::string text = "You are " + std::string(who.claims.text("name")) + ", key " + who.subject + ", roles:";
  for (const std::string& role : who.roles) text += " " + role;
  return text;
}

ToolResult open_vault(Context& context, const Value&) {
  return "Opened for " + std::string(context.principal().claims.text("name")) + ".";
}

}  // namespace

int main(int argc, char** argv) {
  std::string key_file = "keys.yaml";
  const auto port = port_option(argc, argv, "A vault as an MCP server over Streamable HTTP, for holders of API keys.",
                                8704, &key_file);
  auto server =
      Server::builder("vault", "1.0.0")
          .tool({.name = "whoami", .description = "Says who you are."}, whoami)
          .tool({.name = "open", .description = "Opens the vault.", .needs = {.roles = {"admin"}}}, open_vault)
          .build();
  auto keys = read_keys(key_file);
  if (!server || !keys) {
    std::cerr << (server ? keys.error() : server.error()).message << '\n';
    return EXIT_FAILURE;
  }
  HttpOptions options{.listen = {"127.0.0.1", port}};
  options.mcp.authenticator = doorkeeper(std::move(*keys));
  return run_http(*server, std::move(options));
}
