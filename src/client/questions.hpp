#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/link.hpp>

namespace gatehouse::client {

/// Requests that a legacy server sent and that are being answered. `ping` is answered here.
class Questions {
 public:
  /// How answers travel; must outlive this object. Failures are the sender's to log.
  using Send = std::function<Task<void>(std::string message)>;
  explicit Questions(Send send) : send_(std::move(send)) {}

  /// Starts answering `text`, one request, through `listener`; null refuses it.
  void take(std::string_view text, Listener* listener);
  /// The server withdrew the request with this id (raw token).
  void withdrawn(std::string_view id);
  /// Withdraws everything and waits for it. Call before the listeners die.
  Task<void> finish();
  [[nodiscard]] std::size_t open() const { return group_.running(); }

 private:
  struct Question;
  Task<void> answer(Buffer text, Listener* listener);
  Send send_;
  std::vector<Question*> questions_;
  TaskGroup group_;
};

}  // namespace gatehouse::client
