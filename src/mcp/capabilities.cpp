#include <gatehouse/mcp/capabilities.hpp>

#include <gatehouse/mcp/tasks.hpp>

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

json::Value core_tasks(const ServerCapabilities& capabilities) {
  auto tasks = json::Value::object();
  if (capabilities.tasks_list) tasks.set("list", json::Value::object());
  if (capabilities.tasks_cancel) tasks.set("cancel", json::Value::object());
  auto tools = json::Value::object({{"call", json::Value::object()}});
  tasks.set("requests", json::Value::object({{"tools", std::move(tools)}}));
  return tasks;
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
  if (const auto* extensions = object.find("extensions")) {
    result.ui = extensions->find(kUiExtension) != nullptr;
    result.tasks = extensions->find(kTasksExtension) != nullptr;
  }
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
  auto extensions = json::Value::object();
  if (capabilities.ui)
    extensions.set(kUiExtension, json::Value::object({{"mimeTypes", json::Value::array({"text/html;profile=mcp-app"})}}));
  if (capabilities.tasks && has_tasks_extension(revision)) extensions.set(kTasksExtension, json::Value::object());
  if (!extensions.as_object()->empty()) object.set("extensions", std::move(extensions));
  return object;
}

ServerCapabilities read_server_capabilities(const json::Value& object) {
  const auto* tasks = object.find("tasks");
  const auto* requests = tasks ? tasks->find("requests") : nullptr;
  const auto* tool_requests = requests ? requests->find("tools") : nullptr;
  const auto* extensions = object.find("extensions");
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
          .logging = object.find("logging") != nullptr,
          .tasks_extension = extensions && extensions->find(kTasksExtension),
          .tasks_calls = tool_requests && tool_requests->find("call"),
          .tasks_cancel = tasks && tasks->find("cancel"),
          .tasks_list = tasks && tasks->find("list")};
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
  if (capabilities.tasks_calls && has_core_tasks(revision)) object.set("tasks", core_tasks(capabilities));
  return object;
}

json::Value ui_extension() { return json::Value::object({{std::string(kUiExtension), json::Value::object()}}); }

json::Value to_json(const Implementation& implementation) {
  auto object = json::Value::object({{"name", implementation.name}, {"version", implementation.version}});
  if (!implementation.title.empty()) object.set("title", implementation.title);
  return object;
}

}  // namespace gatehouse::mcp
