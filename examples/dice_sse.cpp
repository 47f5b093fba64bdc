// Dice over HTTP+SSE, for clients of 2024-11-05: what a server has to do for old clients is one line.
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <gatehouse/server/run.hpp>

#include "examples/options.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::server;
using json::Value;

Task<ToolResult> roll(Context&, const Value& arguments) {
  const auto number = [&](std::string_view name, std::int64_t otherwise) {
    const Value* value = arguments.find(name);
    return value ? value->as_int().value_or(0) : otherwise;
  };
  const auto dice = number("dice", 1), sides = number("sides", 6);
  if (dice < 1 || dice > 100 || sides < 2 || sides > 1000) {
    co_return ToolResult::error("dice has to be 1 to 100, sides 2 to 1000.");
  }
  static std::mt19937 generator{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> die(1, sides);
  std::int64_t sum = 0;
  std::string thrown;
  for (std::int64_t i = 0; i < dice; ++i) {
    const std::int64_t eyes = die(generator);
    sum += eyes;
    thrown += (thrown.empty() ? "" : " + ") + std::to_string(eyes);
  }
  co_return ToolResult::text(thrown + " = " + std::to_string(sum));
}

constexpr const char* kRoll =
    R"({"type":"object","properties":{"dice":{"type":"integer"},"sides":{"type":"integer"}}})";

}  // namespace

int main(int argc, char** argv) {
  const auto port = port_option(argc, argv, "Dice as an MCP server over HTTP+SSE (2024-11-05).", 8703);
  auto server = Server::builder("dice", GATEHOUSE_VERSION).tool("roll", "Rolls dice.", kRoll, roll).build();
  if (!server) {
    std::cerr << server.error().message << '\n';
    return EXIT_FAILURE;
  }
  HttpOptions options{.listen = {"127.0.0.1", port}, .http_sse = true};
  options.on_listening = [](const std::string& url) { std::cout << "listening on " << url << "/sse" << std::endl; };
  return run_http(*server, std::move(options));
}
