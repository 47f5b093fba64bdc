#include "gateway/bridge/retry.hpp"

#include <gatehouse/json/text.hpp>

namespace gatehouse::bridge {

std::string retry_request(const mcp::Message& original, std::string_view responses,
                          const std::optional<std::string>& state) {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.append(original.rpc.id).append(R"(,"method":)").append(json::quoted(original.rpc.method)).append(R"(,"params":)");
  std::string added;
  if (!responses.empty()) added.append("\"inputResponses\":").append(responses);
  if (state) added.append(added.empty() ? "" : ",").append("\"requestState\":").append(json::quoted(*state));
  const json::ObjectView& params = original.params.object;
  json::Splice edited(params.text);
  json::rewrite_members(
      edited, params,
      [](const json::Member& member) { return member.key == "inputResponses" || member.key == "requestState"; }, added);
  return text.append(edited.str()).append("}");
}

}  // namespace gatehouse::bridge
