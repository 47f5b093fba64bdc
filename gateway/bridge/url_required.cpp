#include "gateway/bridge/url_required.hpp"

#include <fmt/format.h>

#include <gatehouse/mcp/error_codes.hpp>

namespace gatehouse::bridge {
namespace {

using json::Value;

std::unexpected<Error> bad() {
  return fail(Kind::bad_reply, Origin::upstream, "The server's error -32042 is malformed.");
}

}  // namespace

bool is_url_required(const mcp::Answer& answer) {
  return answer.is_error && answer.error_code == mcp::code::kUrlElicitationRequired;
}

Result<std::vector<KeyedQuestion>> read_url_required(const mcp::Answer& error) {
  const auto parsed = json::parse(error.body.str());
  const Value* data = parsed ? parsed->find("data") : nullptr;
  const Value* list = data ? data->find("elicitations") : nullptr;
  if (!list || !list->is_array() || list->as_array()->empty() || list->as_array()->size() > kMaxQuestions) return bad();
  std::vector<KeyedQuestion> urls;
  for (const Value& elicitation : *list->as_array()) {
    Question question{.method = std::string(ask::kElicit), .params = elicitation};
    if (!question.is_url() || question.params.text("url").empty()) return bad();
    urls.push_back({"u" + std::to_string(urls.size() + 1), std::move(question)});
  }
  return urls;
}

mcp::Reply write_url_required(std::vector<KeyedQuestion> urls, const Asked& asked, std::string_view message) {
  auto list = Value::array();
  for (KeyedQuestion& url : urls) {
    prepare(url.question, asked);
    list.push(std::move(url.question.params));
  }
  const auto error = Value::object({{"code", mcp::code::kUrlElicitationRequired},
                                    {"message", message},
                                    {"data", Value::object({{"elicitations", std::move(list)}})}});
  auto answer = mcp::Answer::of(error.str());
  answer->is_error = true;
  answer->error_code = mcp::code::kUrlElicitationRequired;
  return answer;
}

Error cannot_visit_urls(mcp::Revision client, std::string_view server_name, std::string_view exposed_name) {
  auto needed = Value::object({{"elicitation", Value::object({{"url", Value::object()}})}});
  if (mcp::is_modern(client)) {
    return Error{
        Kind::missing_capability, Origin::client,
        fmt::format("{} needs its user to visit a URL; the client has to declare elicitation.url.", exposed_name)}
        .with_data(Value::object({{"requiredCapabilities", std::move(needed)}}).str());
  }
  const auto data = Value::object({{"feature", "elicitation.url"},
                                   {"clientVersion", mcp::to_string(client)},
                                   {"backend", server_name},
                                   {"requiredCapabilities", std::move(needed)}});
  return Error{Kind::not_bridgeable, Origin::gateway,
               fmt::format("{} needs URL-mode elicitation, which this client ({}) does not support.", exposed_name,
                           mcp::to_string(client))}
      .with_data(Value::object({{"gatehouse", data}}).str());
}

}  // namespace gatehouse::bridge
