#pragma once
#include <functional>
#include <string>
#include <string_view>

#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/bridge/task_options.hpp"
#include "gateway/upstream/bindings.hpp"

namespace gatehouse::upstream {

/// What all servers of one gateway share.
struct Environment {
  net::Loop& loop;
  net::HttpClient& http;
  mcp::Implementation implementation;  ///< Who we say we are.
  std::string via;                     ///< `Via` of outgoing HTTP requests.
  SessionFinder find_session;
  const asking::Means& means;
  const bridge::TaskOptions* tasks = nullptr;                          ///< Null: the defaults.
  std::function<void()> changed;                                       ///< A server's lists or state changed.
  std::function<void(std::string_view session)> session_changed = {};  ///< `Upstream::lists_for` this session changed.
  Milliseconds stale_max{600'000};  ///< How long a server's lists are shown while it is down (GB-316).
  Milliseconds legacy_list_ttl{
      60'000};  ///< How long lists without hints are believed while changes are announced (GB-312).
  Milliseconds log_cooldown{30'000};      ///< How long a shared connection stays at the level that a call wanted.
  std::size_t max_log_bytes = 64u << 10;  ///< Of `data` in a log line on a session's own connection.
};

}  // namespace gatehouse::upstream
