#include "src/server/tools.hpp"

#include <algorithm>

#include <gatehouse/base/wildcard.hpp>

#include "src/server/arguments.hpp"
#include "src/server/results.hpp"
#include "src/server/shield.hpp"

namespace gatehouse::server {
namespace {

constexpr std::string_view kNoArguments = R"({"type":"object","additionalProperties":false})";

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
}

std::unexpected<Error> refuse(const std::string& name, std::string_view why) {
  return fail(Kind::invalid_config, Origin::gateway, "tool \"" + name + "\": " + std::string(why));
}

/// What the credential itself rules out. Rule: mcp::Principal::Ceilings.
Result<void> check_ceiling(std::string_view tool, const mcp::Principal& who) {
  if (who.ceilings.tools.empty() || matches_any_wildcards(who.ceilings.tools, tool)) return {};
  return fail(Kind::denied, Origin::client, "Forbidden: this credential is not for the tool " + std::string(tool));
}

Result<void> check_needs(const Needs& needs, const Context& context) {
  const auto has = [&](const std::string& role) { return context.principal().has_role(role); };
  if (!needs.roles.empty() && std::ranges::none_of(needs.roles, has)) return context.require_role(needs.roles.front());
  return context.require_scopes(needs.scopes);
}

}  // namespace

Result<void> Tools::add(const Tool& tool, ToolHandler handler) {
  if (!is_tool_name(tool.name)) return refuse(tool.name, "a name has 1 to 128 of the characters A-Z a-z 0-9 _ - .");
  auto input =
      parse_schema(tool.input_schema.empty() ? kNoArguments : std::string_view(tool.input_schema), "the input schema");
  if (!input) return refuse(tool.name, input.error().message);
  auto output = tool.output_schema.empty() ? Result<json::Value>(json::Value()) : json::parse(tool.output_schema);
  if (!output) return refuse(tool.name, "the output schema is not JSON: " + output.error().message);
  const std::string definition = to_json(tool, *input, *output).str();
  if (!registry_.add({tool.name, definition, std::move(*input), std::move(handler), tool.needs}))
    return refuse(tool.name, "the name is taken");
  return {};
}

Task<mcp::Reply> Tools::call(const mcp::Call& call, Context& context) {
  const mcp::Params& params = call.request.params;
  if (!params.name.data()) co_return fail(Kind::invalid_params, Origin::client, "params: member \"name\" is missing");
  const auto tool = registry_.find(params.name);
  if (!tool)
    co_return fail(Kind::not_found, Origin::client, "Unknown tool: " + std::string(params.name.substr(0, 128)));
  if (auto may = check_ceiling(tool->key, context.principal()); !may) co_return fail(std::move(may.error()));
  if (auto met = check_needs(tool->needs, context); !met) co_return fail(std::move(met.error()));
  const auto arguments = object_param(params, "arguments");
  if (!arguments) co_return fail(arguments.error());
  if (auto mismatch = find_mismatch(tool->input_schema, *arguments)) {
    co_return to_answer(ToolResult::error(std::move(*mismatch)), call.client.revision);
  }
  auto result = co_await shield(tool->handler(context, *arguments), tool->key);
  if (auto question = context.input_required()) co_return question;
  if (!result) co_return fail(std::move(result.error()));
  co_return to_answer(*result, call.client.revision);
}

}  // namespace gatehouse::server
