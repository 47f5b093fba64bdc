#include "gateway/config/keys.hpp"

#include <array>

#include "gateway/config/field.hpp"
#include "gateway/config/quantity.hpp"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 2> kPrefixes = {"server", "none"};
constexpr std::array<std::string_view, 2> kEndpointAuth = {"required", "none"};
constexpr std::array<std::string_view, 3> kUris = {"auto", "prefixed", "transparent"};
constexpr std::array<std::string_view, 8> kMcpLevels = {"debug", "info",     "notice", "warning",
                                                        "error", "critical", "alert",  "emergency"};
constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 2> kFacades = {"capable", "all"};
constexpr std::array<std::string_view, 2> kFormats = {"json", "text"};

constexpr std::array kTop = {
    Key{"listen", Shape::address, at<&Config::listen>,
        "Address and port of the endpoints and `/health`. Port 0 takes a free one."},
    Key{"admin", Shape::section, nullptr, "The admin listener, or `off`."},
    Key{"public_url", Shape::url, at<&Config::public_url>,
        "What clients call this gateway: scheme, host and the path in front of the endpoints' paths. Tokens are issued "
        "for the URLs of "
        "endpoints that begin so. Default: the listen address."},
    Key{"allowed_hosts", Shape::texts, at<&Config::allowed_hosts>,
        "Values of `Host` that are accepted beside loopback names and the listen address, without port."},
    Key{"allowed_origins", Shape::texts, at<&Config::allowed_origins>,
        "Values of `Origin` (`https://app.example.com`) that are accepted beside loopback origins. Browsers send it, "
        "other clients do not."},
    Key{"endpoints", Shape::section, nullptr,
        "The paths where clients connect, each a choice of servers. Default: `/mcp` with all servers."},
    Key{"servers", Shape::section, nullptr, "The MCP servers, by name. Order is the order of merged lists."},
    secret({"token_keys", Shape::texts, at<&Config::token_keys>,
            "Secrets of at least 32 characters that encrypt what clients carry for Gatehouse (`requestState`, cursors, "
            "task "
            "ids). The first one encrypts, all are accepted: put a new one first and remove the old one a day later. "
            "Instances that share clients need the same list. Default: a random one, so a restart invalidates what "
            "clients "
            "hold."}),
    part<&Config::auth, auth_section>("auth", "Who may use the endpoints. Without it everybody who reaches them may."),
    part<&Config::tls, tls_section>("tls", "TLS of the main listener."),
    Key{"limits", Shape::section, nullptr, "Bounds towards clients."},
    part<&Config::policy, policy_section>("policy", "Who may see and call what."),
    part<&Config::pins, pins_section>("pins",
                                      "Tools whose definition changes. See [security](security.md#tools-that-change)."),
    part<&Config::questions, questions_section>("questions", "Bounds of what servers ask people through clients."),
    part<&Config::tasks, tasks_section>("tasks", "Tasks that Gatehouse keeps for clients of 2025-11-25."),
    part<&Config::log, log_section>("log", "What is written to stderr."),
};

constexpr std::array kAdmin = {
    Key{"listen", Shape::address, at<&Config::admin>,
        "Address and port of `/livez`, `/readyz`, `/metrics` and `/version`."},
};

