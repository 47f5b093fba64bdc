#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/bridge/answers.hpp"
#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/question_options.hpp"
#include "gateway/bridge/task_answer.hpp"
#include "gateway/bridge/task_options.hpp"

namespace gatehouse::tasks {

/// Stays with a call until it has its outcome, for somebody who cannot follow a task himself: makes it, answers what the server asks,
/// and if it becomes a task asks for the task again and again. Towards the server's side it is a stateless client with the
/// extension, whatever server that is. Rule: gateway rules 6.11, B and C.
class Driver {
 public:
  /// Makes one request of that client: `tools/call`, `tasks/get`, `tasks/update`, `tasks/cancel`.
  using Submit = std::function<Task<mcp::Reply>(const mcp::Message& request, Cancel& cancel)>;
  /// Asks whoever wants the outcome.
  using Ask = std::function<Task<bridge::InputResponse>(const bridge::KeyedQuestion& question, Cancel& cancel)>;
  /// Hears how the task is at the moment.
  using Seen = std::function<void(const bridge::TaskObject&)>;
  /// `ask` empty: questions end the driving, its outcome is `input_required`. `seen` may be empty.
  Driver(net::Loop& loop, const bridge::TaskOptions& options, const bridge::QuestionOptions& questions, Submit submit,
         Ask ask, Seen seen)
      : parts_{loop, options, questions, std::move(submit), std::move(ask), std::move(seen)} {}

  /// Makes the call and returns how it ended. When `cancel` is requested, its task is cancelled too.
  /// Errors: those of the server; cancelled, timed_out (the reason of `cancel`).
  Task<mcp::Reply> run(const mcp::Message& request, Cancel& cancel);
  /// The same for a call that is a task already. `responses`: raw `inputResponses` for it, or empty.
  Task<mcp::Reply> follow(std::string task_id, std::string responses, Cancel& cancel);

  /// Of the task that the call became; empty: none so far.
  [[nodiscard]] const std::string& task_id() const { return task_id_; }

 private:
  struct Parts {
    net::Loop& loop;
    const bridge::TaskOptions& options;
    const bridge::QuestionOptions& questions;
    Submit submit;
    Ask ask;
    Seen seen;
  };
  struct Asked;
  Task<mcp::Reply> send(mcp::Method method, std::string params, Cancel& cancel);
  Task<mcp::Reply> follow_task(bridge::TaskObject task, Cancel& cancel);
  Task<mcp::Reply> poll(bool& over, Cancel& cancel);
  Task<mcp::Reply> give_up(Cancel& cancel);
  [[nodiscard]] std::vector<Asked> new_questions(const std::string& raw);
  Task<bool> answer_questions(const std::string& raw, Cancel& cancel);
  Task<bool> ask_all(std::vector<Asked>& round, Cancel& cancel);
  Task<void> ask_one(Asked& asked, Cancel& stop);
  [[nodiscard]] Milliseconds next_delay();

  Parts parts_;
  std::string task_id_;
  std::string name_;  // of the tool, for people
  std::optional<std::int64_t> poll_ms_;
  Milliseconds delay_{0};
  int failures_ = 0;
  std::set<std::string> known_;  // keys of questions that were asked
  std::string refused_, refusal_;
};

}  // namespace gatehouse::tasks
