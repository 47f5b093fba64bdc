#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/base/time.hpp>
#include <gatehouse/net/url.hpp>

#include "gateway/breaker/breaker.hpp"
#include "gateway/breaker/retry_budget.hpp"
#include "gateway/catalog/settle.hpp"

namespace gatehouse::upstream {

enum class Transport { automatic, http, sse, stdio };  ///< `stdio` follows from `command`.
enum class Era { automatic, modern, legacy };
/// Whose connection a stateless client's call uses at a server with sessions, if it can be asked questions.
enum class LegacyScope {
  principal,  ///< One per user and abilities; conversations of one user share the server's session.
  request,    ///< One per call, closed after it.
  shared,     ///< The shared one; the server is told that nobody can be asked.
};

/// Whether a server is asked for a sign of life that gave no reason for doubt.
enum class IdleChecks {
  automatic,  ///< Addresses are. A program that ends is noticed at once, and one that sleeps shall sleep on.
  always,
  never,
};

/// How a server is asked whether it lives: `ping`, or `server/discover` of one without sessions; any answer will do. What it says to
/// others counts as well, so busy servers are never asked.
struct HealthOptions {
  bool enabled = true;  ///< Off: asked only when a pause of the breaker is over.
  Milliseconds interval{30'000};
  Milliseconds timeout{5'000};
  std::size_t unhealthy_after = 3;  ///< Failed checks in a row; the second and all further ones follow at once.
  IdleChecks idle = IdleChecks::automatic;

  bool operator==(const HealthOptions&) const = default;
};

/// One configured server.
struct Options {
  std::string name;
  // -- a program …
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string cwd;
  // -- … or an address
  std::optional<net::Url> url;
  std::vector<std::pair<std::string, std::string>> headers;
  Transport transport = Transport::automatic;
  Era era = Era::automatic;
  bool prefer_tasks = false;  ///< Tools that may run as tasks do, for clients that can follow one.
  // -- limits
  Milliseconds timeout{60'000};       ///< Longest silence of a call: restarted by progress.
  Milliseconds max_timeout{900'000};  ///< Longest call, whatever happens.
  Milliseconds connect_timeout{5'000};
  Milliseconds probe_timeout{5'000};  ///< Era detection.
  std::size_t max_reply_bytes = 64u << 20;
  std::size_t max_concurrent = 1024;  ///< Calls at a time; more wait.
  std::size_t queue = 256;            ///< Calls that wait, users in turn; more are refused with -31007.
  Milliseconds queue_timeout{10'000};
  std::size_t max_bindings =
      32;  ///< Own connections for sessions that can be asked questions; more share one that cannot.
  Milliseconds first_byte_timeout{0};  ///< Longest wait for the first sign of an answer; 0: as `timeout`.
  // -- when it is broken
  breaker::BreakerOptions breaker;
  breaker::RetryOptions retries;
  std::vector<std::string> retry_safe;  ///< Tools that may run twice: names at the server, `*` for any characters.
  HealthOptions health_check;
  // -- what it may ask clients, and how
  LegacyScope legacy_scope = LegacyScope::principal;
  std::size_t max_slots =
      4;              ///< Connections of one user's calls that run at the same time, where they cannot share one.
  bool roots = true;  ///< It may be told the clients' roots (GB-176).
  std::vector<std::string> replay_tools;  ///< May run again from the start with each answer; wildcards (GB-129).
  bool sampling_context = false;          ///< `includeContext` may ask for more than `none` (GB-172).
  Milliseconds roots_hold{30'000};        ///< How long its question for roots waits for a call.

  // -- what clients get to see
  bool public_lists = false;  ///< Everybody sees the same lists, though the server cannot say so.
  bool instructions = true;   ///< Its instructions are passed on.
  catalog::Icons icons = catalog::Icons::embedded;
  std::string schema_dialect;           ///< catalog::ToolWords
  bool wrap_values = false;             ///< The same.
  std::vector<std::string> meta_allow;  ///< Clients' own keys of `_meta` that it gets; empty: all. Wildcards.
  std::vector<std::string> meta_deny;   ///< Those that it does not.

  [[nodiscard]] bool is_stdio() const { return !command.empty(); }
  /// Compares every field, resolved secrets included: a reload restarts exactly the servers that differ.
  bool operator==(const Options&) const = default;
};

}  // namespace gatehouse::upstream
