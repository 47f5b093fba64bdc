#include "gateway/bridge/lower.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {
namespace {

std::unexpected<Error> missing(std::string_view member) {
  return fail(Kind::invalid_params, Origin::client, "params: member \"" + std::string(member) + "\" is missing.");
}

/// Members of a multi-round-trip retry and of tasks, which only one era knows.
bool is_foreign(const json::Member& member, mcp::Revision server) {
  if (!mcp::is_modern(server)) return member.key == "inputResponses" || member.key == "requestState";
  return member.key == "task";
}

void lower_reference(const mcp::Message& request, std::string_view local, json::Splice& params) {
  auto reference = json::parse(request.params.reference);
  if (!reference) return;
  const std::string_view member = reference->text("type") == "ref/prompt" ? "name" : "uri";
  if (reference->text(member) == local) return;
  reference->set(member, local);
  params.replace(request.params.reference, reference->str());
}

}  // namespace

Result<void> lower_request(const mcp::Message& request, std::string_view local, mcp::Revision server,
                           json::Splice& params) {
  switch (mcp::target_of(request.method)) {
    case mcp::Target::name:
      if (!request.params.name.data()) return missing("name");
      if (request.params.name != local) params.replace(request.params.name_raw, json::quoted(local));
      break;
    case mcp::Target::uri:
      if (!request.params.uri.data()) return missing("uri");
      if (request.params.uri != local) params.replace(request.params.uri_raw, json::quoted(local));
      break;
    case mcp::Target::reference: lower_reference(request, local, params); break;
    default: break;
  }
  const auto& members = request.params.object.members;
  const auto foreign = [&](const json::Member& member) {
    const bool context = request.method == mcp::Method::completion_complete && member.key == "context" &&
                         !mcp::has_completion_context(server);
    return context || is_foreign(member, server);
  };
  if (std::any_of(members.begin(), members.end(), foreign))
    json::rewrite_members(params, request.params.object, foreign, {});
  return {};
}

Result<Reference> read_reference(const mcp::Message& request) {
  if (request.params.reference.empty()) return missing("ref");
  const auto parsed = json::parse(request.params.reference);
  if (!parsed) return fail(Error(parsed.error()));
  const std::string_view type = parsed->text("type");
  if (type != "ref/prompt" && type != "ref/resource") {
    return fail(Kind::invalid_params, Origin::client, "params.ref.type has to be \"ref/prompt\" or \"ref/resource\".");
  }
  Reference reference{.is_prompt = type == "ref/prompt", .key = {}};
  reference.key = parsed->text(reference.is_prompt ? "name" : "uri");
  if (reference.key.empty()) return missing(reference.is_prompt ? "ref.name" : "ref.uri");
  return reference;
}

}  // namespace gatehouse::bridge
