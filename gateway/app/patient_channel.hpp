#pragma once
#include <deque>
#include <functional>
#include <memory>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/transport/channel.hpp>

namespace gatehouse::app {

/// A host on stdio that greets before the servers were asked would be told capabilities and instructions that are not true. This
/// channel holds its first request back until `wait` is over. When that failed, a greeting (`initialize`, `server/discover`) is
/// answered with the error and the next one waits again; every other request goes on and gets its own answer.
/// A host that goes meanwhile may have said all it wants to (a script with a pipe): it is waited for a little longer, as `part` says.
/// Then the wait ends, and with it everything. REQUIRES: `close` has finished before it is destroyed.
class PatientChannel final : public transport::Channel {
 public:
  using Wait = std::function<Task<Result<void>>(Cancel& closed)>;
  /// Returns when a host that has gone gets no answer any more; at once when `closed` is requested.
  using Part = std::function<Task<void>(Cancel& closed)>;
  PatientChannel(std::unique_ptr<transport::Channel> inner, Wait wait, Part part)
      : inner_(std::move(inner)), wait_(std::move(wait)), part_(std::move(part)) {}

  Task<Result<void>> send(const json::Pieces& message) override { return inner_->send(message); }
  Task<Result<Buffer>> receive() override;
  Task<void> close() override;
  bool is_unheard() const override { return inner_->is_unheard(); }

 private:
  enum class Word { greeting, request, other };
  static Word word_of(std::string_view text, std::string_view& id);
  Task<Result<Buffer>> next();
  Task<Result<void>> wait();
  Task<void> read_ahead();
  Task<void> refuse(std::string_view id, const Error& error);

  std::unique_ptr<transport::Channel> inner_;
  Wait wait_;
  Part part_;
  Cancel closed_;
  bool greeted_ = false, waiting_ = false, reading_ = false;
  std::deque<Result<Buffer>> ahead_;  // what came during a wait
  Signal came_;
  TaskGroup reader_;
};

}  // namespace gatehouse::app
