#include "gateway/bridge/lift_content.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {
namespace {

using mcp::Method;

json::Value text_block(std::string text) { return json::Value::object({{"type", "text"}, {"text", std::move(text)}}); }

/// Bytes that a Base64 text stands for.
std::size_t decoded_size(std::string_view base64) {
  while (base64.ends_with('=')) base64.remove_suffix(1);
  return base64.size() * 3 / 4;
}

std::string link_text(const json::Value& link) {
  std::string text = fmt::format("{}: {}", link.text("title", link.text("name")), link.text("uri"));
  if (const auto description = link.text("description"); !description.empty()) text.append("\n").append(description);
  return text;
}

/// The block in the client's words; annotations and `_meta` stay with it.
void fit_block(json::Value& block, mcp::Revision client) {
  const std::string_view type = block.text("type");
  std::string text;
  if (type == "audio" && !mcp::has_audio(client)) {
    text = fmt::format("[audio {}, {} bytes omitted]", block.text("mimeType"), decoded_size(block.text("data")));
  } else if (type == "resource_link" && !mcp::has_resource_links(client)) {
    text = link_text(block);
  } else {
    return;
  }
  json::Value fitted = text_block(std::move(text));
  if (const json::Value* annotations = block.find("annotations")) fitted.set("annotations", *annotations);
  block = std::move(fitted);
}

bool has_text(const json::Value& content) {
  return std::ranges::any_of(*content.as_array(), [](const auto& block) { return block.text("type") == "text"; });
}

bool may_say(std::string_view structured, mcp::Revision client) {
  return mcp::has_open_structured_content(client) ||
         (mcp::has_structured_content(client) && structured.starts_with('{'));
}

void fit_tool_result(json::Value& result, mcp::Revision client, bool wraps_values) {
  json::Value* content = result.find("content");
  if (!content) {
    result.set("content", json::Value::array());
    content = result.find("content");
  }
  if (content->is_array())
    for (json::Value& block : *content->as_array()) fit_block(block, client);
  const json::Value* structured = result.find("structuredContent");
  if (!structured) return;
  const std::string text = structured->str();
  if (content->is_array() && !has_text(*content)) content->push(text_block(text));
  if (may_say(text, client)) return;
  if (wraps_values && mcp::has_structured_content(client))
    result.set("structuredContent", json::Value::object({{"value", *structured}}));
  else
    result.erase("structuredContent");
}

void fit_messages(json::Value& result, mcp::Revision client) {
  json::Value* messages = result.find("messages");
  if (!messages || !messages->is_array()) return;
  for (json::Value& message : *messages->as_array())
    if (json::Value* content = message.find("content")) fit_block(*content, client);
}

bool may_hold_new_blocks(std::string_view text, mcp::Revision client) {
  return (!mcp::has_audio(client) && text.find("audio") != std::string_view::npos) ||
         (!mcp::has_resource_links(client) && text.find("resource_link") != std::string_view::npos);
}

bool needs_fitting(const mcp::Answer& answer, Method method, mcp::Revision client) {
  if (method == Method::prompts_get) return may_hold_new_blocks(answer.body.source(), client);
  const mcp::ResultView& view = answer.view;
  if (!view.structured_content.empty() && (view.content.empty() || !may_say(view.structured_content, client)))
    return true;
  return may_hold_new_blocks(view.content, client);
}

/// `_meta` leaves the body: the front writes its members, except those of the hop, where the client's revision wants them.
std::string take_meta(json::Value& result) {
  std::string members;
  if (const json::Value* meta = result.find("_meta"); meta && meta->is_object()) {
    for (const auto& [key, value] : *meta->as_object()) {
      if (key == mcp::meta_key::kServerInfo || key == mcp::meta_key::kSubscriptionId) continue;
      members.append(members.empty() ? "" : ",").append(json::quoted(key)).append(":").append(value.str());
    }
  }
  for (const std::string_view envelope : {"_meta", "resultType", "ttlMs", "cacheScope"}) result.erase(envelope);
  return members;
}

}  // namespace

std::unique_ptr<mcp::Answer> fit_content(std::unique_ptr<mcp::Answer> answer, Method method, mcp::Revision client,
                                         bool wraps_values) {
  if (method != Method::tools_call && method != Method::prompts_get) return answer;
  if (answer->kind != mcp::ResultKind::complete || !needs_fitting(*answer, method, client)) return answer;
  auto result = json::parse(answer->body.str(), json::kMaxValueDepth);
  if (!result) return answer;  // a member is given twice somewhere inside: as it came
  if (method == Method::tools_call)
    fit_tool_result(*result, client, wraps_values);
  else
    fit_messages(*result, client);
  const std::string meta = take_meta(*result);
  auto fitted = mcp::Answer::of(result->str());
  fitted->is_tool_error = answer->is_tool_error;
  fitted->cache = answer->cache;
  fitted->extra_meta = answer->extra_meta;
  if (!meta.empty()) fitted->extra_meta.append(fitted->extra_meta.empty() ? "" : ",").append(meta);
  return fitted;
}

}  // namespace gatehouse::bridge
