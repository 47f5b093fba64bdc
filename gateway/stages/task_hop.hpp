#pragma once
#include <memory>
#include <string>

#include "gateway/bridge/task_answer.hpp"
#include "gateway/bridge/task_id.hpp"
#include "gateway/bridge/task_options.hpp"
#include "gateway/bridge/task_plan.hpp"
#include "gateway/seal/seal.hpp"
#include "gateway/stages/call.hpp"
#include "gateway/stages/relay.hpp"
#include "gateway/tasks/pumps.hpp"

namespace gatehouse::stages {

/// What the server of a call knows of tasks. `prefer`: a task is wanted where the tool leaves the choice.
[[nodiscard]] bridge::TaskServer task_server(const Call& call, bool prefer);

/// The half of tasks towards servers: for whoever speaks the extension of 2026-07-28 every server does, be it one with the extension
/// (passed on) or one of 2025-11-25 (translated, GB-231 to GB-235). Task ids are sealed; nothing is remembered but the pumps.
class TaskHop {
 public:
  struct Parts {
    const asking::Means& means;
    const seal::KeyRing& keys;
    const bridge::TaskOptions& options;
    tasks::Pumps& pumps;
  };
  explicit TaskHop(Parts parts) : parts_(parts) {}

  /// A `tools/call` whose client takes tasks. REQUIRES: the client is stateless and declares them.
  Task<mcp::Reply> call(Call& call, Next next, bool prefer);
  /// `tasks/get`, `tasks/update`, `tasks/cancel` of such a client. Errors: not_found for ids that lead nowhere; those of the server.
  Task<mcp::Reply> about_task(const Call& call);

 private:
  /// Where a task lives.
  struct Place {
    std::shared_ptr<upstream::Upstream> server;
    std::size_t source = 0;
    bridge::TaskAddress address;
    [[nodiscard]] std::string key() const { return std::to_string(server->number()) + " " + address.id; }
  };
  struct PumpRoute;
  [[nodiscard]] Result<Place> find(const Call& call) const;
  Task<mcp::Reply> send(const Call& call, const Place& place, mcp::Method method, std::string params);
  Task<mcp::Reply> get(const Call& call, const Place& place);
  static void lift_details(const Call& call, const Place& place, bridge::DetailedTask& task);
  Task<Result<bridge::DetailedTask>> get_from_legacy(const Call& call, const Place& place);
  Task<mcp::Reply> update(const Call& call, const Place& place);
  Task<mcp::Reply> cancel(const Call& call, const Place& place);
  Task<mcp::Reply> acknowledge_if_known(const Call& call, const Place& place);
  std::string questions(const Call& call, const Place& place);
  Task<void> pump(std::shared_ptr<PumpRoute> route, tasks::Pump& pump);
  mcp::Reply seal_created(const Call& call, mcp::Reply reply, bridge::TaskForm form) const;

  Parts parts_;
};

}  // namespace gatehouse::stages
