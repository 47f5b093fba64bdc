#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/task_questions.hpp"

namespace gatehouse::tasks {

/// One `tasks/result` that stays open at a server with sessions, because that is where such a server asks what its task needs. Its
/// questions wait here for the `tasks/update` of a stateless client (GB-233, GB-234).
class Pump final : public mcp::Events {
 public:
  explicit Pump(std::string seed) : seed_(std::move(seed)) {}

  void notify(std::string_view, const json::Splice&) override {
  }  // the extension has no progress or log lines (LF-1513)
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;

  /// Raw `inputRequests`; empty: nothing is open.
  [[nodiscard]] std::string input_requests() const;
  /// Answers what is open; other keys are ignored (LF-1510).
  void answer(const bridge::InputResponses& responses);

  Cancel cancel;
  TimePoint last_used;

 private:
  struct Open;
  std::string seed_;  // makes keys that no other pump of the same task had
  std::uint64_t next_key_ = 1;
  std::vector<Open*> open_;
};

/// The pumps of an endpoint, by task. Bounded; those that nobody looks after are ended.
class Pumps {
 public:
  explicit Pumps(net::Loop& loop) : sweep_(loop.timers()) {}

  /// Makes the request and returns when it is answered.
  using Run = std::move_only_function<Task<void>(Pump& pump)>;
  /// The task's pump; starts one if there is none. Null: there are too many.
  std::shared_ptr<Pump> ensure(const std::string& task, Run run);
  [[nodiscard]] std::shared_ptr<Pump> find(const std::string& task) const;
  void end(const std::string& task);

  void cancel_all();
  Task<void> stop();
  [[nodiscard]] std::size_t running() const { return tasks_.running(); }

 private:
  Task<void> run(std::string task, std::shared_ptr<Pump> pump, Run run);
  void sweep();
  boost::unordered_flat_map<std::string, std::shared_ptr<Pump>> by_task_;
  net::Timer sweep_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::tasks
