#include "gateway/admin/admin.hpp"

#include <array>

#include <gatehouse/json/value.hpp>

namespace gatehouse::admin {
namespace {

struct Page {
  int status = 200;
  std::string_view type = "application/json";
  std::string body;
};

Page page_at(std::string_view path, Status& status, const std::string& version) {
  if (path == "/livez") return {.body = R"({"status":"live"})"};
  if (path == "/readyz") {
    const bool ready = status.ready();
    return {.status = ready ? 200 : 503, .body = ready ? R"({"status":"ready"})" : R"({"status":"not ready"})"};
  }
  if (path == "/health") return {.body = status.health()};
  if (path == "/metrics") return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = status.metrics_text()};
  if (path == "/version") return {.body = json::Value::object({{"name", "gatehouse"}, {"version", version}}).str()};
  return {.status = 404, .body = R"({"error":"Not found. There are /livez, /readyz, /health, /metrics and /version."})"};
}

}  // namespace

Admin::Admin(net::Loop& loop, Status& status, std::string version)
    : status_(status),
      version_(std::move(version)),
      server_(loop, *this, net::HttpServerOptions{.max_body_bytes = 64 * 1024, .max_connections = 1000}) {}

Task<void> Admin::serve(net::HttpExchange& exchange) {
  const net::RequestHead& head = exchange.head();
  Page page;
  if (head.method != "GET" && head.method != "HEAD") {
    page = {.status = 405, .body = R"({"error":"Use GET."})"};
  } else {
    page = page_at(head.path(), status_, version_);
  }
  const std::array headers = {net::Header{"Content-Type", page.type}, net::Header{"Cache-Control", "no-store"}};
  const json::Pieces body(1, page.body);
  (void)co_await exchange.respond(page.status, headers, body);
}

}  // namespace gatehouse::admin
