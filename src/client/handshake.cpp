#include "src/client/handshake.hpp"

#include <gatehouse/mcp/error_codes.hpp>

namespace gatehouse::client {
namespace {

mcp::Implementation read_implementation(const json::Value* object) {
  if (!object) return {};
  return {std::string(object->text("name")), std::string(object->text("version")), std::string(object->text("title"))};
}

/// The newest revision that both sides speak without a handshake.
std::optional<mcp::Revision> common_modern(const json::Value* list) {
  std::optional<mcp::Revision> best;
  const auto* items = list ? list->as_array() : nullptr;
  if (!items) return best;
  for (const auto& item : *items) {
    const auto revision = item.as_string() ? mcp::parse_revision(*item.as_string()) : std::nullopt;
    if (revision && mcp::is_modern(*revision) && (!best || *revision > *best)) best = revision;
  }
  return best;
}

}  // namespace

std::string initialize_params(const ConnectOptions& options) {
  return json::Value::object({{"protocolVersion", mcp::to_string(mcp::kLatestLegacy)},
                              {"capabilities", mcp::to_json(options.capabilities, mcp::kLatestLegacy)},
                              {"clientInfo", mcp::to_json(options.implementation)}})
      .str();
}

Result<Peer> read_initialize_result(const mcp::Answer& answer) {
  const auto wrong = [](std::string message) { return fail(Kind::bad_reply, Origin::upstream, std::move(message)); };
  if (answer.is_error) return wrong("The server refused initialize: " + answer.body.str().substr(0, 300));
  const auto result = json::parse(answer.body.source());
  if (!result) return wrong("The server's answer to initialize is malformed.");
  const auto revision = mcp::parse_revision(result->text("protocolVersion"));
  if (!revision || !mcp::has_sessions(*revision)) {
    return wrong("The server speaks protocol version \"" + std::string(result->text("protocolVersion").substr(0, 40)) +
                 "\", which is not supported.");
  }
  Peer peer{.revision = *revision, .implementation = read_implementation(result->find("serverInfo"))};
  if (const auto* capabilities = result->find("capabilities")) {
    peer.capabilities_raw = *capabilities;
    peer.capabilities = mcp::read_server_capabilities(*capabilities);
  }
  peer.instructions = result->text("instructions");
  return peer;
}

ProbeResult read_discover_answer(const mcp::Answer& answer) {
  if (answer.is_error) {
    if (!mcp::is_modern_only(answer.error_code)) return {};
    ProbeResult result{.probe = Probe::modern_without_discover};
    const auto error = json::parse(answer.body.source());
    const json::Value* data = error ? error->find("data") : nullptr;
    if (const auto revision = common_modern(data ? data->find("supported") : nullptr)) result.peer.revision = *revision;
    return result;
  }
  const auto discovered = json::parse(answer.body.source());
  if (!discovered) return {};
  const auto revision = common_modern(discovered->find("supportedVersions"));
  if (!revision) return {};
  ProbeResult result{.probe = Probe::modern, .peer = {.revision = *revision}};
  if (const auto* capabilities = discovered->find("capabilities")) {
    result.peer.capabilities_raw = *capabilities;
    result.peer.capabilities = mcp::read_server_capabilities(*capabilities);
  }
  result.peer.instructions = discovered->text("instructions");
  const auto* meta = discovered->find("_meta");
  result.peer.implementation = read_implementation(meta ? meta->find(mcp::meta_key::kServerInfo) : nullptr);
  return result;
}

}  // namespace gatehouse::client
