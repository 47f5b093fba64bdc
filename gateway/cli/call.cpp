#include "gateway/cli/arguments.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/connection.hpp"
#include "gateway/cli/content.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/interruptible.hpp"
#include "gateway/cli/live_view.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/target.hpp"

namespace gatehouse::cli {
namespace {

/// A tool call as it was asked for.
struct Order {
  const upstream::Options& server;
  std::string tool;
  json::Value arguments;
  std::optional<mcp::LogLevel> log_level;  ///< Least level to show; none: no log messages.
  bool sets_level = false;                 ///< Tell legacy servers, too.
  bool json = false;
  bool verbose = false;
};

std::string pretty(const std::string& text) {
  const auto value = json::parse(text);
  return (value ? value->pretty() : text) + "\n";
}

int show_error(const Order& order, const mcp::Answer& answer) {
  const std::string text = answer.body.str();
  const auto error = json::parse(text);
  complain(shown_name(order.server) + ": error " + std::to_string(answer.error_code) + ": " +
           one_line(error ? error->text("message") : text));
  if (order.json) print(pretty(R"({"error":)" + text + "}"));
  return exit_code::kProtocol;
}

int show_answer(const Order& order, const mcp::Answer& answer) {
  if (answer.is_error) return show_error(order, answer);
  const std::string text = answer.body.str();
  const int code = answer.is_tool_error ? exit_code::kToolFailed : exit_code::kOk;
  if (order.json) return print(pretty(text)), code;
  if (answer.kind != mcp::ResultKind::complete) {
    complain(shown_name(order.server) +
             ": the tool wants more before it answers, which a command cannot give; --json shows what");
    return exit_code::kProtocol;
  }
  const auto result = json::parse(text);
  if (!result) {
    complain(shown_name(order.server) + ": the answer is malformed: " + result.error().message);
    return exit_code::kProtocol;
  }
  const std::string content = content_text(*result);
  if (!answer.is_tool_error) {
    print(is_terminal(Stream::out) ? harmless(content) : content);
  } else {
    complain(shown_tool(order.server, order.tool) + " reports a failure:");
    print_error(harmless(content));
  }
  return code;
}

/// Legacy servers are told once, and only by those who ask for it: it takes a round trip. Modern ones hear it with each call.
Task<void> set_log_level(const Order& order, Connection& connection, client::Listener& listener, Cancel& cancel) {
  const client::Peer& peer = connection.peer();
  if (!order.sets_level || mcp::is_modern(peer.revision) || !peer.capabilities.logging) co_return;
  const Question question{.method = mcp::Method::logging_set_level,
                          .params = json::Value::object({{"level", mcp::to_string(*order.log_level)}})};
  (void)co_await connection.ask(question, listener, cancel);  // a server that does not take it still takes the call
}

Task<int> call_tool(net::Loop& loop, const Order& order, Cancel& cancel) {
  LiveView view(shown_name(order.server), order.log_level);
  auto connection =
      co_await Connection::open(loop, order.server, {.listener = &view, .verbose = order.verbose}, cancel);
  if (!connection)
    co_return cancel.requested() ? exit_code::kOk : show_failure(shown_name(order.server), connection.error());
  co_await set_log_level(order, **connection, view, cancel);
  Question question{.method = mcp::Method::tools_call, .name = order.tool};
  question.params.set("name", order.tool);
  question.params.set("arguments", order.arguments);
  question.params.set("_meta", json::Value::object({{mcp::meta_key::kProgressToken.data(), 0}}));
  question.log_level = order.log_level;
  auto reply = co_await (*connection)->ask(question, view, cancel);
  view.clear();
  const int code = reply ? show_answer(order, **reply) : exit_code::kOk;  // people need not wait for the server's end
  co_await (*connection)->close();
  if (reply || cancel.requested()) co_return code;
  if (std::string words = (*connection)->last_words(); !words.empty()) reply.error().detail = std::move(words);
  co_return show_failure(shown_name(order.server), reply.error());
}

}  // namespace

int run_call(const CallOptions& options) {
  const auto servers = servers_of(options.target);
  if (!servers) return exit_code::kUsage;
  const auto found = find_tool(*servers, options.tool);
  if (!found) return exit_code::kUsage;
  if (found->tool.empty()) {
    complain("name a tool: " + options.tool + ".TOOL; `gatehouse tools " + options.tool + "` lists them");
    return exit_code::kUsage;
  }
  auto arguments = read_arguments(options.arguments, options.pairs);
  if (!arguments) {
    complain(arguments.error().message);
    return exit_code::kUsage;
  }
  if (options.target.verbose) show_log();
  const bool own_level = !options.log_level.empty() && options.log_level != "off";
  const Order order{.server = *found->server,
                    .tool = found->tool,
                    .arguments = std::move(*arguments),
                    .log_level = mcp::parse_log_level(options.log_level.empty() ? "info" : options.log_level),
                    .sets_level = own_level,
                    .json = options.json,
                    .verbose = options.target.verbose};
  return run_interruptible([&](net::Loop& loop, Cancel& cancel) { return call_tool(loop, order, cancel); });
}

}  // namespace gatehouse::cli
