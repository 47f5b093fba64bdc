#include "src/server/completions.hpp"

#include <algorithm>

#include "src/server/arguments.hpp"
#include "src/server/results.hpp"
#include "src/server/shield.hpp"

namespace gatehouse::server {
namespace {

std::unexpected<Error> wrong(const char* message) { return fail(Kind::invalid_params, Origin::client, message); }

/// `ref` and `argument.name` of the request.
Result<CompletionTarget> read_target(const mcp::Params& params, const json::Value& argument) {
  auto ref = object_param(params, "ref");
  if (!ref) return fail(std::move(ref.error()));
  const auto* name = argument.find("name");
  if (!name || !name->is_string()) return wrong("params: \"argument\" has to have a name");
  const bool is_prompt = ref->text("type") == "ref/prompt";
  if (!is_prompt && ref->text("type") != "ref/resource")
    return wrong("params: \"ref\" has to be of type ref/prompt or ref/resource");
  const auto* of = ref->find(is_prompt ? "name" : "uri");
  if (!of || !of->is_string()) return wrong("params: \"ref\" has to have a name or a uri");
  return CompletionTarget{is_prompt, *of->as_string(), *name->as_string()};
}

}  // namespace

Result<void> Completions::add(CompletionTarget target, CompletionHandler handler) {
  if (std::ranges::find(handlers_, target, [](const auto& one) -> const CompletionTarget& { return one.first; }) !=
      handlers_.end()) {
    return fail(Kind::invalid_config, Origin::gateway,
                "completion of \"" + target.argument + "\" of \"" + target.name + "\": there is one");
  }
  handlers_.emplace_back(std::move(target), std::make_shared<CompletionHandler>(std::move(handler)));
  return {};
}

Task<mcp::Reply> Completions::complete(const mcp::Call& call, Context& context, const Prompts& prompts,
                                       const Resources& resources) {
  const mcp::Params& params = call.request.params;
  const auto argument = object_param(params, "argument");
  if (!argument) co_return fail(argument.error());
  const auto target = read_target(params, *argument);
  if (!target) co_return fail(target.error());
  if (target->is_prompt ? !prompts.has(target->name)
                        : !resources.has_template(target->name) && !resources.knows(target->name)) {
    co_return fail(Kind::not_found, Origin::client, "Nothing to complete: unknown prompt or resource template.");
  }
  const auto known = object_param(params, "context");
  if (!known) co_return fail(known.error());
  const auto found =
      std::ranges::find(handlers_, *target, [](const auto& one) -> const CompletionTarget& { return one.first; });
  if (found == handlers_.end()) co_return to_answer(Completion{});
  static const json::Value kNone;
  const auto* arguments = known->find("arguments");
  const auto handler = found->second;
  auto result =
      co_await shield((*handler)(context, argument->text("value"), arguments ? *arguments : kNone), target->argument);
  if (!result) co_return fail(std::move(result.error()));
  co_return to_answer(*result);
}

}  // namespace gatehouse::server
