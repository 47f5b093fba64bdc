#include "src/server/results.hpp"

#include <algorithm>

#include "src/server/base64.hpp"

namespace gatehouse::server {
namespace {

void set_text(json::Value& object, std::string_view key, std::string_view text) {
  if (!text.empty()) object.set(key, text);
}
void set_object(json::Value& object, std::string_view key, const json::Value& value) {
  if (value.is_object()) object.set(key, value);
}
void set_flag(json::Value& object, std::string_view key, std::optional<bool> flag) {
  if (flag) object.set(key, *flag);
}

json::Value hints_of(const ToolHints& hints) {
  json::Value object;
  set_flag(object, "readOnlyHint", hints.read_only);
  set_flag(object, "destructiveHint", hints.destructive);
  set_flag(object, "idempotentHint", hints.idempotent);
  set_flag(object, "openWorldHint", hints.open_world);
  return object;
}

}  // namespace

json::Value to_json(const ResourceContents& contents, std::string_view uri, std::string_view mime_type) {
  auto object = json::Value::object({{"uri", contents.uri.empty() ? uri : contents.uri}});
  set_text(object, "mimeType", contents.mime_type.empty() ? mime_type : contents.mime_type);
  object.set(contents.is_text ? "text" : "blob", contents.is_text ? contents.data : base64(contents.data));
  return object;
}

std::unique_ptr<mcp::Answer> to_answer(const ToolResult& result, mcp::Revision revision) {
  auto content = json::Value::array();
  for (const Content& block : result.content) content.push(block.to_json(revision));
  auto object = json::Value::object({{"content", std::move(content)}});
  const auto& structured = result.structured_content;
  if (structured && mcp::has_structured_content(revision) &&
      (structured->is_object() || mcp::has_open_structured_content(revision))) {
    object.set("structuredContent", *structured);
  }
  if (result.is_error) object.set("isError", true);
  set_object(object, "_meta", result.meta);
  auto answer = mcp::Answer::of(object.str());
  answer->is_tool_error = result.is_error;
  return answer;
}

std::unique_ptr<mcp::Answer> to_answer(const ReadResult& result, std::string_view uri, std::string_view mime_type) {
  auto contents = json::Value::array();
  for (const ResourceContents& one : result.contents) contents.push(to_json(one, uri, mime_type));
  return mcp::Answer::of(json::Value::object({{"contents", std::move(contents)}}).str());
}

std::unique_ptr<mcp::Answer> to_answer(const PromptResult& result, mcp::Revision revision) {
  auto messages = json::Value::array();
  for (const auto& message : result.messages) {
    messages.push(json::Value::object({{"role", message.role == PromptResult::Role::user ? "user" : "assistant"},
                                       {"content", message.content.to_json(revision)}}));
  }
  auto object = json::Value::object();
  set_text(object, "description", result.description);
  object.set("messages", std::move(messages));
  return mcp::Answer::of(object.str());
}

std::unique_ptr<mcp::Answer> to_answer(const Completion& completion) {
  auto values = json::Value::array();
  const std::size_t count = std::min(completion.values.size(), Completion::kMost);
  for (std::size_t i = 0; i < count; ++i) values.push(completion.values[i]);
  const std::size_t total = std::max(completion.total.value_or(0), completion.values.size());
  auto object = json::Value::object({{"values", std::move(values)}, {"total", total}, {"hasMore", total > count}});
  return mcp::Answer::of(json::Value::object({{"completion", std::move(object)}}).str());
}

json::Value to_json(const Tool& tool, const json::Value& input_schema, const json::Value& output_schema) {
  auto object = json::Value::object({{"name", tool.name}});
  set_text(object, "title", tool.title);
  set_text(object, "description", tool.description);
  object.set("inputSchema", input_schema);
  set_object(object, "outputSchema", output_schema);
  set_object(object, "annotations", hints_of(tool.hints));
  set_object(object, "_meta", tool.meta);
  return object;
}

json::Value to_json(const Resource& resource) {
  auto object = json::Value::object({{"uri", resource.uri}, {"name", resource.name}});
  set_text(object, "title", resource.title);
  set_text(object, "description", resource.description);
  set_text(object, "mimeType", resource.mime_type);
  if (resource.size) object.set("size", *resource.size);
  set_object(object, "annotations", resource.annotations);
  set_object(object, "_meta", resource.meta);
  return object;
}

json::Value to_json(const ResourceTemplate& family) {
  auto object = json::Value::object({{"uriTemplate", family.uri_template}, {"name", family.name}});
  set_text(object, "title", family.title);
  set_text(object, "description", family.description);
  set_text(object, "mimeType", family.mime_type);
  set_object(object, "annotations", family.annotations);
  set_object(object, "_meta", family.meta);
  return object;
}

json::Value to_json(const Prompt& prompt) {
  auto object = json::Value::object({{"name", prompt.name}});
  set_text(object, "title", prompt.title);
  set_text(object, "description", prompt.description);
  if (!prompt.arguments.empty()) {
    auto arguments = json::Value::array();
    for (const PromptArgument& argument : prompt.arguments) {
      auto one = json::Value::object({{"name", argument.name}});
      set_text(one, "title", argument.title);
      set_text(one, "description", argument.description);
      if (argument.required) one.set("required", true);
      arguments.push(std::move(one));
    }
    object.set("arguments", std::move(arguments));
  }
  set_object(object, "_meta", prompt.meta);
  return object;
}

}  // namespace gatehouse::server
