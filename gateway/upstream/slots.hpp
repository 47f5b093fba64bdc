#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/upstream/bindings.hpp"

namespace gatehouse::upstream {

/// Hears what happens on the connections of stateless clients.
class SlotObserver {
 public:
  virtual void opened(client::Link& link) = 0;
  virtual void heard(const mcp::Message& notification) = 0;  ///< What belongs to no call.
  virtual void closed(client::Link& link) = 0;               ///< Before the link goes.

 protected:
  ~SlotObserver() = default;
};

/// A connection to a server with sessions on behalf of stateless clients, and the calls that use it now.
class Slot {
 public:
  Slot(net::Loop& loop, std::string owner, Milliseconds roots_hold, SlotObserver& observer);
  ~Slot();

  /// A call on this connection, from before it is sent until after its answer: what the server asks outside of any request is asked of
  /// it. Lives in the frame of whoever makes the call.
  class User {
   public:
    User(Slot& slot, client::Listener& listener);
    ~User();
    User(const User&) = delete;
    User& operator=(const User&) = delete;
    /// Ends the questions that are still open. Await before the listener dies.
    Task<void> end();

   private:
    friend Slot;
    Slot& slot_;
    client::Listener& listener_;
    Cancel over_;
    std::size_t open_ = 0;
    Signal idle_;
  };

  /// Before a call is sent, after its User is there. Many servers ask for roots right after the handshake and need them for what comes
  /// next: the first call waits until they were told (GB-174), but not longer than `roots_hold`.
  Task<void> ready(Cancel& cancel);

  Binding binding;
  const std::string owner;  ///< Who may use it: principal, capability profile and affinity.
  std::size_t taken = 0;    ///< Calls that have it or wait for it to be opened.
  bool once = false;        ///< Closed after its first call.

 private:
  friend class Slots;
  class OwnListener;
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel);
  Task<mcp::Reply> asked_for_roots(const mcp::Message& request, Cancel& cancel);
  Task<mcp::Reply> pass_on(const mcp::Message& request, User& user, Cancel& cancel);
  Task<void> wait_for_user(Cancel& cancel);
  Task<void> ping(Cancel& cancel);
  net::Loop& loop_;
  Milliseconds roots_hold_;
  SlotObserver& observer_;
  std::vector<User*> users_;
  Broadcast user_came_;
  std::vector<Cancel*> open_roots_;  // questions for roots
  Broadcast roots_told_;
  bool is_ready_ = false;
};

/// The connections of stateless clients. A client's capabilities come with each request, a server with sessions learns them once: so
/// there is a connection per principal and capability profile (GB-081). Where nothing tells which call a question belongs to, a
/// connection has one call at a time, and parallel calls take several (GB-112). Bounded by both limits; who finds none free waits.
class Slots {
 public:
  struct Limits {
    std::size_t per_owner = 4, all = 32;
    Milliseconds patience{30'000};  ///< Longest wait for a free one.
    Milliseconds roots_hold{30'000};
  };
  Slots(net::Loop& loop, Bindings::Open open, SlotObserver& observer, Limits limits)
      : loop_(loop), open_(std::move(open)), observer_(observer), limits_(limits) {}

  struct Wish {
    std::string owner;
    mcp::ClientCapabilities capabilities;
    bool alone = false;  ///< No other call at the same time.
    bool once = false;   ///< A connection for this call only.
  };
  /// A connection that fits; opens one if needed. `give_back` when the call is over. Errors: as connecting; limit_exceeded; cancelled.
  Task<Result<std::shared_ptr<Slot>>> take(Wish wish, Cancel& cancel);
  void give_back(const std::shared_ptr<Slot>& slot);

  /// Closes what nobody used for a while, and what is dead.
  void expire(TimePoint now);
  Task<void> close_all();
  [[nodiscard]] std::size_t size() const { return slots_.size(); }

 private:
  [[nodiscard]] std::shared_ptr<Slot> free_slot(const Wish& wish);
  [[nodiscard]] bool may_open(const Wish& wish);
  Task<Result<std::shared_ptr<Slot>>> open(Wish wish);
  void drop(std::shared_ptr<Slot> slot);
  Task<void> close(std::shared_ptr<Slot> slot);

  net::Loop& loop_;
  Bindings::Open open_;
  SlotObserver& observer_;
  Limits limits_;
  std::vector<std::shared_ptr<Slot>> slots_;
  std::size_t waiting_ = 0;
  bool closed_ = false;
  Broadcast changed_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::upstream
