// Calls one tool with the client library, whichever revision its server speaks, and prints what comes back.
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <gatehouse/client/connect.hpp>

namespace {

using namespace gatehouse;
using json::Value;

/// Progress and log messages of the server go unheard, and it cannot ask us anything.
struct Deaf final : client::Listener {
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override {
    co_return fail(Kind::method_not_found, Origin::client, "This client cannot be asked.");
  }
};

Task<mcp::Reply> call_tool(client::Link& link, std::string_view tool, Value arguments, Cancel& cancel) {
  auto object = Value::object({{"name", tool}, {"arguments", std::move(arguments)}});
  const Buffer text = Buffer::copy_of(object.str());
  const auto params = mcp::read_params(text.view());
  if (!params) co_return fail(Error(params.error()));
  client::Request request;
  request.method = mcp::Method::tools_call;
  request.method_name = mcp::to_string(request.method);
  request.params = &*params;
  request.local_name = tool;
  Deaf listener;
  co_return co_await link.request(request, listener, cancel);
}

Task<void> visit(net::Loop& loop, client::HttpTarget target, std::string_view tool, int& exit_code) {
  net::HttpClient http(loop, {});
  Cancel cancel;
  client::ConnectOptions options;
  options.listen = false;
  const auto link = co_await client::connect_http(loop, http, std::move(target), std::move(options), cancel);
  if (!link) {
    std::cerr << link.error().message << '\n';
    co_return;
  }
  const auto reply = co_await call_tool(**link, tool, Value::object(), cancel);
  co_await (*link)->close();
  const bool answered = reply && !(*reply)->is_error;
  if (answered) exit_code = EXIT_SUCCESS;
  (answered ? std::cout : std::cerr) << (reply ? (*reply)->body.str() : reply.error().message) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const bool help = argc == 2 && std::string_view(argv[1]) == "--help";
  const auto url = argc == 3 ? net::parse_url(argv[1]) : fail(Kind::invalid_params, Origin::client, "");
  if (!url) {
    (help ? std::cout : std::cerr) << "Calls a tool without arguments of an MCP server.\n\nUsage: " << argv[0]
                                   << " URL TOOL\n  With $API_KEY it is sent as the caller's credential.\n";
    return help ? EXIT_SUCCESS : 2;
  }
  client::HttpTarget target{.url = *url, .headers = {}};
  if (const char* key = std::getenv("API_KEY"))
    target.headers.emplace_back("Authorization", std::string("Bearer ") + key);
  int exit_code = EXIT_FAILURE;
  net::Loop loop;
  net::run(loop, visit(loop, std::move(target), argv[2], exit_code));
  return exit_code;
}
