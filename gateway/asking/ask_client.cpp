#include "gateway/asking/ask_client.hpp"

#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/form_schema.hpp"
#include "gateway/bridge/old_form.hpp"
#include "gateway/bridge/sampling.hpp"

namespace gatehouse::asking {
namespace {

using bridge::Question;
using json::Value;

Error undeclared(const Question& question, const bridge::Needed& needed) {
  const Kind kind = question.is_elicitation() ? Kind::invalid_params : Kind::method_not_found;
  return {
      kind, Origin::client,
      "The client did not declare " + std::string(needed.feature) + ", so it cannot be asked " + question.method + "."};
}

mcp::Reply cancelled_form() { return mcp::Answer::of(R"({"action":"cancel"})"); }

/// Calls `remind` again and again while it lives.
class Reminder {
 public:
  Reminder(net::Timers& timers, Milliseconds interval, std::move_only_function<void()>& remind)
      : timer_(timers), interval_(interval), remind_(remind) {
    if (remind_) arm();
  }

 private:
  void arm() {
    timer_.arm(interval_, [this] {
      remind_();
      arm();
    });
  }
  net::Timer timer_;
  Milliseconds interval_;
  std::move_only_function<void()>& remind_;
};

/// One question as it is, with the clocks that go with it.
Task<mcp::Reply> ask_once(const Means& means, Route& route, std::string_view method, const Value& params,
                          Cancel& cancel) {
  Cancel stop;
  const Cancel::Hook outer(cancel, [&] { stop.request(cancel.reason()); });
  std::optional<net::Deadline> deadline;  // a parked call has its own
  if (mcp::has_sessions(route.client.revision)) deadline.emplace(means.loop.timers(), means.options.human_wait, stop);
  const Reminder reminder(means.loop.timers(), means.options.reminder, route.remind);
  const std::string text = params.str();
  const json::Splice splice(text);
  auto reply = co_await route.events.ask(method, splice, stop);
  if (!reply && stop.reason() == CancelReason::timed_out)
    co_return fail(Kind::timed_out, Origin::client, "Nobody answered in time.");
  co_return reply;
}

/// What a legacy client is asked with a form, until the answer fits what the server asked for.
Task<mcp::Reply> ask_form(const Means& means, Route& route, Question question, Cancel& cancel) {
  const bool old = !mcp::has_rich_forms(route.client.revision);
  const auto form = old ? bridge::OldForm::of(question.params) : std::nullopt;
  if (old && !form) co_return cancelled_form();
  const Value* schema = question.params.find("requestedSchema");
  Value params = form ? form->params() : question.params;
  const std::string message(params.text("message"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto reply = co_await ask_once(means, route, question.method, params, cancel);
    if (!reply || (*reply)->is_error) co_return reply;
    const std::string body = (*reply)->body.str();
    auto answer = json::parse(body);
    if (!answer || !answer->is_object()) co_return cancelled_form();
    if (answer->text("action") != "accept") co_return reply;
    const Value* given = answer->find("content");
    Value content = given ? *given : Value::object();
    if (form) content = form->restore(content);
    const auto problem = schema ? bridge::check_form(*schema, content) : std::nullopt;
    if (!problem && !form) co_return reply;
    if (!problem) {
      answer->set("content", std::move(content));
      co_return mcp::Answer::of(answer->str());
    }
    params.set("message", message + " (" + *problem + ")");
  }
  co_return cancelled_form();
}

Task<mcp::Reply> ask_model(const Means& means, Route& route, Question question, Cancel& cancel) {
  if (!mcp::has_sampling_blocks(route.client.revision)) bridge::split_messages(question.params);
  auto reply = co_await ask_once(means, route, question.method, question.params, cancel);
  if (!reply || (*reply)->is_error || mcp::has_sampling_blocks(route.server)) co_return reply;
  const std::string body = (*reply)->body.str();
  auto answer = json::parse(body);
  if (!answer || !answer->find("content") || !answer->find("content")->is_array()) co_return reply;
  const auto joined = bridge::join_content(*answer);
  if (!joined) co_return fail(Kind::internal, Origin::client, joined.error());
  co_return mcp::Answer::of(answer->str());
}

Task<mcp::Reply> ask_roots(const Means& means, Route& route, Question question, Cancel& cancel) {
  const bool lasting = !route.client.session.empty() && route.client.capabilities.roots_changed;
  if (lasting) {
    auto known = means.roots.find(route.client.session);
    if (known) co_return mcp::Answer::of(std::move(*known));
  }
  const std::string session(route.client.session);
  auto reply = co_await ask_once(means, route, question.method, question.params, cancel);
  if (lasting && reply && !(*reply)->is_error) means.roots.put(session, (*reply)->body.str());
  co_return reply;
}

}  // namespace

Task<mcp::Reply> ask_client(const Means& means, Route& route, Question question, Cancel& cancel) {
  const auto needed = bridge::missing_capability(question, route.declared);
  if (needed) co_return fail(undeclared(question, *needed));
  bridge::prepare(question, route.asked);
  mcp::Reply reply;
  if (question.is_form()) {
    reply = co_await ask_form(means, route, std::move(question), cancel);
  } else if (question.method == bridge::ask::kSample) {
    reply = co_await ask_model(means, route, std::move(question), cancel);
  } else if (question.method == bridge::ask::kRoots) {
    reply = co_await ask_roots(means, route, std::move(question), cancel);
  } else {
    reply = co_await ask_once(means, route, question.method, question.params, cancel);
  }
  co_return reply;
}

}  // namespace gatehouse::asking
