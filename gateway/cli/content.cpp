#include "gateway/cli/content.hpp"

#include <algorithm>

namespace gatehouse::cli {
namespace {

/// Bytes that base64 text stands for.
std::size_t decoded_size(std::string_view base64) {
  const std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  return base64.size() / 4 * 3 - std::min(padding, base64.size());
}

std::string bracketed(std::initializer_list<std::string_view> words) {
  std::string out = "[";
  for (const std::string_view word : words) {
    if (word.empty()) continue;
    if (out.size() > 1) out += ' ';
    out += word;
  }
  return out + "]";
}

std::string bytes(std::string_view base64) { return std::to_string(decoded_size(base64)) + " bytes"; }

std::string resource_text(const json::Value& resource) {
  const std::string head = "resource " + std::string(resource.text("uri"));
  if (const json::Value* text = resource.find("text"); text && text->as_string()) {
    return bracketed({head, resource.text("mimeType")}) + "\n" + *text->as_string();
  }
  return bracketed({head, resource.text("mimeType"), bytes(resource.text("blob"))});
}

std::string block_text(const json::Value& block) {
  const std::string_view type = block.text("type");
  if (type == "text") return std::string(block.text("text"));
  if (type == "image" || type == "audio") return bracketed({type, block.text("mimeType"), bytes(block.text("data"))});
  if (type == "resource_link")
    return bracketed({"link", block.text("uri"), block.text("name"), block.text("mimeType")});
  if (const json::Value* resource = block.find("resource"); type == "resource" && resource)
    return resource_text(*resource);
  return bracketed({type.empty() ? "unknown content" : type});
}

}  // namespace

std::string content_text(const json::Value& result) {
  std::string out;
  const json::Value* content = result.find("content");
  if (const auto* blocks = content ? content->as_array() : nullptr) {
    for (const json::Value& block : *blocks) {
      out += block_text(block);
      if (!out.empty() && !out.ends_with('\n')) out += '\n';
    }
  }
  const json::Value* structured = result.find("structuredContent");
  if (out.empty() && structured) out = structured->pretty() + "\n";
  return out;
}

std::string signature(const json::Value& tool) {
  const json::Value* schema = tool.find("inputSchema");
  const json::Value* properties = schema ? schema->find("properties") : nullptr;
  const auto* members = properties ? properties->as_object() : nullptr;
  if (!members) return {};
  const json::Value* list = schema->find("required");
  const auto* required = list ? list->as_array() : nullptr;
  std::string out;
  for (const auto& [name, definition] : *members) {
    const bool needed = required && std::ranges::any_of(*required, [&](const json::Value& item) {
                          return item.as_string() && *item.as_string() == name;
                        });
    if (!out.empty()) out += ' ';
    out += needed ? name : "[" + name + "]";
  }
  return out;
}

}  // namespace gatehouse::cli
