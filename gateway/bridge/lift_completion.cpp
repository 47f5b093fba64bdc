#include "gateway/bridge/lift_completion.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {
namespace {

constexpr std::size_t kMaxValues = 100;  // server/utilities/completion, "Completion Results"

/// Fewer commas than that cannot separate too many values.
bool may_be_too_long(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, ',')) >= kMaxValues;
}

}  // namespace

std::unique_ptr<mcp::Answer> no_completions() {
  return mcp::Answer::of(std::string(R"({"completion":{"values":[],"hasMore":false}})"));
}

std::unique_ptr<mcp::Answer> cap_completion(std::unique_ptr<mcp::Answer> answer) {
  if (!may_be_too_long(answer->body.source())) return answer;
  const json::Member* member = answer->view.object.find("completion");
  auto completion = member ? json::parse(member->value, json::kMaxValueDepth) : Result<json::Value>(json::Value());
  json::Value* values = completion ? completion->find("values") : nullptr;
  if (!values || !values->is_array() || values->as_array()->size() <= kMaxValues) return answer;
  values->as_array()->resize(kMaxValues);
  completion->set("hasMore", true);
  answer->body.replace(member->value, completion->str());
  return answer;
}

}  // namespace gatehouse::bridge
