#include "gateway/bridge/lift_error.hpp"

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/error_codes.hpp>

namespace gatehouse::bridge {
namespace {

namespace code = mcp::code;

bool is_implementation_code(int c) { return c <= -32000 && c >= -32019; }
bool is_protocol_code(int c) { return c <= -32020 && c >= -32099; }

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
    case code::kHeaderMismatch: return modern ? c : code::kInternal;  // its own Mcp-Param-* headers were passed on
    case code::kUnsupportedVersion: return code::kInternal;
    case code::kMissingCapability: return modern ? c : code::kNotBridgeable;
    case code::kUrlElicitationRequired: return modern ? code::kNotBridgeable : c;
    default: break;
  }
  if (modern && (is_implementation_code(c) || is_protocol_code(c))) return code::kInternal;
  return c;
}

/// Keeps the server's code where a client may look for it. A server that is a gateway itself has its own say below ours (GB-393).
void note_code(json::Value& error, int upstream_code) {
  json::Value* data = error.find("data");
  if (!data || !data->is_object()) {
    error.set("data", json::Value::object());
    data = error.find("data");
  }
  auto note = json::Value::object({{"upstreamCode", upstream_code}});
  if (const json::Value* theirs = data->find("gatehouse")) note.set("upstream", *theirs);
  data->set("gatehouse", std::move(note));
}

/// URIs in the members where the protocol puts them.
void expose_data(json::Value& data, const Hop& hop) {
  if (const auto* uri = data.find("uri"); uri && uri->as_string()) data.set("uri", hop.expose_uri(*uri->as_string()));
}

}  // namespace

mcp::Reply lift_error(std::unique_ptr<mcp::Answer> answer, const Hop& hop) {
  auto error = json::parse(answer->body.source());
  if (!error) return fail(Kind::bad_reply, Origin::upstream, "The server's error is malformed.");
  json::Value* data = error->find("data");
  const bool names_uri = data && data->find("uri");
  const int translated = translate(answer->error_code, hop, names_uri);
  if (translated == answer->error_code && !names_uri) return answer;
  if (names_uri) expose_data(*data, hop);
  if (translated == code::kInternal && is_implementation_code(answer->error_code))
    note_code(*error, answer->error_code);
  error->set("code", translated);
  auto lifted = mcp::Answer::of(error->str());
  lifted->is_error = true;
  lifted->error_code = translated;
  return lifted;
}

}  // namespace gatehouse::bridge
