#include "gateway/bridge/input_required.hpp"

#include <algorithm>

namespace gatehouse::bridge {
namespace {

using json::Value;

std::unexpected<Error> bad(std::string message) { return fail(Kind::bad_reply, Origin::upstream, std::move(message)); }
std::unexpected<Error> wrong(std::string_view member, std::string_view what) {
  return fail(Kind::invalid_params, Origin::client,
              "params: member \"" + std::string(member) + "\" has to be " + std::string(what) + ".");
}

Result<void> read_questions(std::string_view raw, std::vector<KeyedQuestion>& out) {
  const auto requests = json::parse(raw);
  if (!requests || !requests->is_object()) return bad("The server's inputRequests are malformed.");
  if (requests->as_object()->size() > kMaxQuestions) return bad("The server asks too many questions at once.");
  for (const auto& [key, request] : *requests->as_object()) {
    const Value* params = request.find("params");
    auto question = read_question(request.text("method"), params ? params->str() : std::string());
    if (!question) return fail(std::move(question.error()));
    out.push_back({key, std::move(*question)});
  }
  return {};
}

bool belongs_to_a_vendor(const json::Member& member) {
  return member.key != mcp::meta_key::kServerInfo && !member.key.starts_with("io.gatehouse/");
}

}  // namespace

Result<InputRequired> read_input_required(const mcp::Answer& answer) {
  InputRequired input;
  const json::ObjectView& result = answer.view.object;
  if (const auto* requests = result.find("inputRequests")) {
    if (auto read = read_questions(requests->value, input.questions); !read) return fail(std::move(read.error()));
  }
  if (const auto* state = result.find("requestState")) {
    auto text = json::unquote(state->value);
    if (!text) return bad("The server's requestState is malformed.");
    input.state = std::move(*text);
  }
  if (input.questions.empty() && !input.state) return bad("The server wants input and does not say which.");
  for (const auto& member : answer.view.meta.members) {
    if (!belongs_to_a_vendor(member)) continue;
    if (!input.meta.empty()) input.meta += ',';
    input.meta.append(member.begin, member.value.data() + member.value.size());
  }
  return input;
}

std::unique_ptr<mcp::Answer> write_input_required(const InputRequired& input, std::string_view backend_member) {
  auto result = Value::object();
  if (!input.questions.empty()) {
    auto requests = Value::object();
    for (const auto& [key, question] : input.questions) {
      auto request = Value::object({{"method", question.method}});
      const bool bare = question.method == ask::kRoots && question.params.as_object()->empty();
      if (!bare) request.set("params", question.params);
      requests.set(key, std::move(request));
    }
    result.set("inputRequests", std::move(requests));
  }
  if (input.state) result.set("requestState", *input.state);
  auto answer = mcp::Answer::of(result.str());
  answer->kind = mcp::ResultKind::input_required;
  answer->extra_meta = input.meta;
  if (!backend_member.empty()) {
    if (!answer->extra_meta.empty()) answer->extra_meta += ',';
    answer->extra_meta += backend_member;
  }
  return answer;
}

bool is_retry(const mcp::Message& request) {
  return std::ranges::any_of(request.params.object.members, [](const json::Member& member) {
    return member.key == "requestState" || member.key == "inputResponses";
  });
}

Result<InputResponses> read_input_responses(const mcp::Message& request) {
  InputResponses responses;
  if (const auto* state = request.params.object.find("requestState")) {
    auto text = json::unquote(state->value);
    if (!text) return wrong("requestState", "a string");
    responses.state = std::move(*text);
  }
  if (const auto* given = request.params.object.find("inputResponses")) {
    const auto answers = json::parse(given->value);
    if (!answers || !answers->is_object()) return wrong("inputResponses", "an object");
    if (answers->as_object()->size() > kMaxQuestions) return wrong("inputResponses", "smaller");
    for (const auto& [key, answer] : *answers->as_object()) {
      if (!answer.is_object()) return wrong("inputResponses", "an object of objects");
      responses.answers.emplace_back(key, answer.str());
    }
  }
  return responses;
}

}  // namespace gatehouse::bridge
