#include "gateway/bridge/question_uris.hpp"

namespace gatehouse::bridge {
namespace {

using Expose = FunctionRef<std::string(std::string_view local)>;

bool expose_member(json::Value& object, Expose expose) {
  const json::Value* uri = object.find("uri");
  if (!uri || !uri->as_string()) return false;
  std::string exposed = expose(*uri->as_string());
  if (exposed == *uri->as_string()) return false;
  object.set("uri", std::move(exposed));
  return true;
}

bool expose_blocks(json::Value& content, Expose expose);

bool expose_block(json::Value& block, Expose expose) {
  const std::string_view type = block.text("type");
  if (type == "resource_link") return expose_member(block, expose);
  if (type == "resource") {
    json::Value* resource = block.find("resource");
    return resource && expose_member(*resource, expose);
  }
  if (type != "tool_result") return false;
  json::Value* inner = block.find("content");
  return inner && expose_blocks(*inner, expose);
}

bool expose_blocks(json::Value& content, Expose expose) {
  if (!content.is_array()) return expose_block(content, expose);
  bool changed = false;
  for (json::Value& block : *content.as_array()) changed = expose_block(block, expose) || changed;
  return changed;
}

}  // namespace

bool expose_question_uris(json::Value& params, Expose expose) {
  json::Value* messages = params.find("messages");
  if (!messages || !messages->is_array()) return false;
  bool changed = false;
  for (json::Value& message : *messages->as_array())
    if (json::Value* content = message.find("content")) changed = expose_blocks(*content, expose) || changed;
  return changed;
}

}  // namespace gatehouse::bridge