constexpr std::array kEndpoint = {
    Key{"path", Shape::text, at<&Endpoint::path>, "Where clients connect. Starts with `/`; one endpoint per path."},
    Key{"servers", Shape::texts, at<&Endpoint::servers>,
        "Names of servers in the order of merged lists; `*` stands for all that are not named."},
    Key{"separator", Shape::text, at<&Endpoint::separator>,
        "Stands between a server's name and the name of its tool or prompt. 1 to 8 of `A-Z a-z 0-9 _ . -`; `__` for "
        "hosts whose models refuse dots."},
    one_of(kPrefixes, {"prefix", Shape::choice, at<&Endpoint::prefix>,
                       "`server`: exposed names start with the server's name. `none`: names stay as they are. `true` "
                       "and `false` mean the same."}),
    Key{"http_sse", Shape::flag, at<&Endpoint::http_sse>,
        "Serve old clients, too: HTTP+SSE of 2024-11-05, with the stream at `<path>/sse` and messages at "
        "`<path>/messages`."},
    one_of(kUris,
           {"uris", Shape::choice, at<&Endpoint::uris>,
            "`prefixed`: exposed URIs say whose they are (`gh-files+file:///a`). `transparent`: they stay as they "
            "are, and of two equal ones the second is prefixed. `auto`: as `prefix`."}),
    one_of(kEndpointAuth, {"auth", Shape::choice, at<&Endpoint::auth>,
                           "`required`: clients say who they are, in one of the ways of `auth`. `none`: nobody has to; "
                           "for loopback addresses only."}),
    Key{"scopes", Shape::texts, at<&Endpoint::scopes>,
        "Scopes that clients ask for when they log in first; more come when a tool needs them."},
    Key{"instructions", Shape::text, at<&Endpoint::instructions>,
        "What clients are told first, in front of the servers' own instructions."},
    Key{"show_servers", Shape::flag, at<&Endpoint::show_servers>,
        "Definitions and results say whose they are, in `_meta[\"io.gatehouse/backend\"]`."},
    one_of(kMcpLevels, {"log_level", Shape::choice, at<&Endpoint::log_level>,
                        "Least level of servers' log lines that clients get which never set one (sessions only)."}),
};

