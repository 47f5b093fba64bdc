#include <gatehouse/transport/metadata_page.hpp>

#include <array>
#include <functional>
#include <string>

namespace gatehouse::transport {

Task<void> serve_metadata(net::HttpExchange& exchange, const identity::ProtectedResource& resource) {
  const std::string_view method = exchange.head().method;
  const net::Header anyone{"Access-Control-Allow-Origin", "*"};
  if (method == "OPTIONS") {
    const std::array headers = {anyone, net::Header{"Access-Control-Allow-Methods", "GET, HEAD"},
                                net::Header{"Access-Control-Allow-Headers", "MCP-Protocol-Version"}};
    (void)co_await exchange.respond(204, headers, {});
    co_return;
  }
  if (method != "GET" && method != "HEAD") {
    const std::array headers = {anyone, net::Header{"Allow", "GET, HEAD"}};
    (void)co_await exchange.respond(405, headers, {});
    co_return;
  }
  const std::string document = identity::metadata_document(resource);
  const std::string tag = "\"" + std::to_string(std::hash<std::string>{}(document)) + "\"";
  const std::array headers = {anyone, net::Header{"Content-Type", "application/json"},
                              net::Header{"Cache-Control", "public, max-age=300"}, net::Header{"ETag", tag}};
  const bool known = exchange.head().value("If-None-Match") == tag;
  json::Pieces body;
  if (!known) body.push_back(document);
  (void)co_await exchange.respond(known ? 304 : 200, headers, body);
}

}  // namespace gatehouse::transport
