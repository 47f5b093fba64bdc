#include "options.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "../support/flags.hpp"

namespace loadgen {
namespace {

constexpr std::string_view kSummary =
    "gatehouse-loadgen: sends MCP tools/call requests over HTTP/1.1 and checks every answer.\n"
    "\n"
    "  gatehouse-loadgen --url http://127.0.0.1:8080/mcp --connections 64 --seconds 5\n"
    "\n"
    "Each request has its own id; an answer counts only if it has that id and its text starts with it.\n"
    "Exit status: 0 no errors, 1 some calls failed, 2 wrong options or the target cannot be reached.";

bool read_target(std::string_view url, Target& target) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  target.authority = url.substr(0, slash);
  target.path = slash == url.size() ? "/" : std::string(url.substr(slash));
  const std::size_t colon = target.authority.find(':');
  const std::string host = target.authority.substr(0, colon);
  std::uint16_t port = 80;
  if (colon != std::string::npos) {
    const char* end = target.authority.data() + target.authority.size();
    const auto parsed = std::from_chars(target.authority.data() + colon + 1, end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return false;
  }
  target.address.sin_family = AF_INET;
  target.address.sin_port = htons(port);
  return ::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &target.address.sin_addr) == 1;
}

bool read_era(std::string_view text, Era& era) {
  era = text == "modern" ? Era::modern : Era::legacy;
  return text == "modern" || text == "legacy";
}

void check(bool is_sound, const char* complaint) {
  if (is_sound) return;
  std::fprintf(stderr, "%s (see --help)\n", complaint);
  std::exit(2);
}

}  // namespace

Options read_options(int argc, char** argv) {
  Options o;
  const bench::Flag flags[] = {
      {"--url", "URL", "the MCP endpoint, with an IPv4 address (required)",
       [&o](std::string_view text) { return read_target(text, o.target); }},
      {"--era", "legacy|modern", "2025-11-25 with sessions (default), or 2026-07-28",
       [&o](std::string_view text) { return read_era(text, o.era); }},
      bench::count_flag("--connections", "keep-alive connections, each with its own session (64)", o.connections),
      bench::number_flag("--rate", "CALLS", "open loop: calls per second; latency from the planned time", o.rate),
      bench::number_flag("--seconds", "S", "how long to send (1)", o.seconds),
      bench::count_flag("--count", "send exactly N calls instead", o.count),
      bench::number_flag("--warm-up", "S", "send this long before measuring (0)", o.warm_up_seconds),
      bench::number_flag("--timeout", "S", "longest wait for an answer (10)", o.timeout_seconds),
      bench::list_flag("--tool", "NAME,...", "tool to call; connections share out several (echo)", o.tools),
      bench::count_flag("--argument-bytes", "length of the text argument (172)", o.argument_bytes),
      bench::count_flag("--result-bytes", "ask for a result text of this length", o.result_bytes),
      bench::count_flag("--token-bytes", "length of the Bearer token, 0 for none (206)", o.token_bytes),
      bench::text_flag("--token", "TEXT", "the Bearer token itself, instead of one of that length", o.token),
      bench::switch_flag("--ignore-text", "the tool does not repeat its argument: do not check that", o.ignore_text),
      bench::switch_flag("--json", "print one JSON line", o.json),
      bench::switch_flag("--on-command", "open the connections, then obey 'run SECONDS' and 'count N' on stdin",
                         o.on_command),
      bench::switch_flag("--hold", "open --sessions and keep them until stdin ends", o.hold),
      bench::count_flag("--sessions", "sessions to hold", o.sessions),
      bench::switch_flag("--own-connections", "hold: each session keeps the connection it was opened on",
                         o.own_connections),
      bench::switch_flag("--streams", "hold: each session opens a GET event stream", o.streams),
      bench::count_flag("--calls-each", "hold: calls made in each session (0)", o.calls_each)};
  bench::parse_flags(argc, argv, kSummary, flags);
  check(!o.target.authority.empty(), "--url is required");
  check(o.connections > 0, "--connections must be at least 1");
  check(!o.hold || o.sessions > 0, "--hold needs --sessions");
  check(!o.streams || o.era == Era::legacy, "--streams exist in the legacy era only");
  return o;
}

}  // namespace loadgen
