#include "gateway/bridge/sampling.hpp"

#include <algorithm>

namespace gatehouse::bridge {

using json::Value;

void split_messages(Value& params) {
  Value* messages = params.find("messages");
  if (!messages || !messages->is_array()) return;
  auto split = Value::array();
  for (const Value& message : *messages->as_array()) {
    const Value* content = message.find("content");
    const auto* blocks = content ? content->as_array() : nullptr;
    if (!blocks) {
      split.push(message);
      continue;
    }
    for (const Value& block : *blocks) {
      Value one = message;
      one.set("content", block);
      split.push(std::move(one));
    }
  }
  *messages = std::move(split);
}

std::expected<void, std::string> join_content(Value& result) {
  Value* content = result.find("content");
  const auto* blocks = content ? content->as_array() : nullptr;
  if (!blocks) return {};
  if (blocks->size() == 1) {
    result.set("content", Value(blocks->front()));
    return {};
  }
  const bool all_text =
      !blocks->empty() && std::ranges::all_of(*blocks, [](const Value& block) { return block.text("type") == "text"; });
  if (!all_text) return std::unexpected("The model's answer has several parts, which this server cannot take.");
  std::string text;
  for (const Value& block : *blocks) text.append(text.empty() ? "" : "\n").append(block.text("text"));
  result.set("content", Value::object({{"type", "text"}, {"text", text}}));
  return {};
}

}  // namespace gatehouse::bridge
