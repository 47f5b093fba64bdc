#include "gateway/bridge/lift_error.hpp"

#include <optional>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/bridge/clean_text.hpp"
#include "gateway/bridge/lift_completion.hpp"

namespace gatehouse::bridge {
namespace {

namespace code = mcp::code;

bool is_implementation_code(int c) { return c <= -32000 && c >= -32019; }
bool is_protocol_code(int c) { return c <= -32020 && c >= -32099; }
/// In the protocol's range, and no revision says what it means.
bool is_unnamed(int c) { return is_protocol_code(c) && !mcp::is_modern_only(c); }

/// The code the client gets for the server's code.
int translate(int c, const Hop& hop, bool names_uri) {
  const bool modern = mcp::is_modern(hop.client);
  switch (c) {
    case code::kParseError:
    case code::kInvalidRequest: return code::kInternal;       // our request, so our fault
    case code::kMethodNotFound: return code::kInvalidParams;  // the item is not served; the method exists here
    case code::kResourceNotFound:
      if (!modern) return c;
      return hop.method == mcp::Method::resources_read ? code::kInvalidParams : code::kInternal;
    case code::kInvalidParams: {
      const bool missing_resource =
          hop.method == mcp::Method::resources_read && names_uri && mcp::is_modern(hop.server);
      return missing_resource && !modern ? code::kResourceNotFound : c;
    }
    case code::kHeaderMismatch:  // the lists were read again and it was asked again before this
    case code::kUnsupportedVersion: return code::kInternal;
    case code::kMissingCapability: return modern ? c : code::kNotBridgeable;
    case code::kUrlElicitationRequired: return modern ? code::kNotBridgeable : c;
    default: break;
  }
  if (modern && (is_implementation_code(c) || is_protocol_code(c))) return code::kInternal;
  return c;
}

json::Value& object_at(json::Value& parent, std::string_view key) {
  json::Value* member = parent.find(key);
  if (!member || !member->is_object()) parent.set(key, json::Value::object());
  return *parent.find(key);
}

/// A relayed error says nothing in our name but the code it had. A server that is a gateway itself has its own say below ours
/// (GB-393).
bool note_origin(json::Value& error, std::optional<int> upstream_code) {
  const json::Value* data = error.find("data");
  const json::Value* theirs = data ? data->find("gatehouse") : nullptr;
  if (!theirs && !upstream_code) return false;
  auto note = json::Value::object();
  if (upstream_code) note.set("upstreamCode", *upstream_code);
  if (theirs) note.set("upstream", *theirs);
  object_at(error, "data").set("gatehouse", std::move(note));
  return true;
}

/// Names the capability as people do: "elicitation.url".
std::string feature_of(const json::Value* required) {
  const auto* members = required ? required->as_object() : nullptr;
  if (!members || members->empty()) return "a capability";
  std::string feature = members->front().first;
  const auto* inner = members->front().second.as_object();
  if (inner && !inner->empty()) feature.append(".").append(inner->front().first);
  return feature;
}

/// Older clients know no error for a capability that they lack: the gateway says it in its own words (E11).
void explain_missing_capability(json::Value& error, const Hop& hop) {
  const json::Value* data = error.find("data");
  const json::Value* required = data ? data->find("requiredCapabilities") : nullptr;
  const std::string feature = feature_of(required);
  auto note = json::Value::object(
      {{"feature", feature}, {"clientVersion", mcp::to_string(hop.client)}, {"backend", hop.server_name}});
  if (required) note.set("requiredCapabilities", *required);
  error.set("message", fmt::format("{} needs {}, which this client ({}) does not offer.", hop.exposed_name, feature,
                                   mcp::to_string(hop.client)));
  error.set("data", json::Value::object({{"gatehouse", std::move(note)}}));
}

/// URIs in the members where the protocol puts them (GB-391).
bool expose_data(json::Value& error, const Hop& hop) {
  json::Value* data = error.find("data");
  const json::Value* uri = data ? data->find("uri") : nullptr;
  if (!uri || !uri->as_string()) return false;
  std::string exposed = hop.expose_uri(*uri->as_string());
  if (exposed == *uri->as_string()) return false;
  data->set("uri", std::move(exposed));
  return true;
}

/// Credentials in texts anywhere in `data`; addresses are for the client to use as they are.
bool clean_data(json::Value& data) {
  bool changed = false;
  if (auto* members = data.as_object())
    for (auto& [key, inner] : *members) changed = (key != "uri" && key != "url" && clean_data(inner)) || changed;
  if (auto* elements = data.as_array())
    for (json::Value& inner : *elements) changed = clean_data(inner) || changed;
  const std::string* text = data.as_string();
  if (!text) return changed;
  std::string cleaned = clean_text(*text);
  if (cleaned == *text) return false;
  data = json::Value(std::move(cleaned));
  return true;
}

/// What only the server's developers may see: stack traces, credentials.
bool clean(json::Value& error) {
  bool changed = false;
  if (const json::Value* message = error.find("message"); message && message->as_string()) {
    std::string cleaned = clean_text(*message->as_string());
    changed = cleaned != *message->as_string();
    if (changed) error.set("message", std::move(cleaned));
  }
  json::Value* data = error.find("data");
  for (const std::string_view trace : {"stack", "stackTrace", "stacktrace", "traceback"}) {
    if (!data || !data->find(trace)) continue;
    data->erase(trace);
    changed = true;
  }
  if (data) changed = clean_data(*data) || changed;
  return changed;
}

std::unique_ptr<mcp::Answer> with_code(json::Value& error, int code) {
  error.set("code", code);
  auto answer = mcp::Answer::of(error.str());
  answer->is_error = true;
  answer->error_code = code;
  return answer;
}

/// The server's code out of our note, and the note without it.
std::optional<int> take_upstream_code(json::Value& error) {
  json::Value* data = error.find("data");
  json::Value* note = data ? data->find("gatehouse") : nullptr;
  const json::Value* code = note ? note->find("upstreamCode") : nullptr;
  if (!code || !code->as_int()) return std::nullopt;
  const int taken = static_cast<int>(*code->as_int());
  note->erase("upstreamCode");
  if (note->as_object()->empty()) data->erase("gatehouse");
  if (data->as_object()->empty()) error.erase("data");
  return taken;
}

}  // namespace

mcp::Reply lift_error(std::unique_ptr<mcp::Answer> answer, const Hop& hop) {
  if (hop.method == mcp::Method::completion_complete && answer->error_code == code::kMethodNotFound)
    return no_completions();
  auto error = json::parse(answer->body.source());
  if (!error) return fail(Kind::bad_reply, Origin::upstream, "The server's error is malformed.");
  const json::Value* data = error->find("data");
  const int theirs = answer->error_code;
  const int translated = translate(theirs, hop, data && data->find("uri"));
  bool changed = translated != theirs;
  changed = clean(*error) || changed;
  changed = expose_data(*error, hop) || changed;
  const bool hides_code =
      translated != theirs && translated == code::kInternal && (is_implementation_code(theirs) || is_unnamed(theirs));
  changed = note_origin(*error, hides_code ? std::optional(theirs) : std::nullopt) || changed;
  if (theirs == code::kMissingCapability && translated != theirs) explain_missing_capability(*error, hop);
  if (!changed) return answer;
  return with_code(*error, translated);
}

mcp::Reply lift_error_for_older(std::unique_ptr<mcp::Answer> answer, const Hop& hop) {
  if (answer->error_code != code::kInternal && answer->error_code != code::kMissingCapability) return answer;
  auto error = json::parse(answer->body.str());
  if (!error) return fail(Kind::bad_reply, Origin::upstream, "The server's error is malformed.");
  if (answer->error_code == code::kMissingCapability) {
    explain_missing_capability(*error, hop);
    return with_code(*error, code::kNotBridgeable);
  }
  const auto theirs = take_upstream_code(*error);
  if (!theirs) return answer;
  return with_code(*error, *theirs);
}

}  // namespace gatehouse::bridge
