// Unit conversion over Streamable HTTP for stateless clients (2026-07-28): structured results, resources that may be cached, and a
// question to the user that travels as a result.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <gatehouse/server/run.hpp>

#include "examples/options.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::server;
using json::Value;

/// value in the quantity's base unit = value * factor + offset
struct Unit {
  std::string_view name, quantity;
  double factor, offset = 0;
};
constexpr std::array kUnits = {
    Unit{"m", "length", 1},
    Unit{"km", "length", 1000},
    Unit{"mi", "length", 1609.344},
    Unit{"ft", "length", 0.3048},
    Unit{"in", "length", 0.0254},
    Unit{"kg", "mass", 1},
    Unit{"g", "mass", 0.001},
    Unit{"lb", "mass", 0.45359237},
    Unit{"oz", "mass", 0.028349523125},
    Unit{"K", "temperature", 1},
    Unit{"C", "temperature", 1, 273.15},
    Unit{"F", "temperature", 5.0 / 9, 459.67 * 5 / 9},
};

const Unit* find_unit(std::string_view name) {
  const auto found = std::ranges::find(kUnits, name, &Unit::name);
  return found == kUnits.end() ? nullptr : &*found;
}

/// A choice between the units of a quantity.
Elicitation ask_for_target(std::string_view quantity) {
  auto names = Value::array();
  for (const Unit& unit : kUnits)
    if (unit.quantity == quantity) names.push(unit.name);
  auto to = Value::object({{"type", "string"}, {"title", "Target unit"}, {"enum", std::move(names)}});
  auto schema = Value::object(
      {{"type", "object"}, {"properties", Value::object({{"to", std::move(to)}})}, {"required", Value::array({"to"})}});
  return {.message = "Which unit shall it be converted to?", .schema = std::move(schema)};
}

/// Without `to`, the first answer is a question; the client sends the call again with the user's choice.
Task<Result<ToolResult>> convert(Context& context, const Value& arguments) {
  const double value = arguments.find("value")->as_double().value_or(0);
  const Unit* from = find_unit(arguments.text("from"));
  if (!from) co_return ToolResult::error("Unknown unit: " + std::string(arguments.text("from")));
  std::string target(arguments.text("to"));
  if (target.empty()) {
    const auto answer = co_await context.elicit("to", ask_for_target(from->quantity));
    if (!answer) co_return fail(answer.error());
    if (!answer->accepted()) co_return ToolResult::error("No unit was chosen.");
    target = answer->content.text("to");
  }
  const Unit* to = find_unit(target);
  if (!to || to->quantity != from->quantity) {
    co_return ToolResult::error(std::string(from->name) + " cannot be converted to " + target + ".");
  }
  const double result = std::round((value * from->factor + from->offset - to->offset) / to->factor * 1e9) / 1e9;
  co_return ToolResult::structured(Value::object({{"value", result}, {"unit", to->name}, {"quantity", to->quantity}}));
}

/// `units:///length`: the table of a quantity, as CSV.
ReadResult read_table(Context&, std::string_view uri) {
  std::string csv = "unit,factor,offset\n";
  for (const Unit& unit : kUnits) {
    if (!uri.ends_with(unit.quantity)) continue;
    csv.append(unit.name)
        .append(",")
        .append(Value(unit.factor).str())
        .append(",")
        .append(Value(unit.offset).str())
        .append("\n");
  }
  return csv;
}

constexpr const char* kInput =
    R"({"type":"object","properties":{"value":{"type":"number"},"from":{"type":"string"},"to":{"type":"string"}},"required":["value","from"]})";
constexpr const char* kOutput =
    R"({"type":"object","properties":{"value":{"type":"number"},"unit":{"type":"string"},"quantity":{"type":"string"}},"required":["value","unit","quantity"]})";

}  // namespace

int main(int argc, char** argv) {
  const auto port =
      port_option(argc, argv, "Unit conversion as an MCP server over stateless Streamable HTTP (2026-07-28).", 8702);
  Builder builder = Server::builder("units", GATEHOUSE_VERSION);
  builder.tool({.name = "convert",
                .description = "Converts a value; asks for the target unit if none is given.",
                .input_schema = kInput,
                .output_schema = kOutput,
                .hints = {.read_only = true, .idempotent = true, .open_world = false}},
               convert);
  const mcp::CacheHints day{.ttl_ms = 24 * 3600 * 1000,
                            .scope = mcp::CacheScope::shared};  // tables change with releases only
  for (const std::string quantity : {"length", "mass", "temperature"}) {
    builder.resource({.uri = "units:///" + quantity, .name = quantity, .mime_type = "text/csv", .cache = day},
                     read_table);
  }
  auto server = builder.build();
  if (!server) {
    std::cerr << server.error().message << '\n';
    return EXIT_FAILURE;
  }
  HttpOptions options{.listen = {"127.0.0.1", port}};
  options.mcp.eras = transport::Eras::modern;
  return run_http(*server, std::move(options));
}
