#pragma once
#include <memory>

#include "src/net/gather.hpp"
#include "src/net/tls.hpp"

namespace gatehouse::net {

/// A connection, plain or TLS. Contract as for Socket.
class Stream {
 public:
  Stream(Poller& poller, Fd fd, Watch::Listener* listener) : socket_(poller, std::move(fd), listener) {}

  [[nodiscard]] ssize_t read(char* space, std::size_t size) {
    return tls_ ? tls_->read(space, size) : socket_.read(space, size);
  }
  /// Sends what fits and says so to `pieces`. REQUIRES: `pieces` is not empty.
  [[nodiscard]] ssize_t write(Gather& pieces);

  auto readable() { return tls_ && tls_->wants_write() ? socket_.watch().writable() : socket_.watch().readable(); }
  auto writable() { return socket_.watch().writable(); }

  /// Something came that was not read yet; costs nothing to ask.
  [[nodiscard]] bool has_news() const { return socket_.watch().is_readable(); }
  [[nodiscard]] bool hung_up() const { return socket_.watch().hung_up(); }
  [[nodiscard]] bool aborted() const { return socket_.watch().aborted(); }
  void abort() { socket_.watch().abort(); }
  void nudge() { socket_.watch().nudge(); }  ///< Ends a wait without a reason from outside.
  void close_sending_side();

  void accept_tls(const TlsContext& context) {
    tls_ = std::make_unique<TlsSession>(TlsSession::accept(context, socket_));
  }
  void connect_tls(const TlsContext& context, const std::string& host) {
    tls_ = std::make_unique<TlsSession>(TlsSession::connect(context, socket_, host));
  }
  [[nodiscard]] TlsSession* tls() { return tls_.get(); }
  [[nodiscard]] Socket& socket() { return socket_; }

 private:
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace gatehouse::net
