#include "src/server/listeners.hpp"

#include <gatehouse/json/value.hpp>

#include "src/server/arguments.hpp"

namespace gatehouse::server {
namespace {

std::unexpected<Error> too_many() {
  return fail(Kind::limit_exceeded, Origin::gateway, "Too many resources are watched; give some up first.");
}

/// A member of the filter that asks for a list: absent, true or false.
Result<bool> flag(const json::Value& filter, std::string_view key) {
  const auto* member = filter.find(key);
  if (!member) return false;
  const auto value = member->as_bool();
  if (!value)
    return fail(Kind::invalid_params, Origin::client,
                "notifications: member \"" + std::string(key) + "\" has to be true or false");
  return *value;
}

Result<ListenFilter> read_filter(const mcp::Params& params) {
  const auto filter = object_param(params, "notifications");
  if (!filter) return fail(filter.error());
  if (!params.object.find("notifications"))
    return fail(Kind::invalid_params, Origin::client, "params: member \"notifications\" is missing");
  ListenFilter wanted;
  for (const auto& [key, to] :
       {std::pair{"toolsListChanged", &wanted.tools}, std::pair{"resourcesListChanged", &wanted.resources},
        std::pair{"promptsListChanged", &wanted.prompts}}) {
    const auto value = flag(*filter, key);
    if (!value) return fail(value.error());
    *to = *value;
  }
  const auto* uris = filter->find("resourceSubscriptions");
  if (!uris) return wanted;
  const auto wrong = fail(Kind::invalid_params, Origin::client,
                          "notifications: member \"resourceSubscriptions\" has to be an array of strings");
  if (!uris->is_array()) return wrong;
  for (const json::Value& uri : *uris->as_array()) {
    if (!uri.is_string()) return wrong;
    wanted.uris.insert(*uri.as_string());
  }
  return wanted;
}

Result<std::string_view> read_uri(const mcp::Call& call) {
  const std::string_view uri = call.request.params.uri;
  if (!uri.data()) return fail(Kind::invalid_params, Origin::client, "params: member \"uri\" is missing");
  return uri;
}

}  // namespace

void Listeners::list_changed(mcp::ListKind kind) {
  const json::Splice params("{}");
  for (transport::Sessions* table : tables_) {
    table->each([&](transport::Session& session) { session.send(mcp::changed_notification(kind), params); });
  }
  for (ListenStream& stream : streams_) stream.list_changed(kind);
}

void Listeners::resource_updated(std::string_view uri) {
  const std::string text = json::Value::object({{"uri", uri}}).str();
  const json::Splice params(text);
  for (transport::Sessions* table : tables_) {
    table->each([&](transport::Session& session) {
      const auto found = subscriptions_.find(session.id());
      if (found != subscriptions_.end() && found->second.contains(uri))
        session.send(mcp::notification::kResourceUpdated, params);
    });
  }
  for (ListenStream& stream : streams_) stream.resource_updated(uri);
}

Result<void> Listeners::subscribe(const mcp::Call& call, const Resources& resources, std::size_t max_subscriptions) {
  const auto uri = read_uri(call);
  if (!uri) return fail(uri.error());
  if (!resources.knows(*uri)) {
    return fail(Error{Kind::resource_not_found, Origin::client, "Resource not found."}.with_data(
        json::Value::object({{"uri", *uri}}).str()));
  }
  auto& uris = subscriptions_[std::string(call.client.session)];
  if (uris.size() >= max_subscriptions && !uris.contains(*uri)) return too_many();
  uris.emplace(*uri);
  return {};
}

Result<void> Listeners::unsubscribe(const mcp::Call& call) {
  const auto uri = read_uri(call);
  if (!uri) return fail(uri.error());
  const auto found = subscriptions_.find(call.client.session);
  if (found == subscriptions_.end()) return {};
  if (const auto one = found->second.find(*uri); one != found->second.end()) found->second.erase(one);
  if (found->second.empty()) subscriptions_.erase(found);
  return {};
}

void Listeners::assume_changes(std::string_view id) {
  for (transport::Sessions* table : tables_) {
    const auto session = table->peek(id);
    if (!session) continue;
    for (const std::string_view method :
         {mcp::notification::kToolsChanged, mcp::notification::kResourcesChanged, mcp::notification::kPromptsChanged}) {
      session->send(method, json::Splice("{}"));
    }
    const auto watched = subscriptions_.find(id);
    if (watched == subscriptions_.end()) continue;
    for (const std::string& uri : watched->second) {
      const std::string params = json::Value::object({{"uri", uri}}).str();
      session->send(mcp::notification::kResourceUpdated, json::Splice(params));
    }
  }
}

void Listeners::session_ended(std::string_view session) {
  if (const auto found = subscriptions_.find(session); found != subscriptions_.end()) subscriptions_.erase(found);
}

mcp::Reply Listeners::listen(const mcp::Call& call, const mcp::ServerCapabilities& offered, const Resources& resources,
                             std::size_t max_subscriptions) {
  auto filter = read_filter(call.request.params);
  if (!filter) return fail(std::move(filter.error()));
  if (filter->uris.size() > max_subscriptions) return too_many();
  filter->tools &= offered.tools;
  filter->resources &= offered.resources;
  filter->prompts &= offered.prompts;
  std::erase_if(filter->uris, [&](const std::string& uri) { return !resources.knows(uri); });
  auto stream = std::make_unique<ListenStream>(std::string(call.request.rpc.id), std::move(*filter));
  streams_.push_back(*stream);
  auto answer = mcp::Answer::of("{}");
  answer->stream = std::move(stream);
  return answer;
}

}  // namespace gatehouse::server
