#include "gateway/asking/held_call.hpp"

#include <algorithm>

#include "gateway/bridge/answers.hpp"

namespace gatehouse::asking {
namespace {

constexpr std::size_t kMaxDepth = 1000;  // it was checked against the configured depth before

Buffer copy_of_request(const mcp::Message& message) {
  std::string text = R"({"jsonrpc":"2.0","id":0,"method":)" + json::quoted(message.rpc.method);
  if (!message.params.object.text.empty()) text.append(R"(,"params":)").append(message.params.object.text);
  return Buffer::copy_of(text.append("}"));
}

std::unique_ptr<mcp::Answer> raw_answer(std::string_view text) {
  auto answer = std::make_unique<mcp::Answer>();
  answer->storage = Buffer::copy_of(text);
  answer->body = json::Splice(answer->storage.view());
  return answer;
}

}  // namespace

/// A question of the server; lives in the frame of `ask`.
struct HeldCall::Pending {
  std::string key, method;
  std::unique_ptr<mcp::Answer> answer;
  bool over = false;
  Signal changed;
};

HeldCall::HeldCall(net::Loop& loop, const mcp::Call& call, const bridge::QuestionOptions& options, Run how)
    : machine(options),
      timer(loop.timers()),
      text_(copy_of_request(call.request)),
      who_(call.client.who->shared_from_this()),
      capabilities_raw_(call.client.capabilities_raw),
      info_raw_(call.client.info_raw),
      address_(call.client.address),
      user_agent_(call.client.user_agent),
      client(call.client),
      received_at(call.received_at),
      run(std::move(how)) {
  if (auto read = mcp::read_message(text_.view(), kMaxDepth)) message = std::move(*read);
  client.who = who_.get();
  client.capabilities_raw = capabilities_raw_;
  client.info_raw = info_raw_;
  client.session = {};
  client.address = address_;
  client.user_agent = user_agent_;
  client.parameter_headers = {};  // servers with sessions have no use for them
}

void HeldCall::now_asks(const mcp::Client& newest) {
  client.capabilities = newest.capabilities;
  client.log_level = newest.log_level;
}

/// Progress goes to the token of the request that waits, if it has one (GB-204).
void HeldCall::tell(const Waiter& waiter, std::string_view method, std::string_view params) const {
  if (method != mcp::notification::kProgress) return waiter.call.events.notify(method, json::Splice(params));
  const std::string_view token = waiter.call.request.params.meta.progress_token;
  auto told = json::parse(params);
  auto renamed = json::parse(token);
  if (token.empty() || !told || !renamed) return;
  told->set("progressToken", std::move(*renamed));
  const std::string text = told->str();
  waiter.call.events.notify(method, json::Splice(text));
}

void HeldCall::notify(std::string_view method, const json::Splice& params) {
  std::string text = params.str();
  if (!waiters.empty()) return tell(*waiters.back(), method, text);
  if (method == mcp::notification::kProgress) last_progress_ = std::move(text);
}

Task<mcp::Reply> HeldCall::ask(std::string_view method, const json::Splice& params, Cancel& withdrawn) {
  auto question = bridge::read_question(method, params.str());
  if (!question) co_return fail(std::move(question.error()));
  auto key = is_over ? std::nullopt : machine.asked(std::move(*question), Clock::now());
  if (!key) co_return fail(Kind::invalid_params, Origin::client, "The client is asked too much during one call.");
  Pending pending;
  pending.key = std::move(*key);
  pending.method = method;
  pending_.push_back(&pending);
  on_change();
  {
    const Cancel::Hook stop(withdrawn, [&pending] {
      pending.over = true;
      pending.changed.notify();
    });
    while (!pending.answer && !pending.over) co_await pending.changed.wait();
  }
  std::erase(pending_, &pending);
  if (pending.answer) co_return std::move(pending.answer);
  machine.withdrawn(pending.key);
  on_change();
  co_return fail(Kind::cancelled, Origin::client, "The question was withdrawn.");
}

void HeldCall::answer(std::string_view key, std::string_view raw) {
  if (!last_progress_.empty() && !waiters.empty()) tell(*waiters.back(), mcp::notification::kProgress, last_progress_);
  last_progress_.clear();
  const auto found = std::ranges::find(pending_, key, &Pending::key);
  if (found == pending_.end() || (*found)->answer) return;
  (*found)->answer = raw_answer(raw);
  (*found)->changed.notify();
}

void HeldCall::answer_nobody_came() {
  for (Pending* pending : pending_) {
    if (pending->answer) continue;
    const auto [is_error, body] = bridge::no_answer_in_time(pending->method);
    pending->answer = raw_answer(body);
    pending->answer->is_error = is_error;
    pending->changed.notify();
  }
}

void HeldCall::hand_over(mcp::Reply reply) {
  for (Waiter* waiter : std::exchange(waiters, {})) {
    waiter->reply = std::move(reply);
    waiter->done.notify();
  }
}

void HeldCall::give_all(FunctionRef<mcp::Reply()> make) {
  for (Waiter* waiter : std::exchange(waiters, {})) {
    waiter->reply = make();
    waiter->done.notify();
  }
}

}  // namespace gatehouse::asking
