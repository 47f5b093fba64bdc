#include "gateway/bridge/answers.hpp"

#include <fmt/format.h>

#include <gatehouse/mcp/error_codes.hpp>

namespace gatehouse::bridge {
namespace {

using json::Value;

InputResponse refused(std::string why) { return {.value = std::nullopt, .refusal = std::move(why)}; }

InputResponse failure(const Question& question, int code, std::string_view why) {
  if (question.is_elicitation()) return {.value = Value::object({{"action", "cancel"}}), .refusal = {}};
  if (question.method == ask::kRoots && code == mcp::code::kMethodNotFound)
    return {.value = Value::object({{"roots", Value::array()}}), .refusal = {}};
  return refused(std::string(why));
}

}  // namespace

InputResponse to_input_response(const Question& question, const mcp::Reply& reply) {
  if (!reply) {
    const bool late = reply.error().kind == Kind::timed_out;
    return failure(question, 0, late ? "nobody answered in time" : std::string_view(reply.error().message));
  }
  auto body = json::parse((*reply)->body.str());
  if (!body || !body->is_object()) return failure(question, 0, "the client's answer is malformed");
  if ((*reply)->is_error) {
    const Value* code = body->find("code");
    return failure(question, static_cast<int>(code ? code->as_int().value_or(0) : 0),
                   fmt::format("the client refused: {}", body->text("message").substr(0, 200)));
  }
  body->erase("resultType");
  if (question.method != ask::kSample) body->erase("_meta");
  return {.value = std::move(*body), .refusal = {}};
}

NoAnswer no_answer_in_time(std::string_view method) {
  if (method == ask::kElicit) return {.is_error = false, .body = R"({"action":"cancel"})"};
  if (method == ask::kSample) return {.is_error = true, .body = R"({"code":-1,"message":"Nobody answered in time."})"};
  return {.is_error = true, .body = R"({"code":-32603,"message":"Nobody answered in time."})"};
}

mcp::Reply input_refused(mcp::Method method, std::string_view exposed_name, std::string_view question,
                         std::string_view why) {
  const auto message = fmt::format("{} needs an answer to {} and did not get one: {}.", exposed_name, question, why);
  if (method == mcp::Method::tools_call) {
    const auto text = Value::object({{"type", "text"}, {"text", message}});
    auto answer = mcp::Answer::of(Value::object({{"content", Value::array({text})}, {"isError", true}}).str());
    answer->is_tool_error = true;
    return answer;
  }
  const auto data = Value::object({{"gatehouse", Value::object({{"input", question}})}});
  return std::unexpected(Error{Kind::input_refused, Origin::client, message}.with_data(data.str()));
}

}  // namespace gatehouse::bridge
