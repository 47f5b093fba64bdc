#include "options.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "../support/flags.hpp"

namespace backend {
namespace {

constexpr std::string_view kSummary =
    "gatehouse-bench-backend: the fast MCP server that benchmarks run against; listens on loopback.\n"
    "\n"
    "Tools: echo (repeats the argument `text`), blob (the same, padded to `bytes` bytes), and as many copies of echo,\n"
    "called tool_0003, tool_0004, ..., as --tools asks for.";

template <typename Value, std::size_t N>
auto choice(const std::array<std::pair<std::string_view, Value>, N>& choices, Value& target) {
  return [choices, &target](std::string_view text) {
    for (const auto& [name, value] : choices) {
      if (name == text) {
        target = value;
        return true;
      }
    }
    return false;
  };
}

using Eras = std::array<std::pair<std::string_view, Era>, 2>;
constexpr Eras kEras = {{{"legacy", Era::legacy}, {"modern", Era::modern}}};

using Forms = std::array<std::pair<std::string_view, AnswerForm>, 3>;
constexpr Forms kForms = {
    {{"json", AnswerForm::json}, {"chunked", AnswerForm::chunked}, {"sse", AnswerForm::event_stream}}};

using Faults = std::array<std::pair<std::string_view, Fault>, 7>;
constexpr Faults kFaults = {{{"wrong-id", Fault::wrong_id},
                             {"wrong-text", Fault::wrong_text},
                             {"rpc-error", Fault::rpc_error},
                             {"tool-error", Fault::tool_error},
                             {"http-500", Fault::http_500},
                             {"cut", Fault::cut},
                             {"close", Fault::close}}};

}  // namespace

Options read_options(int argc, char** argv) {
  Options o;
  const bench::Flag flags[] = {
      {"--era", "legacy|modern", "2025-11-25 with sessions (default), or 2026-07-28", choice(kEras, o.era)},
      {"--answer", "json|chunked|sse", "form of the answers over HTTP (json)", choice(kForms, o.form)},
      bench::count_flag("--port", "TCP port on 127.0.0.1 (any free one)", o.port),
      bench::text_flag("--ready-file", "PATH", "write the URL here when serving", o.ready_file),
      bench::switch_flag("--until-stdin-ends", "stop when stdin is closed", o.until_stdin_ends),
      bench::switch_flag("--stdio", "serve stdin and stdout instead of HTTP", o.stdio),
      bench::switch_flag("--no-sessions", "legacy: do not use session ids", o.no_sessions),
      bench::count_flag("--tools", "how many tools to list (2)", o.tools),
      bench::count_flag("--page-size", "tools in one page of the list (1000)", o.page_size),
      {"--fault", "KIND", "wrong-id, wrong-text, rpc-error, tool-error, http-500, cut (answer) or close (without)",
       choice(kFaults, o.fault)},
      bench::count_flag("--fault-every", "each N-th call has the fault (1)", o.fault_every)};
  bench::parse_flags(argc, argv, kSummary, flags);
  if (o.tools < 2 || o.page_size == 0 || o.fault_every == 0 || o.port > 65535) {
    std::fputs("--tools must be at least 2, --page-size and --fault-every at least 1, --port at most 65535\n", stderr);
    std::exit(2);
  }
  return o;
}

}  // namespace backend
