#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/asking/kept_answer.hpp"
#include "gateway/bridge/parked_call.hpp"

namespace gatehouse::asking {

/// A call of a stateless client that runs on while its client is not there. Towards the server's side it is a client that can be
/// asked and told things; what is asked becomes part of the next `input_required` result, what is told goes to the request that
/// waits at that moment. Owns copies of everything that its caller only lent.
class HeldCall final : public mcp::Events, public std::enable_shared_from_this<HeldCall> {
 public:
  using Run = std::move_only_function<Task<mcp::Reply>(const mcp::Call& call)>;

  /// A request of the client that waits for what comes next.
  struct Waiter {
    explicit Waiter(const mcp::Call& waiting) : call(waiting) {}
    const mcp::Call& call;
    std::optional<mcp::Reply> reply;
    Signal done;
  };

  HeldCall(net::Loop& loop, const mcp::Call& call, const bridge::QuestionOptions& options, Run run);

  void notify(std::string_view method, const json::Splice& params) override;
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;

  /// The client's answer to the question with this key goes to the server.
  void answer(std::string_view key, std::string_view raw);
  /// Ends every open question as if somebody had given up on it (GB-126).
  void answer_nobody_came();
  /// The newest request's capabilities and log level count from now on (GB-122).
  void now_asks(const mcp::Client& newest);
  /// Ends the only waiting request, if it still waits.
  void hand_over(mcp::Reply reply);
  /// Ends every waiting request with what `make` returns.
  void give_all(FunctionRef<mcp::Reply()> make);

  std::string id, server, backend_member, digest;
  bool is_over = false;             ///< Forgotten: nothing that still happens to it counts.
  std::function<void()> on_change;  ///< The machine has to be looked at.
  bridge::ParkedCall machine;
  Cancel cancel;
  net::Timer timer;
  std::optional<KeptAnswer> outcome;
  std::vector<Waiter*> waiters;

 private:
  Buffer text_;
  std::shared_ptr<const mcp::Principal> who_;
  std::string capabilities_raw_, info_raw_, address_, user_agent_;

 public:
  mcp::Message message;
  mcp::Client client;
  TimePoint received_at;
  Run run;

 private:
  struct Pending;
  void tell(const Waiter& waiter, std::string_view method, std::string_view params) const;
  std::vector<Pending*> pending_;
  std::string last_progress_;  // params of the newest one that nobody was there to hear
};

}  // namespace gatehouse::asking
