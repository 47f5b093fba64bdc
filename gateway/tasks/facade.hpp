#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/signal.hpp>

#include "gateway/asking/ask_client.hpp"
#include "gateway/asking/kept_answer.hpp"
#include "gateway/bridge/answers.hpp"
#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/task_row.hpp"
#include "gateway/tasks/own_message.hpp"

namespace gatehouse::tasks {

/// One task that a client of 2025-11-25 sees, with the work behind it. The row decides what counts; this waits and wakes.
class Facade {
 public:
  /// `by`: who asks the client, for people.
  Facade(std::shared_ptr<bridge::TaskRow> task, OwnMessage call, const mcp::Client& who, const bridge::Asked& by)
      : row(std::move(task)), request(std::move(call)), client(who, true), asked_(by), server_(by.server_name) {}

  const std::shared_ptr<bridge::TaskRow> row;
  const OwnMessage request;
  const OwnClient client;  ///< Towards the server's side.
  Cancel cancel;           ///< Of the work.
  std::optional<asking::KeptAnswer> outcome;

  // -- the work
  /// Waits for whoever fetches the result to answer. Errors as InputResponse: cancelled.
  Task<bridge::InputResponse> ask(const bridge::KeyedQuestion& question, Cancel& stop);
  /// The server's own task says how it is.
  void reported(const bridge::TaskObject& task);
  void ended(const mcp::Reply& reply, std::size_t free_bytes);

  // -- the client
  /// The answer to `tasks/result`: asks what has to be asked on this request's stream, and returns when the task is over (GB-242).
  Task<mcp::Reply> result(const asking::Means& means, const mcp::Call& call);
  /// False: the task is over.
  bool cancel_it();

  std::function<void(const bridge::TaskObject&)>
      on_status;  ///< Called when what the client sees has changed; may be empty.
  [[nodiscard]] std::size_t kept_bytes() const { return kept_bytes_; }

 private:
  struct Open;
  Task<void> put(const asking::Means& means, const mcp::Call& call, std::shared_ptr<Open> open, Cancel& stop);
  void changed();
  void tell_status();
  [[nodiscard]] bridge::Asked asked_of(const mcp::Client& asking) const;

  bridge::Asked asked_;
  std::string server_;
  std::vector<std::shared_ptr<Open>> open_;
  std::size_t kept_bytes_ = 0;
  mcp::TaskStatus told_ = mcp::TaskStatus::working;  // how the task began
  std::string told_message_;
  Broadcast news_;
};

}  // namespace gatehouse::tasks
