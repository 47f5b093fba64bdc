#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/mcp/call.hpp>

#include "tests/support/finish.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::test {

/// Somebody whose key is his name.
inline std::shared_ptr<const mcp::Principal> somebody(std::string_view name) {
  auto who = std::make_shared<mcp::Principal>();
  who->key = who->subject = name;
  who->kind = mcp::PrincipalKind::human;
  return who;
}

/// The same person with another program.
inline std::shared_ptr<const mcp::Principal> with_program(const mcp::Principal& somebody, std::string_view client_id) {
  auto who = std::make_shared<mcp::Principal>(somebody);
  who->client_id = client_id;
  return who;
}

/// A client that calls a responder directly, without a transport, and remembers what it hears meanwhile.
class Asker final : public mcp::Events {
 public:
  mcp::Client client;
  Cancel cancel;
  std::deque<mcp::Reply> answers;  ///< To the questions that come, in order.
  std::vector<std::string> heard;  ///< "method params" of notifications and questions.

  [[nodiscard]] static mcp::Client with_session(std::string_view id) {
    return {.revision = mcp::kLatestLegacy, .session = id};
  }

  mcp::Reply ask_for(mcp::Responder& responder, std::string_view method, std::string_view params) {
    const ClientMessage message = request(method, params);
    return finish(responder.answer({*message, client, *this, cancel, {}}));
  }
  /// The result or error as text: `{…}` or "error: kind message data".
  std::string text_of(mcp::Responder& responder, std::string_view method, std::string_view params) {
    const auto reply = ask_for(responder, method, params);
    if (reply) return (*reply)->body.str();
    const Error& error = reply.error();
    return "error: " + std::string(to_string(error.kind)) + " " + error.message +
           (error.data.empty() ? "" : " " + error.data);
  }

  void notify(std::string_view method, const json::Splice& params) override {
    heard.push_back(std::string(method) + " " + params.str());
  }
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel&) override {
    heard.push_back(std::string(method) + " " + params.str());
    if (answers.empty()) co_return fail(Kind::not_bridgeable, Origin::client, "no answer prepared");
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
};

}  // namespace gatehouse::test
