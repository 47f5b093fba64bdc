#pragma once
#include <memory>
#include <optional>
#include <string>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/connect.hpp>

#include "src/client/incoming.hpp"
#include "src/client/listening.hpp"
#include "src/client/outgoing.hpp"
#include "src/client/questions.hpp"
#include "src/client/subscribing.hpp"

namespace gatehouse::client {

/// A connection over one ordered channel. Exists before the era is known, because detection happens on the same channel.
class StreamLink final : public Link {
 public:
  StreamLink(net::Loop& loop, std::unique_ptr<transport::Channel> channel, ConnectOptions options);
  ~StreamLink() override;

  /// Detection and handshake are over.
  void established(Peer peer);
  /// From now on requests carry modern metadata (or none): for the probe.
  void speak(std::optional<Sender> sender) { sender_ = std::move(sender); }
  /// Returns when the channel took the message, or refused it. `id`: the request that fails then; 0: none.
  Task<void> send(std::string text, std::uint64_t id = 0);

  [[nodiscard]] const Peer& peer() const override { return peer_; }
  [[nodiscard]] bool usable() const override { return !closed_ && !tasks_.cancelled(); }
  [[nodiscard]] bool separates_requests() const override { return false; }
  Task<mcp::Reply> request(const Request& request, Listener& listener, Cancel& cancel) override;
  void notify(std::string_view method, std::string params) override;
  void watch(std::vector<std::string> uris) override;
  Task<void> close() override;
  Task<void> wait_closed(Cancel& cancel) override;

 private:
  struct Pending;
  void refused(std::uint64_t id, Error error);
  void lost();
  Task<void> read();
  void take(Buffer text);
  void take_response(Incoming incoming);
  void take_request(const mcp::Message& message, std::string_view text);
  void take_notification(const mcp::Message& message);
  Pending* only_one(bool Pending::* property);

  net::Loop& loop_;
  std::unique_ptr<transport::Channel> channel_;
  ConnectOptions options_;
  Peer peer_;
  std::optional<Sender> sender_;
  std::uint64_t next_id_ = 1;
  std::size_t queued_bytes_ = 0;
  boost::unordered_flat_map<std::uint64_t, Pending*> pending_;
  AskableCalls calls_;
  Questions questions_;                       // those that belong to no request
  std::unique_ptr<Listening> listening_;      // modern servers
  std::unique_ptr<Subscribing> subscribing_;  // legacy servers, from the first wish on
  bool closed_ = false;
  Signal closed_signal_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::client
