#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/list.hpp>

#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/net/response_reader.hpp"
#include "src/net/stream.hpp"

namespace gatehouse::net {

/// Where connections lead to.
struct OriginKey {
  std::string_view host;
  std::uint16_t port;
  bool tls;
  bool operator==(const OriginKey&) const = default;
};

/// One connection to a server; either idle in the pool, or lent to one request and its reply.
class ClientConnection final
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      private Watch::Listener {
 public:
  struct Origin;

  ClientConnection(HttpClient::Impl& pool, Origin& origin, Fd fd);
  ~ClientConnection();

  /// Connected and, if need be, encrypted. Errors: unavailable; what `limit` says.
  Task<Result<void>> establish(Cancel& limit);
  [[nodiscard]] Stream& stream() { return stream_; }
  [[nodiscard]] const ResponseReader& reader() const { return reader_; }

  /// The head to send for `request`; begins a new response. REQUIRES: all fields are sound.
  [[nodiscard]] std::string_view compose(const Url& url, const HttpRequest& request);

  /// Reads as much of the head as has come; true when complete. Errors: bad_reply, too_large, connection_lost.
  [[nodiscard]] Result<bool> receive_head();
  Task<Result<Buffer>> body(std::size_t max_bytes, Cancel& cancel);
  Task<Result<std::string_view>> read(Cancel& cancel);

  /// Nothing came, not even the end.
  [[nodiscard]] bool is_quiet();
  void finish();  ///< The reply is gone: back into the pool, or closed. May destroy this.
  void orphan() { pool_ = nullptr; }

 private:
  friend struct HttpClient::Impl;
  /// Bytes that came, or -EAGAIN and so on as Stream::read.
  ssize_t receive();
  Result<void> ended_by(ssize_t count, const Cancel& cancel);
  void rest();
  void on_hangup() override;

  HttpClient::Impl* pool_;  // null once the client is gone, and the origin with it
  Origin& origin_;
  Stream stream_;
  ResponseReader reader_;
  std::string request_head_;
  std::uint64_t idle_since_ = 0;  // in rounds of the pool's clean-up
  bool idle_ = false;
};

struct ClientConnection::Origin {
  using List = boost::intrusive::list<ClientConnection, boost::intrusive::constant_time_size<false>>;
  explicit Origin(const Url& url)
      : host(url.host), port(url.port), tls(url.tls), host_line("Host: " + url.authority() + "\r\n") {}
  [[nodiscard]] OriginKey key() const { return {host, port, tls}; }

  std::string host;
  std::uint16_t port;
  bool tls;
  std::string host_line;
  List idle;  // the one used last is at the back
  std::size_t idle_count = 0;
  std::size_t open = 0;  // connections, and attempts to make one
};

/// What a request that ended early came to.
[[nodiscard]] Error cancelled_error(const Cancel& cancel);

struct HttpClient::Impl {
  using Origin = ClientConnection::Origin;

  Impl(Loop& the_loop, HttpClientOptions the_options);
  ~Impl();

  Origin* find(const Url& url);  // null if there is none
  Origin& origin_of(const Url& url);
  void release(Origin& origin);  // one of its `open`
  struct Reservation {           // keeps an origin while a connection to it is being made
    Impl& pool;
    Origin& origin;
    ~Reservation() { pool.release(origin); }
  };
  std::unique_ptr<ClientConnection> take_idle(const Url& url);  // null if there is none
  std::unique_ptr<ClientConnection> watch(Origin& origin, Fd fd);
  Task<Result<std::unique_ptr<ClientConnection>>> connect(const Url& url, Milliseconds patience, Cancel& cancel);

  Buffer take_buffer();
  void give_back(Buffer buffer);
  void put_idle(ClientConnection& connection);
  void remove_idle(ClientConnection& connection);
  void begin_round();
  void close_old(std::uint64_t age);
  void close_idle() { close_old(0); }

  Loop& loop;
  const HttpClientOptions options;
  Counters counters;
  std::optional<TlsContext> tls;
  struct Hash {
    std::size_t operator()(const OriginKey& key) const { return std::hash<std::string_view>{}(key.host) ^ key.port; }
  };
  std::unordered_map<OriginKey, std::unique_ptr<Origin>, Hash> origins;  // the keys view into the values
  Origin* latest = nullptr;  // that was looked for: most requests go where the one before went
  Origin::List busy;
  std::vector<Buffer> spare;
  Timer round;
  std::uint64_t rounds = 0;
};

}  // namespace gatehouse::net
