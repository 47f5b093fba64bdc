#include "tests/support/feature_server.hpp"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::test {
namespace {

using namespace server;

const std::vector<std::string> kDays = {"friday", "monday", "saturday", "sunday", "thursday", "tuesday", "wednesday"};

ToolResult add(Context&, const json::Value& arguments) {
  const double sum = *arguments.find("a")->as_double() + *arguments.find("b")->as_double();
  return ToolResult::structured(json::Value::object({{"sum", sum}}));
}

Task<Result<ToolResult>> greet(Context& context, const json::Value&) {
  auto schema = json::Value::object(
      {{"type", "object"}, {"properties", json::Value::object({{"name", json::Value::object({{"type", "string"}})}})}});
  Elicitation question{.message = "What is your name?", .schema = std::move(schema)};
  const auto answer = co_await context.elicit("name", std::move(question));
  if (!answer) co_return fail(answer.error());
  if (!answer->accepted()) co_return ToolResult::text("Hello, whoever you are.");
  co_return ToolResult::text("Hello, " + std::string(answer->content.text("name")) + ".");
}

ToolResult count(Context& context, const json::Value& arguments) {
  const auto to = arguments.find("to")->as_int().value_or(0);
  for (std::int64_t i = 1; i <= std::min<std::int64_t>(to, 10); ++i) {
    context.progress(static_cast<double>(i), static_cast<double>(to), "at " + std::to_string(i));
    context.log(mcp::LogLevel::info, json::Value::object({{"at", i}}), "counter");
    context.log(mcp::LogLevel::debug, "too detailed");
  }
  return ToolResult::text("counted to " + std::to_string(to));
}

ReadResult read_memo(Context&, std::string_view uri) { return ReadResult("memo at " + std::string(uri)); }

Result<ReadResult> read_day(Context&, std::string_view, const Variables& variables) {
  const std::string day(variables["day"]);
  if (std::ranges::find(kDays, day) == kDays.end())
    return fail(Kind::resource_not_found, Origin::client, "There is no such day.");
  return ReadResult("memo of " + day);
}

PromptResult plan(Context&, const json::Value& arguments) {
  return PromptResult("Plan my " + std::string(arguments.text("day")) + ".");
}

Builder offer_data(Builder builder) {
  const mcp::CacheHints minute{.ttl_ms = 60'000, .scope = mcp::CacheScope::shared};
  builder.resource({.uri = "memo:///today", .name = "today", .mime_type = "text/plain", .cache = minute}, read_memo)
      .resource_template({.uri_template = "memo:///{day}", .name = "day", .mime_type = "text/plain"}, read_day)
      .prompt({.name = "plan", .description = "Plans a day.", .arguments = {{.name = "day", .required = true}}}, plan)
      .completion(CompletionTarget::prompt("plan", "day"), [](Context&, std::string_view typed, const json::Value&) {
        return Completion::matching(kDays, typed);
      });
  return builder;
}

constexpr const char* kAddSchema =
    R"({"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]})";
constexpr const char* kCountSchema = R"({"type":"object","properties":{"to":{"type":"integer"}},"required":["to"]})";

}  // namespace

FeatureServer::FeatureServer() {
  const auto hold = [this](Context& context, const json::Value&) -> Task<ToolResult> {
    Signal over;
    const Cancel::Hook stop(context.cancel(), [&over] { over.notify(); });
    holding_.push_back(&over);
    co_await over.wait();
    std::erase(holding_, &over);
    co_return ToolResult::text(context.cancelled() ? "cancelled" : "released");
  };
  const auto release = [this](Context&, const json::Value&) {
    this->release();
    return ToolResult::text("released " + std::to_string(holding_.size()));
  };
  const auto grow = [this](Context&, const json::Value&) -> Result<ToolResult> {
    auto added = server_->tool({.name = "extra", .description = "Came later."},
                               [](Context&, const json::Value&) { return ToolResult("extra"); });
    if (!added) return ToolResult::error("It is there already.");
    return ToolResult::text("grown");
  };
  const auto touch = [this](Context&, const json::Value&) {
    server_->resource_updated("memo:///today");
    return ToolResult::text("touched");
  };
  Builder builder = offer_data(Server::builder("features", "1.0.0"));
  builder.tool("add", "Adds two numbers.", kAddSchema, add)
      .tool("greet", "Greets the user by name.", "", greet)
      .tool("count", "Counts and reports.", kCountSchema, count)
      .tool("hold", "Waits.", "", hold)
      .tool("release", "Ends the waiting.", "", release)
      .tool("grow", "Adds a tool.", "", grow)
      .tool("touch", "Changes memo:///today.", "", touch)
      .tool("refuse", "Fails.", "", [](Context&, const json::Value&) { return ToolResult::error("Not today."); })
      .tool("crash", "Has a bug.", "",
            [](Context&, const json::Value&) -> ToolResult { throw std::runtime_error("secret"); })
      .logging()
      .instructions("Try everything.")
      .options({.page_size = 6});
  auto built = builder.build();
  if (!built) throw std::logic_error(built.error().message);
  server_.emplace(std::move(*built));
}

void FeatureServer::release() {
  for (Signal* one : holding_) one->notify();
}

}  // namespace gatehouse::test
