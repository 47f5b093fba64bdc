// Keys of an entry of `servers`.
#include <algorithm>
#include <array>

#include "gateway/config/field.hpp"

namespace gatehouse::config {
namespace {

using Breaker = breaker::BreakerOptions;
using Retries = breaker::RetryOptions;
using HealthCheck = upstream::HealthOptions;

constexpr std::array<std::string_view, 4> kIcons = {"embedded", "keep", "drop", "inline"};
constexpr std::array<std::string_view, 3> kTransports = {"auto", "http", "sse"};
constexpr std::array<std::string_view, 3> kEras = {"auto", "modern", "legacy"};
constexpr std::array<std::string_view, 3> kScopes = {"user", "request", "shared"};
constexpr std::array<std::string_view, 3> kIdle = {"auto", "always", "never"};

constexpr std::array kServer = {
    program({"command", Shape::text, at<&Server::command>,
             "Program to start, looked up in `PATH`; it speaks MCP on stdin and stdout. No shell is involved."}),
    program({"args", Shape::texts, at<&Server::args>, "Arguments of the program."}),
    program(secret({"env", Shape::pairs, at<&Server::env>,
                    "Environment variables of the program, beside a few harmless ones (`PATH`, `HOME`, `LANG`, …) that "
                    "it inherits."})),
    program({"cwd", Shape::text, at<&Server::cwd>,
             "Working directory of the program, relative to the configuration file. Default: that of Gatehouse."}),
    address({"url", Shape::url, at<&Server::url>, "Address of the server, `http` or `https`."}),
    address(secret({"headers", Shape::pairs, at<&Server::headers>,
                    "HTTP headers that are sent with every request to the server."})),
    address(one_of(kTransports, {"transport", Shape::choice, at<&Server::transport>,
                                 "`http`: Streamable HTTP. `sse`: HTTP+SSE of 2024-11-05. `auto`: found out."})),
    one_of(kEras, {"era", Shape::choice, at<&Server::era>,
                   "`modern`: 2026-07-28, stateless. `legacy`: revisions with a handshake. `auto`: found out."}),
    Key{"prefer_tasks", Shape::flag, at<&Server::prefer_tasks>,
        "Tools of a 2025-11-25 server that may run as tasks do so for stateless clients that can follow one."},
    in(10, kDay,
       {"timeout", Shape::duration, at<&Server::timeout>, "Longest silence of a call; progress starts it anew."}),
    in(10, 7 * kDay, {"max_timeout", Shape::duration, at<&Server::max_timeout>, "Longest call, whatever happens."}),
    address(in(10, 10 * kMinute,
               {"connect_timeout", Shape::duration, at<&Server::connect_timeout>, "Longest wait for a connection."})),
    in(10, 10 * kMinute,
       {"probe_timeout", Shape::duration, at<&Server::probe_timeout>,
        "Longest wait for an answer while the server's era is found out."}),
    in(kKiB, kGiB,
       {"max_reply_bytes", Shape::bytes, at<&Server::max_reply_bytes>, "Longest message accepted from the server."}),
    in(1, 1'000'000,
       {"max_concurrent", Shape::count, at<&Server::max_concurrent>,
        "Calls at a time. More wait: each user's calls in turn with everybody else's."}),
    in(0, 1'000'000,
       {"queue", Shape::count, at<&Server::queue>,
        "Calls that wait; more are refused with error -31007, those first of whom the most wait. 0: none waits."}),
    in(10, kHour, {"queue_timeout", Shape::duration, at<&Server::queue_timeout>, "Longest time that a call waits so."}),
    in(0, 100'000,
       {"max_bindings", Shape::count, at<&Server::max_bindings>,
        "Connections (or processes) of their own for client sessions that can be asked questions; further "
        "sessions share one that cannot."}),
    Key{"public_lists", Shape::flag, at<&Server::public_lists>,
        "Everybody sees the same tools, resources and prompts, so clients may share what they keep of them. For "
        "servers "
        "with a handshake, which cannot say so themselves."},
    Key{"instructions", Shape::flag, at<&Server::instructions>, "The server's instructions are passed on to clients."},
    one_of(kIcons, {"icons", Shape::choice, at<&Server::icons>,
                    "Icons in definitions. `embedded`: `data:` only, as clients trust no icon from another origin than "
                    "the server's. `keep`: all. `drop`: none. `inline`: those at the server's own address are fetched "
                    "and embedded (PNG, JPEG, WebP up to 32 KiB)."}),
    Key{"schema_dialect", Shape::text, at<&Server::schema_dialect>,
        "`$schema` of tools' schemas that name none, for 2026-07-28 clients, if the server speaks a revision before "
        "2025-11-25, where nothing says what they are: `http://json-schema.org/draft-07/schema#`."},
    Key{"wrap_values", Shape::flag, at<&Server::wrap_values>,
        "Structured results that are no objects become `{\"value\": …}`, in schemas too, for clients of 2025-06-18 and "
        "2025-11-25, which know objects only. Otherwise these get the text alone."},
    Key{"meta_allow", Shape::texts, at<&Server::meta_allow>,
        "Keys of clients' own `_meta` that the server gets, with `*` for any characters. Default: all."},
    Key{"meta_deny", Shape::texts, at<&Server::meta_deny>, "Keys of clients' own `_meta` that the server does not get."},
    one_of(kScopes,
           {"legacy_scope", Shape::choice, at<&Server::legacy_scope>,
            "Connections of stateless clients that can be asked questions, if the server has sessions. `user`: one "
            "per user and abilities, so that conversations of one user share what the server remembers. "
            "`request`: one per call. `shared`: the server is told that nobody can be asked."}),
    in(0, 1000,
       {"max_slots", Shape::count, at<&Server::max_slots>,
        "How many calls of one user a program or HTTP+SSE server may ask questions in at the same time, each on a "
        "connection (or process) of its own; further calls wait."}),
    Key{"replay_tools", Shape::texts, at<&Server::replay_tools>,
        "Tools (as the server names them, with `*` for any characters) that may run again and again until they are "
        "done: "
        "for stateless clients, each answer to a question runs them anew from the start, and nothing waits here. For "
        "servers "
        "with sessions."},
    Key{"roots", Shape::flag, at<&Server::roots>, "The server may be told the roots of clients."},
    in(0, kHour,
       {"roots_hold", Shape::duration, at<&Server::roots_hold>,
        "How long the server's question for roots waits for a call of a stateless client; then there are none."}),
    Key{"sampling_context", Shape::flag, at<&Server::sampling_context>,
        "The server may ask the client's model to see what other servers told (`includeContext`)."},
    in(0, kDay,
       {"first_byte_timeout", Shape::duration, at<&Server::first_byte_timeout>,
        "Longest wait for the first sign of an answer: over HTTP the status line, else progress or the answer itself. "
        "0: as `timeout`."}),
    Key{"breaker", Shape::section, nullptr,
        "When the server is not called for a while, because it is broken; or `off`. See [resilience](resilience.md)."},
    Key{"retries", Shape::section, nullptr, "How calls that may run twice are sent again; or `off`."},
    Key{"retry_safe", Shape::texts, at<&Server::retry_safe>,
        "Tools that may run twice, by their names at the server; `*` stands for any characters. Reads always may."},
    Key{"health_check", Shape::section, nullptr, "How the server is asked whether it lives; or `off`."},
};

constexpr std::array kBreaker = {
    in(0, 10'000,
       {"failures", Shape::count, at<&Breaker::failures>, "Failures in a row that open it; 0: however many."}),
    in(0, 100,
       {"error_rate", Shape::count, at<&Breaker::error_rate>,
        "Percent of the calls in `window` that failed, which opens it; 0: however many."}),
    in(1, 1'000'000,
       {"min_calls", Shape::count, at<&Breaker::min_calls>, "Calls in `window` below which a rate says nothing."}),
    in(kSecond, kHour, {"window", Shape::duration, at<&Breaker::window>, "What the rate is taken over."}),
    in(100, kHour,
       {"open_for", Shape::duration, at<&Breaker::open_for>,
        "How long calls are refused then. Doubles each time the server turns out to be still broken."}),
    in(100, kDay, {"max_open_for", Shape::duration, at<&Breaker::max_open_for>, "Longest time of that kind."}),
    in(1, 1000,
       {"probes", Shape::count, at<&Breaker::probes>,
        "Calls at a time that try the server after a pause, and how many have to succeed."}),
};

constexpr std::array kRetries = {
    in(1, 10, {"max", Shape::count, at<&Retries::max>, "How often one call is sent again."}),
    in(0, 100,
       {"budget", Shape::count, at<&Retries::budget>,
        "Percent of the calls that succeeded in the last ten seconds which may be sent again."}),
    in(0, 1000, {"min_per_second", Shape::count, at<&Retries::min_per_second>, "Beside that, on average."}),
};

constexpr std::array kHealthCheck = {
    in(100, kDay,
       {"interval", Shape::duration, at<&HealthCheck::interval>,
        "How long nothing was heard from the server before it is asked."}),
    in(10, 10 * kMinute, {"timeout", Shape::duration, at<&HealthCheck::timeout>, "Longest wait for its answer."}),
    in(1, 1000,
       {"unhealthy_after", Shape::count, at<&HealthCheck::unhealthy_after>,
        "Checks in a row that fail before the server counts as broken."}),
    one_of(kIdle, {"idle", Shape::choice, at<&HealthCheck::idle>,
                   "Whether a server is asked that gave no reason for doubt. `auto`: addresses are, programs are left "
                   "alone until a call fails."}),
};

const Section kServerSection{
    "servers.<name>",
    "An MCP server: a program (`command`) or an address (`url`). Names are 1 to 64 of `A-Z a-z 0-9 _ -` and start "
    "with a letter or digit.",
    kServer, &fresh<Server>};

const Section kBreakerSection{"servers.<name>.breaker",
                              "When the server is not called for a while. `breaker: off` for never.", kBreaker,
                              &fresh<Breaker>};
const Section kRetriesSection{
    "servers.<name>.retries",
    "Reads, and the tools in `retry_safe`, are sent again when the server failed. `retries: off` "
    "for never.",
    kRetries, &fresh<Retries>};
const Section kHealthCheckSection{
    "servers.<name>.health_check",
    "How the server is asked whether it lives. `health_check: off`: only after a pause of "
    "the breaker.",
    kHealthCheck, &fresh<HealthCheck>};
const std::array kParts = {
    ServerPart{"breaker", kBreakerSection, [](Server& s) -> void* { return &s.breaker; },
               [](const Server& s) { return !s.breaker.enabled; }, [](Server& s) { s.breaker.enabled = false; }},
    ServerPart{"retries", kRetriesSection, [](Server& s) -> void* { return &s.retries; },
               [](const Server& s) { return s.retries.max == 0; }, [](Server& s) { s.retries.max = 0; }},
    ServerPart{"health_check", kHealthCheckSection, [](Server& s) -> void* { return &s.health_check; },
               [](const Server& s) { return !s.health_check.enabled; },
               [](Server& s) { s.health_check.enabled = false; }},
};

}  // namespace

const Section& server_section() { return kServerSection; }
std::span<const ServerPart> server_parts() { return kParts; }
const ServerPart& server_part(std::string_view name) {
  return *std::ranges::find_if(kParts, [name](const ServerPart& part) { return part.name == name; });
}

}  // namespace gatehouse::config
