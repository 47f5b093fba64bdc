#include <gatehouse/server/content.hpp>

#include "src/server/base64.hpp"
#include "src/server/results.hpp"

namespace gatehouse::server {
namespace {

json::Value text_block(std::string_view text) { return json::Value::object({{"type", "text"}, {"text", text}}); }

json::Value media_block(const char* type, std::string_view bytes, std::string_view mime_type) {
  return json::Value::object({{"type", type}, {"data", base64(bytes)}, {"mimeType", mime_type}});
}

}  // namespace

Content Content::text(std::string_view text) { return Content(text_block(text)); }
Content Content::image(std::string_view bytes, std::string_view mime_type) {
  return Content(media_block("image", bytes, mime_type));
}
Content Content::audio(std::string_view bytes, std::string_view mime_type) {
  return Content(media_block("audio", bytes, mime_type));
}

Content Content::link(std::string_view uri, std::string_view name, std::string_view description,
                      std::string_view mime_type) {
  auto block = json::Value::object({{"type", "resource_link"}, {"uri", uri}, {"name", name}});
  if (!description.empty()) block.set("description", description);
  if (!mime_type.empty()) block.set("mimeType", mime_type);
  return Content(std::move(block));
}

Content Content::resource(const ResourceContents& contents) {
  return Content(json::Value::object(
      {{"type", "resource"}, {"resource", server::to_json(contents, contents.uri, contents.mime_type)}}));
}

Content& Content::annotate(json::Value annotations) {
  value_.set("annotations", std::move(annotations));
  return *this;
}

json::Value Content::to_json(mcp::Revision revision) const {
  const std::string_view type = value_.text("type");
  if (type == "audio" && !mcp::has_audio(revision))
    return text_block("[audio: " + std::string(value_.text("mimeType")) + "]");
  if (type == "resource_link" && !mcp::has_resource_links(revision)) return text_block(value_.text("uri"));
  return value_;
}

ToolResult ToolResult::error(std::string text) {
  ToolResult result(std::move(text));
  result.is_error = true;
  return result;
}

ToolResult ToolResult::structured(json::Value value) {
  ToolResult result(value.str());
  result.structured_content = std::move(value);
  return result;
}

ToolResult& ToolResult::add(Content block) {
  content.push_back(std::move(block));
  return *this;
}

PromptResult& PromptResult::add(Role role, Content content) {
  messages.push_back({role, std::move(content)});
  return *this;
}

Completion Completion::matching(const std::vector<std::string>& candidates, std::string_view typed) {
  Completion completion;
  std::size_t count = 0;
  for (const std::string& candidate : candidates) {
    if (!candidate.starts_with(typed)) continue;
    if (++count <= kMost) completion.values.push_back(candidate);
  }
  if (count > kMost) completion.total = count;
  return completion;
}

}  // namespace gatehouse::server
