// A world clock over Streamable HTTP, for clients with sessions (2025-03-26 to 2025-11-25): tools that take their time, report
// progress, log, ask the user, and stop when nobody waits any more.
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

#include <gatehouse/server/run.hpp>

#include "examples/options.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::server;
using json::Value;

/// The time in a zone of the system's database ("Europe/Paris"), or none if it has no such zone.
std::optional<std::string> time_in(const std::string& zone) {
  const bool is_name = !zone.empty() && zone.front() != '/' && zone.find("..") == std::string::npos;
  if (!is_name || (zone != "UTC" && !std::filesystem::is_regular_file("/usr/share/zoneinfo/" + zone)))
    return std::nullopt;
  setenv("TZ", zone.c_str(), 1);
  tzset();
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[64];
  return std::string(text, std::strftime(text, sizeof text, "%F %T %Z (%z)", &local));
}

/// Asks for the zone when the call does not name one.
Task<Result<ToolResult>> now(Context& context, const Value& arguments) {
  std::string zone(arguments.text("zone"));
  if (zone.empty() && !context.client().capabilities.elicitation_form) zone = "UTC";
  if (zone.empty()) {
    auto property =
        Value::object({{"type", "string"}, {"title", "Time zone"}, {"description", "For example Europe/Paris"}});
    auto schema = Value::object({{"type", "object"},
                                 {"properties", Value::object({{"zone", std::move(property)}})},
                                 {"required", Value::array({"zone"})}});
    Elicitation question{.message = "Which time zone?", .schema = std::move(schema)};
    const auto answer = co_await context.elicit("zone", std::move(question));
    if (!answer) co_return fail(answer.error());
    if (!answer->accepted()) co_return ToolResult::error("Without a time zone there is no time.");
    zone = answer->content.text("zone");
  }
  auto time = time_in(zone);
  if (!time) co_return ToolResult::error("Unknown time zone: " + zone);
  co_return ToolResult::text(std::move(*time));
}

/// Counts down, one progress notification and one log line each step.
class Countdown {
 public:
  explicit Countdown(net::Loop& loop) : loop_(loop) {}

  Task<ToolResult> operator()(Context& context, const Value& arguments) const {
    const auto from = arguments.find("from")->as_int().value_or(0);
    const auto* interval = arguments.find("interval_ms");
    const Milliseconds step{interval ? interval->as_int().value_or(0) : 1000};
    if (from < 1 || from > 3600 || step < Milliseconds{1} || step > Milliseconds{60'000}) {
      co_return ToolResult::error("from has to be 1 to 3600, interval_ms 1 to 60000.");
    }
    for (auto left = from; left > 0; --left) {
      context.progress(static_cast<double>(from - left), static_cast<double>(from), std::to_string(left) + " to go");
      context.log(mcp::LogLevel::debug, Value::object({{"left", left}}), "countdown");
      co_await loop_.sleep(step, &context.cancel());
      if (context.cancelled()) co_return ToolResult::error("Stopped at " + std::to_string(left) + ".");
    }
    context.progress(static_cast<double>(from), static_cast<double>(from));
    context.log(mcp::LogLevel::info, "lift-off", "countdown");
    co_return ToolResult::text("Lift-off.");
  }

 private:
  net::Loop& loop_;
};

constexpr const char* kNow =
    R"({"type":"object","properties":{"zone":{"type":"string","description":"IANA name, for example Asia/Tokyo"}}})";
constexpr const char* kCountdown =
    R"({"type":"object","properties":{"from":{"type":"integer"},"interval_ms":{"type":"integer"}},"required":["from"]})";

}  // namespace

int main(int argc, char** argv) {
  const auto port = port_option(argc, argv, "A world clock as an MCP server over Streamable HTTP with sessions.", 8701);
  net::Loop loop;
  auto server = Server::builder("clock", GATEHOUSE_VERSION)
                    .logging(mcp::LogLevel::info)
                    .tool({.name = "now",
                           .description = "The current time; asks for the time zone if none is given.",
                           .input_schema = kNow,
                           .hints = {.read_only = true}},
                          now)
                    .tool("countdown", "Counts down and reports each step.", kCountdown, Countdown(loop))
                    .build();
  if (!server) {
    std::cerr << server.error().message << '\n';
    return EXIT_FAILURE;
  }
  HttpOptions options{.listen = {"127.0.0.1", port}};
  options.mcp.eras = transport::Eras::legacy;
  return run_http(loop, *server, std::move(options));
}
