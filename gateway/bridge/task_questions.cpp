#include "gateway/bridge/task_questions.hpp"

#include "gateway/bridge/question_uris.hpp"

namespace gatehouse::bridge {

using json::Value;

std::string write_input_requests(const std::vector<KeyedQuestion>& questions) {
  auto requests = Value::object();
  for (const auto& [key, question] : questions) {
    auto request = Value::object({{"method", question.method}});
    if (!question.params.as_object()->empty()) request.set("params", question.params);
    requests.set(key, std::move(request));
  }
  return requests.str();
}

std::string prepare_input_requests(std::string_view raw, const Asked& asked,
                                   FunctionRef<std::string(std::string_view local)> expose_uri) {
  const auto requests = json::parse(raw);
  std::vector<KeyedQuestion> questions;
  if (requests && requests->is_object()) {
    for (const auto& [key, request] : *requests->as_object()) {
      if (questions.size() == kMaxQuestions) break;
      const Value* params = request.find("params");
      auto question = read_question(request.text("method"), params ? params->str() : std::string());
      if (!question) continue;
      if (question->method == ask::kSample) (void)expose_question_uris(question->params, expose_uri);
      prepare(*question, asked);
      questions.push_back({key, std::move(*question)});
    }
  }
  return write_input_requests(questions);
}

}  // namespace gatehouse::bridge