constexpr std::array kLimits = {
    part<&Limits::rates, rates_section>(
        "rates", "How much each user, tool, … may have. A list as the value of `limits` is short for this."),
    part<&Limits::preauth, preauth_section>("preauth", "What is counted before anybody knows who sends a request."),
    in(kKiB, kGiB, {"max_body_bytes", Shape::bytes, at<&Limits::max_body_bytes>, "Longest request body."}),
    in(kKiB, kMiB,
       {"max_head_bytes", Shape::bytes, at<&Limits::max_head_bytes>, "Longest request line and headers together."}),
    in(8, 1024, {"max_json_depth", Shape::count, at<&Limits::max_json_depth>, "Deepest nesting of objects and arrays."}),
    in(1, 10'000, {"max_batch", Shape::count, at<&Limits::max_batch>, "Messages in one batch (revision 2025-03-26)."}),
    in(1, 10'000'000,
       {"max_sessions", Shape::count, at<&Limits::max_sessions>, "Sessions of clients with a handshake."}),
    in(1, 10'000'000, {"max_connections", Shape::count, at<&Limits::max_connections>, "Open connections from clients."}),
    in(0, 10'000'000,
       {"max_connections_per_address", Shape::count, at<&Limits::max_connections_per_address>,
        "The same for one network address; 0: no limit of its own. Behind a proxy all clients have its address."}),
    in(1, 1'000'000,
       {"max_calls_per_session", Shape::count, at<&Limits::max_calls_per_session>,
        "Unanswered requests of one session."}),
    in(1, 100'000,
       {"max_subscriptions", Shape::count, at<&Limits::max_subscriptions>,
        "Resources that one session, or one listen stream, watches."}),
    in(kKiB, 64 * kMiB, {"page_bytes", Shape::bytes, at<&Limits::page_bytes>, "Size of a page of a merged list."}),
    in(0, kGiB,
       {"stream_log_bytes", Shape::bytes, at<&Limits::stream_log_bytes>,
        "Events of one session that are kept for a client whose connection broke."}),
    in(kKiB, 64 * kMiB,
       {"max_log_bytes", Shape::bytes, at<&Limits::max_log_bytes>,
        "Longest `data` of a server's log line for clients; longer ones are left out."}),
    in(0, 1000,
       {"progress_per_second", Shape::count, at<&Limits::progress_per_second>,
        "Progress messages for one request; the newest is never lost. 0: all of them."}),
    in(0, 7 * kDay,
       {"stale_max", Shape::duration, at<&Limits::stale_max>,
        "How long lists of a server that is down are shown. Then its items are left out until it is back."}),
    in(0, kDay,
       {"legacy_list_ttl", Shape::duration, at<&Limits::legacy_list_ttl>,
        "How long clients may keep lists of servers that announce changes but give no time."}),
    in(0, 7 * kDay,
       {"max_list_ttl", Shape::duration, at<&Limits::max_list_ttl>, "Longest time that clients may keep a list."}),
    in(100, kHour,
       {"head_timeout", Shape::duration, at<&Limits::head_timeout>, "Longest time for a request's headers to arrive."}),
    in(100, kHour,
       {"body_timeout", Shape::duration, at<&Limits::body_timeout>, "Longest time for a request's body to arrive."}),
    in(100, kDay,
       {"idle_timeout", Shape::duration, at<&Limits::idle_timeout>,
        "How long a connection without a request stays open."}),
    in(kSecond, 30 * kDay,
       {"session_ttl", Shape::duration, at<&Limits::session_ttl>, "How long a session lives after its last request."}),
    in(100, kHour,
       {"keep_alive", Shape::duration, at<&Limits::keep_alive>, "Interval of comment lines on quiet event streams."}),
    in(0, kDay,
       {"stream_log_ttl", Shape::duration, at<&Limits::stream_log_ttl>,
        "How long such events are kept after their stream ended."}),
    in(0, kHour, {"drain", Shape::duration, at<&Limits::drain>, "Longest wait for running calls at shutdown."}),
};

constexpr std::array kQuestions = {
    in(kSecond, kDay,
       {"human_wait", Shape::duration, at<&Questions::human_wait>,
        "Longest wait for the answer of a client with a session; then the question is withdrawn."}),
    in(kSecond, kDay,
       {"parked_wait", Shape::duration, at<&Questions::parked_wait>,
        "How long a stateless client has to come back with its answers; then its call is cancelled."}),
    in(0, kHour,
       {"outcome_grace", Shape::duration, at<&Questions::outcome_grace>,
        "How long the outcome of such a call is kept for a client that lost it."}),
    in(0, 10 * kSecond,
       {"coalesce", Shape::duration, at<&Questions::coalesce>,
        "How long further questions of a call are collected before a stateless client is asked."}),
    in(kSecond, kHour,
       {"reminder", Shape::duration, at<&Questions::reminder>,
        "Interval of progress notifications (\"waiting for input\") while a client with a session is asked."}),
    in(1, 1000, {"max_rounds", Shape::count, at<&Questions::max_rounds>, "Rounds of questions of one call."}),
    in(1, 1'000'000,
       {"max_parked", Shape::count, at<&Questions::max_parked>, "Calls that wait for stateless clients, in total."}),
    in(1, 1'000'000,
       {"max_parked_per_user", Shape::count, at<&Questions::max_parked_per_principal>,
        "The same for one user; more are refused with error -31007."}),
    in(1, 1'000'000,
       {"max_parked_per_server", Shape::count, at<&Questions::max_parked_per_server>, "The same for one server."}),
};

constexpr std::array kTasks = {
    in(kSecond, 30 * kDay,
       {"ttl", Shape::duration, at<&Tasks::ttl>,
        "How long a task is kept after its creation if its client asks for no time; also what servers of 2025-11-25 "
        "are "
        "asked for."}),
    in(kSecond, 30 * kDay, {"max_ttl", Shape::duration, at<&Tasks::max_ttl>, "Longest time that a client can ask for."}),
    in(20, kHour,
       {"poll_interval", Shape::duration, at<&Tasks::poll_interval>,
        "How often clients are told to ask for their task, and servers are asked that suggest no interval."}),
    in(1, 1'000'000,
       {"max_per_user", Shape::count, at<&Tasks::max_per_user>,
        "Tasks of one user that run or whose result was not fetched; more are refused with error -31007."}),
    in(1, 1'000'000, {"max_total", Shape::count, at<&Tasks::max_total>, "The same for all users of an endpoint."}),
    in(kKiB, 64 * kGiB,
       {"max_result_bytes", Shape::bytes, at<&Tasks::max_result_bytes>,
        "Memory for the results of an endpoint's tasks."}),
    one_of(kFacades,
           {"facade", Shape::choice, at<&Tasks::facade>,
            "Whose tools may run as tasks. `capable`: those of servers that know tasks. `all`: all; a plain call "
            "is kept as a task."}),
};

constexpr std::array kLog = {
    one_of(kLevels, {"level", Shape::choice, at<&Log::level>, "Least important lines that are written."}),
    one_of(kFormats, {"format", Shape::choice, at<&Log::format>, "JSON lines for machines, text for people."}),
    Key{"calls", Shape::flag, at<&Log::calls>, "One line per call. See [logging](logging.md)."},
};

const Section kTopSection{"", "The file itself.", kTop, &fresh<Config>};
const Section kAdminSection{"admin", "The listener for operators. `admin: off` for none.", kAdmin, &fresh<Config>};
const Section kEndpointSection{"endpoints[]", "A path where clients connect.", kEndpoint, &fresh<Endpoint>};
const Section kLimitsSection{"limits", "Bounds towards clients. See [limits](limits.md).", kLimits, &fresh<Limits>};
const Section kQuestionsSection{"questions",
                                "Bounds of what servers ask people through clients. See [bridging](bridging.md).",
                                kQuestions, &fresh<Questions>};
const Section kTasksSection{"tasks", "Tasks that Gatehouse keeps for clients of 2025-11-25. See [tasks](tasks.md).",
                            kTasks, &fresh<Tasks>};
const Section kLogSection{"log", "What is written to stderr.", kLog, &fresh<Log>};

}  // namespace

