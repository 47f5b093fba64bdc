#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <gatehouse/client/connect.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/upstream/options.hpp"

namespace gatehouse::cli {

struct ConnectWishes {
  client::Listener* listener = nullptr;  ///< For what belongs to no request; must outlive the connection.
  bool verbose = false;  ///< Show what the server writes to stderr. Otherwise it is shown when connecting fails.
};

/// A question to a server.
struct Question {
  mcp::Method method;
  json::Value params = json::Value::object();
  std::string_view name;                   ///< The tool it is about; may be empty.
  std::optional<mcp::LogLevel> log_level;  ///< Modern servers: the least level wanted.
};

/// A connection of a command to one configured server, and what it stands on. Lives on one loop.
class Connection {
 public:
  /// Errors: as client::connect_stdio and connect_http; `detail` has what the server last wrote to stderr.
  static Task<Result<std::unique_ptr<Connection>>> open(net::Loop& loop, const upstream::Options& server,
                                                        ConnectWishes wishes, Cancel& cancel);

  /// Asks and waits, with the server's time limits. Errors: as client::Link::request.
  Task<mcp::Reply> ask(const Question& question, client::Listener& listener, Cancel& cancel);
  /// Every connection that was opened has to be closed.
  Task<void> close();
  /// What a program wrote to stderr last, a few lines; complete after `close`. Empty if it was shown when it was written.
  [[nodiscard]] std::string last_words() const;

  [[nodiscard]] client::Link& link() { return *link_; }
  [[nodiscard]] const client::Peer& peer() const { return link_->peer(); }

 private:
  Connection(net::Loop& loop, const upstream::Options& server, bool verbose);
  void heard_on_stderr(std::string_view line);

  const upstream::Options server_;
  net::HttpClient http_;
  bool verbose_;
  std::deque<std::string> last_lines_;  // of its stderr
  std::unique_ptr<client::Link> link_;
};

/// For requests that are about nobody's session: refuses questions, ignores the rest.
class Deaf final : public client::Listener {
 public:
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override;
};

/// Says on standard error that talking to this server failed, with what it wrote to stderr. Returns the exit code for it.
int show_failure(const std::string& server, const Error& error);

}  // namespace gatehouse::cli
