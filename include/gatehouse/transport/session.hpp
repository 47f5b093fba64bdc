#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/mcp/caller.hpp>

/// Client sessions of the legacy revisions. Pure state: no sockets, no clock.
namespace gatehouse::transport {

class StreamLogs;
class StreamLogTable;

/// Takes whole messages towards one client: a response stream, a standalone stream, stdout.
class MessageSink {
 public:
  /// False: the stream is gone or full; the message was not taken.
  virtual bool deliver(const json::Pieces& message) = 0;

 protected:
  ~MessageSink() = default;
};

/// What `initialize` settled, and what is going on in both directions since.
/// Rule: 2025-11-25 basic/lifecycle; one session per stdio process, HTTP+SSE connection or `Mcp-Session-Id`.
class Session : public std::enable_shared_from_this<Session>, public boost::intrusive::list_base_hook<> {
 public:
  Session(std::string id, const mcp::Message& initialize, const mcp::Principal& who, TimePoint now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] mcp::Revision revision() const { return revision_; }
  /// The asker of a call in this session; views into it. `who` lives as long as the call: the principal that began the session, perhaps
  /// with a newer credential.
  [[nodiscard]] mcp::Client client(const mcp::Principal& who, std::string_view address,
                                   std::string_view user_agent) const;
  /// Who began it, as he was then.
  [[nodiscard]] const mcp::Principal& who() const { return *who_; }
  /// Whether this is who began it (mcp/caller.hpp). Rule: RS-90.
  [[nodiscard]] bool belongs_to(const mcp::Principal& who) const { return mcp::is_same_caller(who, *who_); }

  bool initialized = false;                ///< `notifications/initialized` came: the client may be asked from now on.
  std::optional<mcp::LogLevel> log_level;  ///< `logging/setLevel`.
  TimePoint last_used;

  /// A request of the client while it is being answered, so that it can be cancelled by its id.
  class Running : public boost::intrusive::list_base_hook<> {
   public:
    Running(Session& session, std::string_view id, Cancel& cancel);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    friend Session;
    Session& session_;
    std::string_view id_;
    Cancel& cancel_;
  };
  [[nodiscard]] bool is_running(std::string_view id) const;
  [[nodiscard]] std::size_t running() const { return running_.size(); }
  void cancel(std::string_view id);  ///< `notifications/cancelled`; unknown ids are ignored.

  /// Sends a request on `sink` and waits for the client's answer, which arrives through `answered`.
  /// Errors: not_bridgeable (the client is not ready or cannot be reached), cancelled, state_lost when the session ends.
  Task<mcp::Reply> ask(MessageSink& sink, std::string_view method, const json::Splice& params, Cancel& cancel);
  /// A response of the client. Late, repeated and unknown ones are dropped. `text` is the whole message.
  void answered(const mcp::Message& response, std::string_view text);
  /// The client can say nothing more: what it was asked counts as withdrawn, and it is asked nothing from now on (not_bridgeable).
  void fell_silent();

  /// The stream for what belongs to no request: GET stream or stdout. Messages that waited are sent. The newest wins: `replaced`
  /// is requested when another one takes its place, or when the session ends.
  void attach(MessageSink& sink, Cancel& replaced);
  void detach(MessageSink& sink);
  [[nodiscard]] bool attached() const { return standalone_ != nullptr; }
  /// Sends on the standalone stream; without one, keeps a bounded number of different messages for it.
  void send(std::string_view method, const json::Splice& params);
  /// The standalone stream, as the way to a client for what no request of it caused.
  [[nodiscard]] mcp::Events& events() { return events_; }

  /// What went over its event streams; made on first use. `table` must outlive the session.
  [[nodiscard]] StreamLogs& streams(StreamLogTable& table);
  [[nodiscard]] const StreamLogs* streams() const { return streams_.get(); }  ///< Null: there were none.

  /// Cancels everything that runs and fails every question. The session is unusable afterwards.
  void end();

 private:
  struct Question;
  void withdraw_questions();
  class StandaloneEvents final : public mcp::Events, public MessageSink {  // streams come and go while a question waits
   public:
    explicit StandaloneEvents(Session& session) : session_(session) {}
    bool deliver(const json::Pieces& message) override {
      return session_.standalone_ && session_.standalone_->deliver(message);
    }
    void notify(std::string_view method, const json::Splice& params) override { session_.send(method, params); }
    Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;

   private:
    Session& session_;
  };

  std::string id_;
  std::shared_ptr<const mcp::Principal> who_;
  mcp::Revision revision_;
  mcp::ClientCapabilities capabilities_;
  std::string capabilities_raw_, info_raw_;
  boost::intrusive::list<Running> running_;
  std::vector<Question*> questions_;
  std::uint64_t next_question_ = 1;
  MessageSink* standalone_ = nullptr;
  Cancel* standalone_replaced_ = nullptr;
  std::vector<std::string> waiting_;
  std::unique_ptr<StreamLogs> streams_;
  bool ended_ = false, silent_ = false;
  StandaloneEvents events_{*this};
};

/// All sessions of one endpoint, oldest use first.
class Sessions {
 public:
  struct Options {
    Milliseconds ttl{3'600'000};  ///< Since the last request; sessions with a running request or an open stream stay.
    std::size_t max_sessions = 100'000;
  };
  explicit Sessions(Options options) : options_(options) {}
  /// Called with the id of every session that ended.
  void on_end(std::move_only_function<void(std::string_view)> notify) { on_end_ = std::move(notify); }

  /// A new session with a random id of 128 bits. Errors: limit_exceeded.
  [[nodiscard]] Result<std::shared_ptr<Session>> create(const mcp::Message& initialize, const mcp::Principal& who,
                                                        TimePoint now);
  /// Null if unknown. Counts as use.
  [[nodiscard]] std::shared_ptr<Session> find(std::string_view id, TimePoint now);
  /// Counts as use: a long call ended, a stream closed. Does nothing for a session that has ended.
  void touch(Session& session, TimePoint now);
  /// As `find`, without counting as use.
  [[nodiscard]] std::shared_ptr<Session> peek(std::string_view id) const;
  bool end(std::string_view id);
  void expire(TimePoint now);
  void end_all();
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  void each(FunctionRef<void(Session&)> visit);

 private:
  struct IdHash {
    std::size_t operator()(std::string_view id) const;
  };
  void remove(Session& session);
  Options options_;
  boost::unordered_flat_map<std::string_view, std::shared_ptr<Session>, IdHash> by_id_;  // keys: the sessions' own ids
  boost::intrusive::list<Session> by_use_;
  std::move_only_function<void(std::string_view)> on_end_;
};

/// A random identifier of 128 bits in visible ASCII. Rule: 2025-11-25 basic/transports, "Session Management".
[[nodiscard]] std::string random_id();

/// The revision that answers an `initialize` asking for `requested`: the same if it is a legacy one, else the newest legacy one.
/// Rule: basic/lifecycle, "Version Negotiation"; 2026-07-28 has no handshake.
[[nodiscard]] mcp::Revision negotiate(std::string_view requested);

}  // namespace gatehouse::transport
