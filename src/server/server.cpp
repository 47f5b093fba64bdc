#include <gatehouse/server/server.hpp>

#include <gatehouse/json/value.hpp>

#include "src/server/state.hpp"

namespace gatehouse::server {
namespace {

using mcp::ListKind;
using mcp::Method;

mcp::Reply unknown_method(const mcp::Call& call) {
  return fail(Kind::method_not_found, Origin::client,
              "Method not found: " + std::string(call.request.rpc.method.substr(0, 100)));
}

}  // namespace

Server::Server(mcp::Implementation implementation) : state_(std::make_unique<State>()) {
  state_->implementation = std::move(implementation);
  state_->info = mcp::to_json(state_->implementation).str();
}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

// -- what is offered

Result<void> Server::tool(Tool tool, ToolHandler handler) {
  auto added = state_->tools.add(tool, std::move(handler));
  if (added) state_->listeners.list_changed(ListKind::tools);
  return added;
}

Result<void> Server::resource(Resource resource, ResourceHandler handler) {
  auto added = state_->resources.add(resource, std::move(handler));
  if (added) state_->listeners.list_changed(ListKind::resources);
  return added;
}

Result<void> Server::resource_template(ResourceTemplate family, TemplateHandler handler) {
  auto added = state_->resources.add(family, std::move(handler));
  if (added) state_->listeners.list_changed(ListKind::templates);
  return added;
}

Result<void> Server::prompt(Prompt prompt, PromptHandler handler) {
  auto added = state_->prompts.add(prompt, std::move(handler));
  if (added) state_->listeners.list_changed(ListKind::prompts);
  return added;
}

Result<void> Server::completion(CompletionTarget target, CompletionHandler handler) {
  return state_->completions.add(std::move(target), std::move(handler));
}

bool Server::remove_tool(std::string_view name) {
  const bool removed = state_->tools.remove(name);
  if (removed) state_->listeners.list_changed(ListKind::tools);
  return removed;
}

bool Server::remove_resource(std::string_view uri) {
  const bool removed = state_->resources.remove(uri);
  if (removed) state_->listeners.list_changed(ListKind::resources);
  return removed;
}

bool Server::remove_resource_template(std::string_view uri_template) {
  const bool removed = state_->resources.remove_template(uri_template);
  if (removed) state_->listeners.list_changed(ListKind::templates);
  return removed;
}

bool Server::remove_prompt(std::string_view name) {
  const bool removed = state_->prompts.remove(name);
  if (removed) state_->listeners.list_changed(ListKind::prompts);
  return removed;
}

void Server::resource_updated(std::string_view uri) { state_->listeners.resource_updated(uri); }

Server::Attachment Server::attach(transport::Sessions& sessions) {
  state_->listeners.attach(sessions);
  return {state_.get(), &sessions};
}

Server::Attachment::~Attachment() {
  if (state_) state_->listeners.detach(*sessions_);
}

// -- answering

mcp::ServerCapabilities Server::State::capabilities() const {
  const bool has_tools = tools.was_used(), has_resources = resources.was_used(), has_prompts = prompts.was_used();
  return {.tools = has_tools,
          .tools_changed = has_tools,
          .resources = has_resources,
          .resources_changed = has_resources,
          .resources_subscribe = has_resources,
          .prompts = has_prompts,
          .prompts_changed = has_prompts,
          .completions = completions.was_used(),
          .logging = log_level.has_value()};
}

mcp::Reply Server::State::list(const mcp::Call& call) {
  const mcp::Params& params = call.request.params;
  auto reply = [&]() -> mcp::Reply {
    switch (call.request.method) {
      case Method::tools_list: return tools.was_used() ? tools.list(params, options.page_size) : unknown_method(call);
      case Method::resources_list:
        return resources.was_used() ? resources.list(params, options.page_size) : unknown_method(call);
      case Method::resources_templates_list:
        return resources.was_used() ? resources.list_templates(params, options.page_size) : unknown_method(call);
      default: return prompts.was_used() ? prompts.list(params, options.page_size) : unknown_method(call);
    }
  }();
  if (reply) (*reply)->cache = options.list_cache;
  return reply;
}

mcp::Reply Server::State::subscribe(const mcp::Call& call) {
  if (!resources.was_used()) return unknown_method(call);
  const auto done = call.request.method == Method::resources_subscribe
                        ? listeners.subscribe(call, resources, options.max_subscriptions)
                        : listeners.unsubscribe(call);
  if (!done) return fail(done.error());
  return mcp::Answer::of("{}");
}

/// What runs a handler.
Task<mcp::Reply> Server::State::use(const mcp::Call& call) {
  Context context(call, log_level, options.resource);
  if (auto read = context.read_inputs(); !read) co_return fail(std::move(read.error()));
  const Method method = call.request.method;
  if (method == Method::tools_call && tools.was_used()) co_return co_await tools.call(call, context);
  if (method == Method::resources_read && resources.was_used()) co_return co_await resources.read(call, context);
  if (method == Method::prompts_get && prompts.was_used()) co_return co_await prompts.get(call, context);
  if (method == Method::completion_complete && completions.was_used()) {
    co_return co_await completions.complete(call, context, prompts, resources);
  }
  co_return unknown_method(call);
}

Task<mcp::Reply> Server::answer(const mcp::Call& call) {
  switch (call.request.method) {
    case Method::tools_list:
    case Method::resources_list:
    case Method::resources_templates_list:
    case Method::prompts_list: co_return state_->list(call);
    case Method::tools_call:
    case Method::resources_read:
    case Method::prompts_get:
    case Method::completion_complete: co_return co_await state_->use(call);
    case Method::resources_subscribe:
    case Method::resources_unsubscribe: co_return state_->subscribe(call);
    case Method::subscriptions_listen:
      co_return state_->listeners.listen(call, state_->capabilities(), state_->resources,
                                         state_->options.max_subscriptions);
    case Method::logging_set_level: co_return state_->log_level ? mcp::Answer::of("{}") : unknown_method(call);
    default: co_return unknown_method(call);
  }
}

mcp::Responder::About Server::about(const mcp::Client& client) {
  (void)client;
  return {.implementation = state_->implementation,
          .capabilities = state_->capabilities(),
          .extensions = {},
          .instructions = state_->instructions};
}

std::string_view Server::server_info() const { return state_->info; }
const identity::ProtectedResource& Server::resource() const { return state_->options.resource; }

void Server::events_missed(std::string_view session) { state_->listeners.assume_changes(session); }

void Server::session_ended(std::string_view session) { state_->listeners.session_ended(session); }

}  // namespace gatehouse::server
