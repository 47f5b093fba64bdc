#include <gatehouse/mcp/capabilities.hpp>

namespace gatehouse::mcp {
namespace {

constexpr std::string_view kUiExtension = "io.modelcontextprotocol/ui";

bool is_set(const json::Value* value, std::string_view member) {
  const json::Value* flag = value ? value->find(member) : nullptr;
  return flag && flag->as_bool().value_or(false);
}

json::Value feature(bool list_changed) {
  auto object = json::Value::object();
  if (list_changed) object.set("listChanged", true);
  return object;
}

}  // namespace

ClientCapabilities read_client_capabilities(std::string_view raw) {
  ClientCapabilities result;
  if (raw.empty() || raw == "{}") return result;
  const auto parsed = json::parse(raw);
  if (!parsed) return result;
  const json::Value& object = *parsed;
  if (const auto* roots = object.find("roots")) {
    result.roots = true;
    result.roots_changed = is_set(roots, "listChanged");
  }
  if (const auto* sampling = object.find("sampling")) {
    result.sampling = true;
    result.sampling_tools = sampling->find("tools") != nullptr;
    result.sampling_context = sampling->find("context") != nullptr;
  }
  if (const auto* elicitation = object.find("elicitation")) {
    result.elicitation_url = elicitation->find("url") != nullptr;
    // `{}` means form only (2025-11-25 client/elicitation, "Capabilities").
    result.elicitation_form = elicitation->find("form") != nullptr || !result.elicitation_url;
  }
  if (const auto* extensions = object.find("extensions")) result.ui = extensions->find(kUiExtension) != nullptr;
  return result;
}

json::Value to_json(const ClientCapabilities& capabilities, Revision revision) {
  auto object = json::Value::object();
  if (capabilities.roots) object.set("roots", feature(capabilities.roots_changed && !is_modern(revision)));
  if (capabilities.sampling) {
    auto sampling = json::Value::object();
    if (capabilities.sampling_tools) sampling.set("tools", json::Value::object());
    if (capabilities.sampling_context) sampling.set("context", json::Value::object());
    object.set("sampling", std::move(sampling));
  }
  if (capabilities.elicitation_form || capabilities.elicitation_url) {
    auto elicitation = json::Value::object();
    if (capabilities.elicitation_url) {
      if (capabilities.elicitation_form) elicitation.set("form", json::Value::object());
      elicitation.set("url", json::Value::object());
    }
    object.set("elicitation", std::move(elicitation));
  }
  if (capabilities.ui) {
    auto ui = json::Value::object({{"mimeTypes", json::Value::array({"text/html;profile=mcp-app"})}});
    object.set("extensions", json::Value::object({{std::string(kUiExtension), std::move(ui)}}));
  }
  return object;
}

ServerCapabilities read_server_capabilities(const json::Value& object) {
  const auto* tools = object.find("tools");
  const auto* resources = object.find("resources");
  const auto* prompts = object.find("prompts");
  return {.tools = tools != nullptr,
          .tools_changed = is_set(tools, "listChanged"),
          .resources = resources != nullptr,
          .resources_changed = is_set(resources, "listChanged"),
          .resources_subscribe = is_set(resources, "subscribe"),
          .prompts = prompts != nullptr,
          .prompts_changed = is_set(prompts, "listChanged"),
          .completions = object.find("completions") != nullptr,
          .logging = object.find("logging") != nullptr};
}

json::Value to_json(const ServerCapabilities& capabilities, Revision revision) {
  auto object = json::Value::object();
  if (capabilities.tools) object.set("tools", feature(capabilities.tools_changed));
  if (capabilities.resources) {
    auto resources = feature(capabilities.resources_changed);
    if (capabilities.resources_subscribe) resources.set("subscribe", true);
    object.set("resources", std::move(resources));
  }
  if (capabilities.prompts) object.set("prompts", feature(capabilities.prompts_changed));
  if (capabilities.completions && has_completions_capability(revision))
    object.set("completions", json::Value::object());
  if (capabilities.logging) object.set("logging", json::Value::object());
  return object;
}

json::Value ui_extension() { return json::Value::object({{std::string(kUiExtension), json::Value::object()}}); }

json::Value to_json(const Implementation& implementation) {
  auto object = json::Value::object({{"name", implementation.name}, {"version", implementation.version}});
  if (!implementation.title.empty()) object.set("title", implementation.title);
  return object;
}

}  // namespace gatehouse::mcp
