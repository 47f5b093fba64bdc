#include <gatehouse/transport/modern.hpp>

#include <gatehouse/json/value.hpp>

namespace gatehouse::transport {
namespace {

json::Value revisions(bool modern_only) {
  auto list = json::Value::array();
  for (auto it = mcp::kRevisions.rbegin(); it != mcp::kRevisions.rend(); ++it) {
    if (modern_only ? mcp::is_modern(*it) : *it != mcp::Revision::v2024_11_05) list.push(mcp::to_string(*it));
  }
  return list;
}

Error missing(std::string_view key) {
  return {Kind::missing_metadata, Origin::client, "params._meta has to contain \"" + std::string(key) + "\"."};
}

std::unique_ptr<mcp::Answer> discover(const mcp::Responder::About& about) {
  auto capabilities = mcp::to_json(about.capabilities, mcp::kLatest);
  if (about.extensions.is_object()) capabilities.set("extensions", about.extensions);
  auto result =
      json::Value::object({{"supportedVersions", revisions(false)}, {"capabilities", std::move(capabilities)}});
  if (!about.instructions.empty()) result.set("instructions", about.instructions);
  auto answer = mcp::Answer::of(result.str());
  answer->cache = mcp::CacheHints{.ttl_ms = 300'000, .scope = mcp::CacheScope::shared};
  return answer;
}

Task<mcp::Reply> discovered(const mcp::Call& call, mcp::Responder& responder) {
  co_return discover(responder.about(call.client));
}

}  // namespace

Result<void> check_modern_metadata(const mcp::Message& message) {
  const mcp::Meta& meta = message.params.meta;
  if (!meta.protocol_version.data()) return fail(missing(mcp::meta_key::kProtocolVersion));
  if (!meta.client_capabilities.starts_with('{')) return fail(missing(mcp::meta_key::kClientCapabilities));
  return {};
}

Result<void> check_modern_version(const mcp::Message& message) {
  const std::string_view version = message.params.meta.protocol_version;
  const auto known = mcp::parse_revision(version);
  if (known && mcp::is_modern(*known)) return {};
  // A legacy revision needs a handshake, so a stateless request that names one gets the modern ones only (C-8).
  const auto data = json::Value::object({{"supported", revisions(known.has_value())}, {"requested", version}});
  return fail(Error{Kind::unsupported_version, Origin::client, "This protocol version is not supported here."}.with_data(
      data.str()));
}

Result<void> check_modern_method(const mcp::Message& message) {
  if (mcp::exists_in(message.method, mcp::kLatest)) return {};
  Error error{Kind::method_not_found, Origin::client,
              "Method not found: " + std::string(message.rpc.method.substr(0, 100))};
  if (message.method == mcp::Method::initialize)
    error.data = json::Value::object({{"supported", revisions(true)}}).str();
  return fail(std::move(error));
}

mcp::Client modern_client(const mcp::Message& message, std::string_view address, std::string_view user_agent) {
  const mcp::Meta& meta = message.params.meta;
  return {.revision = mcp::parse_revision(meta.protocol_version).value_or(mcp::kLatest),
          .capabilities = mcp::read_client_capabilities(meta.client_capabilities),
          .capabilities_raw = meta.client_capabilities,
          .info_raw = meta.client_info,
          .log_level = mcp::parse_log_level(meta.log_level),
          .session = {},
          .address = address,
          .user_agent = user_agent};
}

Task<mcp::Reply> answer_modern(const mcp::Call& call, mcp::Responder& responder) {
  return call.request.method == mcp::Method::discover ? discovered(call, responder) : responder.answer(call);
}

}  // namespace gatehouse::transport
