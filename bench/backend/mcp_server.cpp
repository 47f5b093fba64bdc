#include "mcp_server.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace backend {
namespace {

constexpr std::string_view kServerInfo = R"({"name":"gatehouse-bench-backend","version":"1.0.0"})";
constexpr std::string_view kCacheable = R"("resultType":"complete","ttlMs":60000,"cacheScope":"public")";
constexpr std::string_view kInputSchema =
    R"({"type":"object","properties":{"text":{"type":"string","description":"What to repeat."},)"
    R"("bytes":{"type":"integer","minimum":0},"project":{"type":"string"},)"
    R"("state":{"type":"array","items":{"type":"string"}}},"required":["text"]})";

std::string tool_name(std::uint64_t number) {
  if (number == 1) return "echo";
  if (number == 2) return "blob";
  char name[32];
  std::snprintf(name, sizeof name, "tool_%04lu", number);
  return name;
}

std::string list_page(const Options& options, std::uint64_t first) {
  const std::uint64_t last = std::min(options.tools, first + options.page_size - 1);
  std::string page = R"("tools":[)";
  for (std::uint64_t number = first; number <= last; ++number) {
    if (number > first) page += ',';
    page.append(R"({"name":")").append(tool_name(number));
    page.append(R"(","description":"Repeats its text, padded to the length asked for.","inputSchema":)");
    page.append(kInputSchema).append("}");
  }
  page += ']';
  if (last < options.tools) page.append(R"(,"nextCursor":")").append(std::to_string(last + 1)).append("\"");
  if (options.era == Era::modern) page.append(",").append(kCacheable);
  return page;
}

std::string initialize_members(std::string_view requested_version) {
  constexpr std::string_view kKnown[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
  const bool is_known = std::ranges::find(kKnown, requested_version) != std::end(kKnown);
  std::string members = R"("protocolVersion":")";
  members.append(is_known ? requested_version : "2025-11-25");
  return members.append(R"(","capabilities":{"tools":{}},"serverInfo":)").append(kServerInfo);
}

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && end == text.data() + text.size();
}

}  // namespace

McpServer::McpServer(const Options& options) : options_(options) {
  for (std::uint64_t first = 1; first <= options.tools; first += options.page_size) {
    pages_.push_back(list_page(options, first));
  }
  discovery_ = R"("supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},)" + std::string(kCacheable) +
               R"(,"_meta":{"io.modelcontextprotocol/serverInfo":)" + std::string(kServerInfo) + "}";
}

void McpServer::answer(const Request& request, Reply& reply) {
  const bool is_legacy = options_.era == Era::legacy;
  reply.clear();
  last_fault_ = Fault::none;
  if (request.id.empty()) {  // a notification, or the answer to a question that was never asked
    reply.status = 202;
  } else if (request.method == "tools/call") {
    call_tool(request, reply);
  } else if (request.method == "tools/list") {
    list_tools(request, reply);
  } else if (is_legacy && request.method == "initialize") {
    result(request, initialize_members(request.protocol_version), reply);
  } else if (is_legacy && request.method == "ping") {
    result(request, "", reply);
  } else if (!is_legacy && request.method == "server/discover") {
    result(request, discovery_, reply);
  } else {
    error(request, is_legacy ? 200 : 404, R"(-32601,"message":"Method not found")", reply);
  }
}

void McpServer::list_tools(const Request& request, Reply& reply) const {
  std::uint64_t first = 1;
  const bool is_readable = request.cursor.empty() || read_number(request.cursor, first);
  const std::uint64_t page = (first - 1) / options_.page_size;
  if (!is_readable || first == 0 || page >= pages_.size() || (first - 1) % options_.page_size != 0) {
    return error(request, 200, R"(-32602,"message":"Unknown cursor")", reply);
  }
  result(request, pages_[page], reply);
}

void McpServer::call_tool(const Request& request, Reply& reply) {
  if (!has_tool(request.name)) return error(request, 200, R"(-32602,"message":"Unknown tool")", reply);
  if (++calls_ % options_.fault_every == 0) last_fault_ = options_.fault;
  if (last_fault_ == Fault::rpc_error) return error(request, 200, R"(-32603,"message":"As asked for")", reply);
  if (last_fault_ == Fault::http_500) return error(request, 500, R"(-32603,"message":"As asked for")", reply);
  reply.lead.append(R"({"jsonrpc":"2.0","id":)").append(last_fault_ == Fault::wrong_id ? "7" : request.id);
  reply.lead.append(R"(,"result":{"content":[{"type":"text","text":")");
  reply.lead.append(last_fault_ == Fault::wrong_text ? "something else" : request.text);
  const std::uint64_t missing = request.bytes - std::min<std::uint64_t>(request.bytes, request.text.size());
  reply.padding_units = missing / kPadding.size();
  reply.tail.append(missing % kPadding.size(), '.').append("\"}]");
  if (options_.era == Era::modern) reply.tail.append(R"(,"resultType":"complete")");
  reply.tail.append(last_fault_ == Fault::tool_error ? R"(,"isError":true}})" : R"(,"isError":false}})");
}

bool McpServer::has_tool(std::string_view name) const {
  if (name == "echo" || name == "blob") return true;
  std::uint64_t number = 0;
  constexpr std::string_view kPrefix = "tool_";
  return name.starts_with(kPrefix) && read_number(name.substr(kPrefix.size()), number) && number >= 3 &&
         number <= options_.tools;
}

void McpServer::error(const Request& request, int status, std::string_view code_and_message, Reply& reply) const {
  reply.status = status;
  reply.lead.append(R"({"jsonrpc":"2.0","id":)").append(request.id).append(R"(,"error":{"code":)");
  reply.lead.append(code_and_message).append("}}");
}

void McpServer::result(const Request& request, std::string_view members, Reply& reply) const {
  reply.lead.append(R"({"jsonrpc":"2.0","id":)").append(request.id).append(R"(,"result":{)");
  reply.lead.append(members).append("}}");
}

}  // namespace backend
