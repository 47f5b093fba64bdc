#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include <gatehouse/base/time.hpp>

/// What was sent on the event streams of sessions, so that a client whose connection broke gets the rest. Pure.
/// Rule: 2025-11-25 basic/transports, "Resumability and Redelivery"; gateway rules GB-371 to GB-374.
namespace gatehouse::transport {

struct StreamLogLimits {
  std::size_t session_bytes = 4u << 20;  ///< Of one session, all streams together.
  std::size_t total_bytes = 256u << 20;  ///< Of all sessions.
  std::size_t sent_bytes = 64u << 10;  ///< Of one session, for what reached a connection: it is rarely asked for again.
  Milliseconds ttl{300'000};           ///< After a stream ended.
};

class StreamLogs;

/// One stream: its events are numbered from 1; number 0 is its beginning.
class StreamLog final
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  enum class Kind : std::uint8_t { standalone, response };
  /// Whoever writes the stream to a connection. The newest one wins.
  class Writer {
   public:
    virtual void more() = 0;        ///< There are new events, or the stream ended.
    virtual void taken_over() = 0;  ///< Another one writes the stream from now on, or the session ended.

   protected:
    ~Writer() = default;
  };

  StreamLog(StreamLogs& owner, std::string id, Kind kind, std::string_view request_id)
      : owner_(&owner), id_(std::move(id)), request_id_(request_id), kind_(kind) {}

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::string& request_id() const { return request_id_; }  ///< Raw token; of responses.
  [[nodiscard]] std::string event_id(std::uint64_t number) const;

  /// The number of the last event.
  [[nodiscard]] std::uint64_t last() const { return last_; }
  /// Whether an event of this size may be kept at all.
  [[nodiscard]] bool fits(std::size_t bytes) const;
  /// Adds an event and returns its number.
  std::uint64_t append(std::string data);
  /// Counts an event that is not kept and returns its number.
  std::uint64_t skip();
  /// The last event was the final one.
  void end(TimePoint now);
  /// Nobody has the stream open now; if it stays so, its events go.
  void rest(TimePoint now);
  [[nodiscard]] bool ended() const { return ended_; }
  /// Everything up to here reached a connection.
  void sent(std::uint64_t number);

  /// Null: it is not kept any more.
  [[nodiscard]] const std::string* event(std::uint64_t number) const;
  /// The first event after `number` that is kept; `last() + 1` if there is none.
  [[nodiscard]] std::uint64_t next_kept(std::uint64_t number) const;

  void attach(Writer& writer);
  void detach(Writer& writer);
  [[nodiscard]] bool is_attached(const Writer& writer) const { return writer_ == &writer; }

 private:
  friend StreamLogs;
  friend class StreamLogTable;
  struct Event {
    std::uint64_t number;
    std::string data;
  };
  [[nodiscard]] bool is_empty() const { return first_ == events_.size(); }
  [[nodiscard]] static std::size_t cost(const Event& event) { return event.data.size() + sizeof(Event); }
  [[nodiscard]] std::vector<Event>::const_iterator after(std::uint64_t number) const;
  void note_more();
  void drop_first();
  void drop_all();

  StreamLogs* owner_;  // null: the session has ended
  std::string id_, request_id_;
  std::vector<Event> events_;  // from first_ on
  std::size_t first_ = 0;
  std::uint64_t last_ = 0, sent_ = 0;
  TimePoint resting_since_{};
  Writer* writer_ = nullptr;
  Kind kind_;
  bool ended_ = false;
};

/// The streams of all sessions of an endpoint: limits that hold for all, and what has to be forgotten when.
class StreamLogTable {
 public:
  explicit StreamLogTable(StreamLogLimits limits) : limits_(limits) {}
  void set_limits(StreamLogLimits limits) { limits_ = limits; }
  [[nodiscard]] const StreamLogLimits& limits() const { return limits_; }
  void expire(TimePoint now);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  friend StreamLog;
  friend StreamLogs;
  StreamLogLimits limits_;
  std::size_t bytes_ = 0;
  boost::intrusive::list<StreamLog, boost::intrusive::constant_time_size<false>> resting_;  // longest first
};

/// The streams of one session.
class StreamLogs final {
 public:
  /// `table` must outlive this.
  explicit StreamLogs(StreamLogTable& table) : table_(table) {}
  StreamLogs(const StreamLogs&) = delete;
  StreamLogs& operator=(const StreamLogs&) = delete;
  ~StreamLogs() { end(); }

  /// A new stream. A standalone one ends the one before it: a session has one.
  std::shared_ptr<StreamLog> open(StreamLog::Kind kind, std::string_view request_id, TimePoint now);
  struct Place {
    std::shared_ptr<StreamLog> stream;
    std::uint64_t number = 0;
  };
  /// What an event id of this session stands for; none for those that it never gave, or forgot.
  [[nodiscard]] std::optional<Place> find(std::string_view event_id) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return streams_.size(); }
  /// The session ended: nobody writes any more.
  void end();

 private:
  friend StreamLog;
  friend StreamLogTable;
  static constexpr std::size_t kMaxEnded = 64;  // streams that are kept after their end
  void shrink();
  bool drop_oldest(bool sent_only);
  void forget(const StreamLog& stream);
  void forget_surplus();

  StreamLogTable& table_;
  std::vector<std::shared_ptr<StreamLog>> streams_;  // in the order of their opening
  std::size_t bytes_ = 0, sent_bytes_ = 0;
};

}  // namespace gatehouse::transport