const Key* Section::find(std::string_view name) const {
  for (const Key& key : keys)
    if (key.name == name) return &key;
  return nullptr;
}

const Section& top_section() { return kTopSection; }
const Section& admin_section() { return kAdminSection; }
const Section& endpoint_section() { return kEndpointSection; }
const Section& limits_section() { return kLimitsSection; }
const Section& questions_section() { return kQuestionsSection; }
const Section& tasks_section() { return kTasksSection; }
const Section& log_section() { return kLogSection; }
std::span<const Section* const> all_sections() {
  static const std::vector<const Section*> all = [] {
    std::vector<const Section*> sections = {&kTopSection, &kAdminSection, &kEndpointSection, &server_section()};
    for (const ServerPart& part : server_parts()) sections.push_back(&part.section);
    sections.insert(sections.end(),
                    {&auth_section(), &api_keys_section(), &issuer_section(), &issuer_keys_section(),
                     &introspection_section(), &tokens_section(), &certificates_section(), &certificate_grant_section(),
                     &proxy_section(), &proxy_assertion_section(), &tls_section()});
    for (const Section* section : policy_sections()) sections.push_back(section);
    sections.push_back(&pins_section());
    sections.insert(sections.end(), {&kLimitsSection, &rates_section(), &preauth_section(), &kQuestionsSection,
                                     &kTasksSection, &kLogSection});
    return sections;
  }();
  return all;
}

std::string scalar_text(const Key& key, const Slot& slot) {
  struct Visitor {
    const Key& key;
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(const std::string* text) const { return *text; }
    std::string operator()(const bool* flag) const { return *flag ? "true" : "false"; }
    std::string operator()(const Milliseconds* duration) const { return format_duration(*duration); }
    std::string operator()(const std::size_t* number) const {
      return key.shape == Shape::bytes ? format_size(*number) : std::to_string(*number);
    }
    std::string operator()(const Texts*) const { return {}; }
    std::string operator()(const Pairs*) const { return {}; }
    std::string operator()(const Groups*) const { return {}; }
    std::string operator()(const net::ListenAddress* address) const { return address->str(); }
    std::string operator()(const std::optional<net::ListenAddress>* address) const {
      return *address ? (*address)->str() : "off";
    }
    std::string operator()(const std::optional<net::Url>* url) const { return *url ? (*url)->str() : ""; }
    std::string operator()(const ratelimit::Rate* rate) const { return rate->count ? to_string(*rate) : "off"; }
    std::string operator()(const Choice& choice) const {
      const auto index = choice.get(choice.field);
      return index < key.choices.size() ? std::string(key.choices[index]) : std::string();
    }
  };
  return std::visit(Visitor{key}, slot);
}

}  // namespace gatehouse::config
