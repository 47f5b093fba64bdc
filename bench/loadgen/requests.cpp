#include "requests.hpp"

#include <charconv>

namespace loadgen {
namespace {

constexpr std::string_view kClientInfo = R"({"name":"gatehouse-loadgen","version":"1.0.0"})";
constexpr std::string_view kIdPlace = "##########";
static_assert(kIdPlace.size() == kIdDigits);

std::string head(const Options& options, std::string_view verb, std::string_view accept, std::string_view session_id) {
  std::string text;
  text.append(verb).append(" ").append(options.target.path).append(" HTTP/1.1\r\n");
  text.append("Host: ").append(options.target.authority).append("\r\n");
  text.append("User-Agent: gatehouse-loadgen/1.0.0\r\n");
  text.append("Accept: ").append(accept).append("\r\n");
  if (!options.token.empty()) {
    text.append("Authorization: Bearer ").append(options.token).append("\r\n");
  } else if (options.token_bytes > 0) {
    text.append("Authorization: Bearer ").append(options.token_bytes, 'k').append("\r\n");
  }
  if (!session_id.empty()) text.append("Mcp-Session-Id: ").append(session_id).append("\r\n");
  return text;
}

std::string post(const Options& options, std::string_view session_id, std::string_view more_headers,
                 std::string_view body) {
  std::string text = head(options, "POST", "application/json, text/event-stream", session_id);
  text.append(more_headers);
  text.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
  return text.append("\r\n\r\n").append(body);
}

constexpr std::string_view kLegacyVersionHeader = "MCP-Protocol-Version: 2025-11-25\r\n";

std::string version_headers(Era era, std::string_view tool) {
  if (era == Era::legacy) return std::string(kLegacyVersionHeader);
  return "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: " + std::string(tool) + "\r\n";
}

/// Words with what real arguments have: an escape and a letter outside ASCII. Cut without hurting either.
std::string filler(std::size_t bytes) {
  constexpr std::string_view kWords = " open tickets of \\\"Zürich\\\" since Monday, newest first;";
  std::string text;
  while (text.size() + kWords.size() <= bytes) text += kWords;
  return text.append(bytes - text.size(), '.');
}

std::string call_body(const Options& options, std::string_view tool) {
  std::string body = R"({"jsonrpc":"2.0","id":)";
  body.append(kIdPlace).append(R"(,"method":"tools/call","params":{"name":")").append(tool);
  body.append(R"(","arguments":{"text":")").append(kIdPlace);
  body.append(filler(options.argument_bytes - std::min<std::uint64_t>(kIdDigits, options.argument_bytes)));
  body.append(R"(","project":"north","state":["open","waiting"])");
  if (options.result_bytes > 0) body.append(R"(,"bytes":)").append(std::to_string(options.result_bytes));
  body.append("}");
  if (options.era == Era::modern) {
    body.append(R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)");
    body.append(R"("io.modelcontextprotocol/clientInfo":)").append(kClientInfo);
    body.append(R"(,"io.modelcontextprotocol/clientCapabilities":{}})");
  }
  return body.append("}}");
}

}  // namespace

CallRequest::CallRequest(const Options& options, std::string_view tool, std::string_view session_id)
    : bytes_(post(options, session_id, version_headers(options.era, tool), call_body(options, tool))),
      id_at_(bytes_.find(kIdPlace)),
      text_at_(bytes_.find(kIdPlace, id_at_ + 1)) {}

std::string_view CallRequest::with_id(std::uint64_t id) {
  std::to_chars(bytes_.data() + id_at_, bytes_.data() + id_at_ + kIdDigits, id);
  bytes_.replace(text_at_, kIdDigits, bytes_, id_at_, kIdDigits);
  return bytes_;
}

std::string initialize_request(const Options& options) {
  std::string body = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)";
  body.append(R"("capabilities":{},"clientInfo":)").append(kClientInfo).append("}}");
  return post(options, "", "", body);
}

std::string initialized_notification(const Options& options, std::string_view session_id) {
  return post(options, session_id, kLegacyVersionHeader, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
}

std::string stream_request(const Options& options, std::string_view session_id) {
  return head(options, "GET", "text/event-stream", session_id).append(kLegacyVersionHeader).append("\r\n");
}

}  // namespace loadgen
