#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/base/time.hpp>
#include <gatehouse/mcp/methods.hpp>
#include <gatehouse/net/url.hpp>

#include "gateway/bridge/question_options.hpp"
#include "gateway/bridge/task_options.hpp"
#include "gateway/config/credentials.hpp"
#include "gateway/pins/options.hpp"
#include "gateway/policy/source.hpp"
#include "gateway/ratelimit/gate.hpp"
#include "gateway/ratelimit/limit.hpp"
#include "gateway/upstream/options.hpp"

/// The configuration as it was meant, after reading and checking. Defaults stand here and nowhere else.
namespace gatehouse::config {

/// Whether exposed names start with the server's name.
enum class Prefix { server, none };
/// Whether exposed URIs say whose they are.
enum class Uris { automatic, prefixed, transparent };
/// Whether clients of an endpoint have to say who they are, if there are ways to do so at all.
enum class EndpointAuth { required, none };

struct Endpoint {
  std::string path = "/mcp";
  std::vector<std::string> servers{
      "*"};  ///< Names, in order; "*" stands for all that are not named, in configuration order.
  std::string separator = ".";
  Prefix prefix = Prefix::server;
  bool http_sse = true;         ///< Also serves HTTP+SSE, below the path.
  Uris uris = Uris::automatic;  ///< Automatic: as names.
  EndpointAuth auth = EndpointAuth::required;
  std::vector<std::string> scopes;                   ///< Baseline, for the first login.
  std::string instructions;                          ///< In front of what the servers say.
  bool show_servers = false;                         ///< Definitions and results say whose they are.
  mcp::LogLevel log_level = mcp::LogLevel::warning;  ///< Least level of lines for sessions that set none.

  [[nodiscard]] bool prefixes_uris() const {
    return uris == Uris::automatic ? prefix == Prefix::server : uris == Uris::prefixed;
  }

  bool operator==(const Endpoint&) const = default;
};

using upstream::Era;
using upstream::LegacyScope;
using upstream::Transport;
using Questions = bridge::QuestionOptions;
using Tasks = bridge::TaskOptions;
using Server = upstream::Options;  ///< Entry of `servers`, in full.

/// Entry of `limits.rates`, as it is written.
struct RateLimit {
  std::string id;  ///< Empty: ratelimit::default_id.
  std::vector<std::string> per, match, methods;
  ratelimit::Group group = ratelimit::Group::calls;
  ratelimit::Rate rate;
  std::size_t burst = 0;
  std::size_t concurrency = 0;
  ratelimit::Mode mode = ratelimit::Mode::enforce;
  std::size_t max_keys = 100'000;

  bool operator==(const RateLimit&) const = default;
};
using Preauth = ratelimit::GateOptions;

/// Bounds towards clients.
struct Limits {
  std::vector<RateLimit> rates;
  Preauth preauth;
  std::size_t max_body_bytes = 4u << 20;
  std::size_t max_head_bytes = 32u << 10;
  std::size_t max_json_depth = 128;
  std::size_t max_batch = 100;  ///< Messages in a 2025-03-26 batch.
  std::size_t max_sessions = 100'000;
  std::size_t max_connections = 100'000;
  std::size_t max_connections_per_address = 0;  ///< 0: as many as there may be.
  std::size_t max_calls_per_session = 256;  ///< Unanswered requests of one session.
  std::size_t max_subscriptions = 1'000;    ///< Resources that one session or listen stream watches.
  std::size_t page_bytes = 1u << 20;        ///< Size of a page of a merged list.
  std::size_t stream_log_bytes = 4u << 20;  ///< Events of one session that are kept for a client that comes back.
  std::size_t max_log_bytes = 64u << 10;    ///< Of `data` in one log line of a server.
  std::size_t progress_per_second = 10;     ///< Progress messages to one request; 0: as they come.
  Milliseconds stale_max{600'000};          ///< Lists of a server that is down are shown so long.
  Milliseconds legacy_list_ttl{60'000};     ///< Told to clients about lists without hints whose changes are announced.
  Milliseconds max_list_ttl{3'600'000};     ///< Longest time that clients are told to believe a list.
  Milliseconds head_timeout{10'000};
  Milliseconds body_timeout{30'000};
  Milliseconds idle_timeout{120'000};    ///< Keep-alive connection without a request.
  Milliseconds session_ttl{3'600'000};   ///< Since the last request.
  Milliseconds keep_alive{20'000};       ///< Comment lines on quiet streams.
  Milliseconds stream_log_ttl{300'000};  ///< How long they are kept after their stream ended.
  Milliseconds drain{60'000};            ///< Longest wait for running calls at shutdown.

  bool operator==(const Limits&) const = default;
};

/// Tools are what was approved.
struct ToolPins {
  std::string file = "tool-pins.json";
  pins::OnChange on_change = pins::Options().on_change;
  pins::OnNew on_new = pins::Options().on_new;
  std::size_t max_tools = pins::Options().max_tools;
  std::size_t max_bytes = pins::Options().max_bytes;

  [[nodiscard]] pins::Options rules() const {
    return {.on_change = on_change, .on_new = on_new, .max_tools = max_tools, .max_bytes = max_bytes};
  }

  bool operator==(const ToolPins&) const = default;
};

enum class LogFormat { json, text };

struct Log {
  std::string level = "info";  ///< debug, info, warn, error, off
  LogFormat format = LogFormat::json;
  bool calls = true;  ///< One line per call.

  bool operator==(const Log&) const = default;
};

struct Config {
  net::ListenAddress listen{"127.0.0.1", 8080};
  std::optional<net::ListenAddress> admin = net::ListenAddress{"127.0.0.1", 9901};  ///< None: no admin listener.
  std::optional<net::Url> public_url;        ///< What clients call us; none: the listen address.
  std::vector<std::string> allowed_hosts;    ///< Beside loopback names and the listen address: values of `Host`.
  std::vector<std::string> allowed_origins;  ///< Beside loopback origins: values of `Origin`.
  std::vector<Endpoint> endpoints{Endpoint{}};
  std::vector<Server> servers;  ///< In the order of the file.
  /// Secrets that seal what clients carry for us; the first one seals, all open. Empty: one that ends with the process.
  std::vector<std::string> token_keys;
  Auth auth;
  std::optional<Tls> tls;
  Limits limits;
  std::optional<policy::PolicySource> policy;  ///< None: everybody may do everything.
  std::optional<ToolPins> pins;
  Questions questions;
  Tasks tasks;
  Log log;
  /// Values that were not written down: key path (`servers.jira.headers.Authorization`) -> the text with its `${…}` or `file:`.
  /// Whatever stands here is shown by its reference and never by its value.
  std::map<std::string, std::string, std::less<>> references;
};

/// REQUIRES: checked by `validate`.
[[nodiscard]] ratelimit::Limit limit_of(const RateLimit& written);
[[nodiscard]] std::vector<ratelimit::Limit> limits_of(const Config& config);

}  // namespace gatehouse::config
