#include "src/client/askable.hpp"

#include <algorithm>
#include <utility>

#include <gatehouse/json/value.hpp>

#include "src/client/questions.hpp"

namespace gatehouse::client {

AskableCalls::Call::Call(AskableCalls& all, const Request& request, Listener& listener, Questions& questions,
                         CallClock& clock)
    : all_(&all),
      listener_(listener),
      questions_(questions),
      clock_(clock),
      may_be_asked_(request.takes_unattributed && mcp::may_require_input(request.method)) {
  if (request.method == mcp::Method::tasks_result && request.params) task_id_ = request.params->task_id;
  if (!may_be_asked_ && task_id_.empty()) {
    all_ = nullptr;
    return;
  }
  all.calls_.push_back(this);
  for (int i = 0; i < all.open_; ++i) clock_.hold();
}

void AskableCalls::Call::over() {
  if (AskableCalls* all = std::exchange(all_, nullptr)) std::erase(all->calls_, this);
}

void AskableCalls::Call::ask(std::string_view text, bool refuses_when_over) {
  clock_.heard();
  questions_.take(text, &listener_, refuses_when_over);
}

AskableCalls::Call* AskableCalls::waiting_for(std::string_view task_id) const {
  const auto found = std::ranges::find(calls_, task_id, &Call::task_id_);
  return task_id.empty() || found == calls_.end() ? nullptr : *found;
}

AskableCalls::Call* AskableCalls::of(const mcp::Message& question) const {
  const std::string_view related = question.params.meta.related_task;
  if (!related.empty()) {
    const auto object = json::parse(related);
    if (Call* call = object ? waiting_for(object->text("taskId")) : nullptr) return call;
  }
  Call* only = nullptr;
  for (Call* call : calls_) {
    if (!call->may_be_asked_) continue;
    if (only) return nullptr;
    only = call;
  }
  return only;
}

void AskableCalls::withdrawn(std::string_view id) const {
  for (Call* call : calls_) call->questions_.withdrawn(id);
}

void AskableCalls::hold() {
  ++open_;
  for (Call* call : calls_) call->clock_.hold();
}

void AskableCalls::release() {
  --open_;
  for (Call* call : calls_) call->clock_.release();
}

}  // namespace gatehouse::client
