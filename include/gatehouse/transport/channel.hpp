#pragma once
#include <memory>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/json/splice.hpp>

namespace gatehouse::transport {

/// Carries whole JSON-RPC messages in both directions, in order: stdio, HTTP+SSE, memory. Both directions may be used at once;
/// each direction by one coroutine at a time, except `send`, which queues.
class Channel {
 public:
  virtual ~Channel() = default;

  /// Sends one message, given in pieces. Raw line breaks between tokens are allowed; a line transport removes them.
  /// Returns when the transport took it. Errors: connection_lost; where each message is a request of its own (HTTP+SSE) also others,
  /// which are about this message only, and state_lost, after which the channel is closed.
  virtual Task<Result<void>> send(const json::Pieces& message) = 0;
  /// The next message. Errors: connection_lost at the end of the stream; too_large or bad_reply when the peer's framing is
  /// broken beyond repair.
  virtual Task<Result<Buffer>> receive() = 0;
  /// Ends the connection in the transport's orderly way; a pending `receive` returns connection_lost.
  virtual Task<void> close() = 0;
  /// Nobody reads what is sent any more. False where that cannot be known before something is sent.
  [[nodiscard]] virtual bool is_unheard() const { return false; }
};

}  // namespace gatehouse::transport
