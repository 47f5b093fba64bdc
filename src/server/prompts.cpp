#include "src/server/prompts.hpp"

#include <algorithm>

#include "src/server/arguments.hpp"
#include "src/server/results.hpp"
#include "src/server/shield.hpp"

namespace gatehouse::server {
namespace {

std::unexpected<Error> refuse(const std::string& name, std::string_view why) {
  return fail(Kind::invalid_config, Origin::gateway, "prompt \"" + name + "\": " + std::string(why));
}

std::unexpected<Error> wrong(std::string message) {
  return fail(Kind::invalid_params, Origin::client, std::move(message));
}

}  // namespace

Result<void> Prompts::add(const Prompt& prompt, PromptHandler handler) {
  if (prompt.name.empty()) return refuse(prompt.name, "it needs a name");
  std::vector<std::string> names, required;
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.name.empty() || std::ranges::find(names, argument.name) != names.end()) {
      return refuse(prompt.name, "an argument has no name, or one that is taken");
    }
    names.push_back(argument.name);
    if (argument.required) required.push_back(argument.name);
  }
  if (!registry_.add({prompt.name, to_json(prompt).str(), std::move(required), std::move(handler)}))
    return refuse(prompt.name, "the name is taken");
  return {};
}

Task<mcp::Reply> Prompts::get(const mcp::Call& call, Context& context) {
  const mcp::Params& params = call.request.params;
  if (!params.name.data()) co_return wrong("params: member \"name\" is missing");
  const auto prompt = registry_.find(params.name);
  if (!prompt)
    co_return fail(Kind::not_found, Origin::client, "Unknown prompt: " + std::string(params.name.substr(0, 128)));
  const auto arguments = object_param(params, "arguments");
  if (!arguments) co_return fail(arguments.error());
  for (const auto& [name, value] : *arguments->as_object()) {
    if (!value.is_string()) co_return wrong("Argument " + name + " has to be a string.");
  }
  for (const std::string& name : prompt->required) {
    if (!arguments->find(name)) co_return wrong("Missing argument: " + name);
  }
  auto result = co_await shield(prompt->handler(context, *arguments), prompt->key);
  if (auto question = context.input_required()) co_return question;
  if (!result) co_return fail(std::move(result.error()));
  co_return to_answer(*result, call.client.revision);
}

}  // namespace gatehouse::server
