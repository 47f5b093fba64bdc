#include <utility>

#include <gatehouse/json/value.hpp>

#include "src/server/listeners.hpp"

namespace gatehouse::server {

/// `{members,"_meta":{subscriptionId}}`: every message of a listen stream names the stream (LF-403).
std::string ListenStream::params(std::string_view members) const {
  std::string text = "{";
  text.append(members).append(members.empty() ? "" : ",").append("\"_meta\":{\"");
  return text.append(mcp::meta_key::kSubscriptionId).append("\":").append(id_).append("}}");
}

void ListenStream::acknowledge(mcp::Events& events) const {
  auto accepted = json::Value::object();
  if (filter_.tools) accepted.set("toolsListChanged", true);
  if (filter_.prompts) accepted.set("promptsListChanged", true);
  if (filter_.resources) accepted.set("resourcesListChanged", true);
  if (!filter_.uris.empty()) {
    auto uris = json::Value::array();
    for (const std::string& uri : filter_.uris) uris.push(uri);
    accepted.set("resourceSubscriptions", std::move(uris));
  }
  const std::string text = params("\"notifications\":" + accepted.str());
  events.notify(mcp::notification::kAcknowledged, json::Splice(text));
}

void ListenStream::flush(mcp::Events& events) {
  const ListenFilter now = std::exchange(pending_, {});
  const std::string plain = params({});
  if (now.tools) events.notify(mcp::notification::kToolsChanged, json::Splice(plain));
  if (now.resources) events.notify(mcp::notification::kResourcesChanged, json::Splice(plain));
  if (now.prompts) events.notify(mcp::notification::kPromptsChanged, json::Splice(plain));
  for (const std::string& uri : now.uris) {
    const std::string text = params("\"uri\":" + json::quoted(uri));
    events.notify(mcp::notification::kResourceUpdated, json::Splice(text));
  }
}

Task<void> ListenStream::run(mcp::Events& events, Cancel& cancel) {
  const Cancel::Hook stop(cancel, [this] { changed_.notify(); });
  if (!cancel.requested()) acknowledge(events);
  while (!cancel.requested()) {
    flush(events);
    co_await changed_.wait();
  }
}

void ListenStream::list_changed(mcp::ListKind kind) {
  using mcp::ListKind;
  const auto note = [this](bool wanted, bool& flag) {
    if (!wanted) return;
    flag = true;
    changed_.notify();
  };
  if (kind == ListKind::tools) note(filter_.tools, pending_.tools);
  if (kind == ListKind::resources || kind == ListKind::templates) note(filter_.resources, pending_.resources);
  if (kind == ListKind::prompts) note(filter_.prompts, pending_.prompts);
}

void ListenStream::resource_updated(std::string_view uri) {
  if (!filter_.uris.contains(uri)) return;
  pending_.uris.emplace(uri);
  changed_.notify();
}

}  // namespace gatehouse::server
