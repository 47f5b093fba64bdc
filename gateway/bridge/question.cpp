#include "gateway/bridge/question.hpp"

#include <fmt/format.h>

#include <gatehouse/mcp/methods.hpp>

namespace gatehouse::bridge {
namespace {

using json::Value;

std::unexpected<Error> bad(std::string message) { return fail(Kind::bad_reply, Origin::upstream, std::move(message)); }

/// Leading white space and whole `[…]` groups.
std::string_view without_labels(std::string_view text) {
  while (true) {
    const auto start = text.find_first_not_of(" \t\r\n\v\f");
    if (start == text.npos) return {};
    text.remove_prefix(start);
    if (!text.starts_with('[')) return text;
    const auto end = text.find(']');
    text.remove_prefix(end == text.npos ? 1 : end + 1);
  }
}

/// What belongs to the server's hop only, or to features that do not cross (GB-134, GB-173).
void remove_hop_members(Question& question, mcp::Revision client) {
  Value& params = question.params;
  params.erase("task");
  if (!mcp::has_elicitation_ids(client)) params.erase("elicitationId");
  Value* meta = params.find("_meta");
  if (!meta) return;
  meta->erase(mcp::meta_key::kProgressToken);
  meta->erase(mcp::meta_key::kRelatedTask);
  const bool has_no_meta = mcp::is_modern(client) && question.method != ask::kSample;
  if (has_no_meta || !meta->is_object() || meta->as_object()->empty()) params.erase("_meta");
}

void say_who_asks(Value& params, const Asked& asked) {
  params.set("message", labelled(asked.server_name, params.text("message")));
  if (mcp::is_modern(asked.client)) return;  // the result says it, there is no place in the question
  if (!params.find("_meta")) params.set("_meta", Value::object());
  params.find("_meta")->set("io.gatehouse/backend", Value::object({{"name", asked.server_name}}));
}

}  // namespace

Result<Question> read_question(std::string_view method, std::string_view params) {
  if (method != ask::kElicit && method != ask::kSample && method != ask::kRoots)
    return bad("The server asks its client something that no revision knows.");
  Question question{.method = std::string(method), .params = Value::object()};
  if (params.empty()) return question;
  auto parsed = json::parse(params);
  if (!parsed || !parsed->is_object()) return bad("The server's question is malformed.");
  question.params = std::move(*parsed);
  if (question.is_form() && question.params.find("requestedSchema") &&
      !question.params.find("requestedSchema")->is_object())
    return bad("The server's question has a malformed requestedSchema.");
  if (question.method == ask::kSample && question.params.find("messages") &&
      !question.params.find("messages")->is_array())
    return bad("The server's question has malformed messages.");
  return question;
}

std::optional<Needed> missing_capability(const Question& question, const mcp::ClientCapabilities& declared) {
  const auto nested = [](std::string_view feature, std::string_view part) {
    return Value::object({{std::string(feature), Value::object({{std::string(part), Value::object()}})}});
  };
  const auto plain = [](std::string_view feature) { return Value::object({{std::string(feature), Value::object()}}); };
  if (question.method == ask::kRoots) {
    if (declared.roots) return std::nullopt;
    return Needed{"roots", plain("roots")};
  }
  if (question.method == ask::kSample) {
    const bool tools = question.params.find("tools") || question.params.find("toolChoice");
    if (!declared.sampling && !tools) return Needed{"sampling", plain("sampling")};
    if (declared.sampling && (!tools || declared.sampling_tools)) return std::nullopt;
    return Needed{"sampling.tools", nested("sampling", "tools")};
  }
  if (question.is_url()) {
    if (declared.elicitation_url) return std::nullopt;
    return Needed{"elicitation.url", nested("elicitation", "url")};
  }
  if (declared.elicitation_form) return std::nullopt;
  return Needed{"elicitation.form", nested("elicitation", "form")};
}

Error not_declared(const Asked& asked, std::string_view exposed_name, const Needed& needed) {
  const auto data = Value::object({{"feature", needed.feature},
                                   {"clientVersion", mcp::to_string(asked.client)},
                                   {"backend", asked.server_name},
                                   {"requiredCapabilities", needed.capabilities}});
  return Error{Kind::not_bridgeable, Origin::upstream,
               fmt::format("{} asks for {}, which this client ({}) did not declare.", exposed_name, needed.feature,
                           mcp::to_string(asked.client))}
      .with_data(Value::object({{"gatehouse", data}}).str());
}

std::string backend_member(std::string_view server_name) {
  return R"("io.gatehouse/backend":)" + Value::object({{"name", server_name}}).str();
}

std::string exposed_elicitation_id(std::string_view server_name, std::string_view id) {
  return std::string("gh:").append(server_name).append(":").append(id);
}

std::string exposed_completion(std::string_view server_name, std::string_view params) {
  auto completion = json::parse(params);
  if (!completion || completion->text("elicitationId").empty()) return {};
  completion->set("elicitationId", exposed_elicitation_id(server_name, completion->text("elicitationId")));
  return completion->str();
}

std::string labelled(std::string_view server_name, std::string_view text) {
  std::string out = "[";
  out.append(server_name).append("] ").append(without_labels(text));
  return out;
}

void prepare(Question& question, const Asked& asked) {
  remove_hop_members(question, asked.client);
  if (question.params.find("elicitationId"))
    question.params.set("elicitationId",
                        exposed_elicitation_id(asked.server_name, question.params.text("elicitationId")));
  if (question.is_elicitation() && asked.label) say_who_asks(question.params, asked);
  if (question.method == ask::kSample && question.params.find("includeContext") && !asked.may_share_context)
    question.params.set("includeContext", "none");
}

}  // namespace gatehouse::bridge
