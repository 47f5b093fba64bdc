#include "tests/support/conversation.hpp"

#include <gatehouse/net/loop.hpp>

#include "tests/support/http_wire.hpp"
#include "tests/support/settle.hpp"
#include "tests/support/stdio_wire.hpp"

namespace gatehouse::test {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

template <class AWire>
Task<void> talk(net::Loop& loop, Conversation& conversation, Subject& subject) {
  AWire wire(loop, subject, conversation.revision);
  for (Step& step : conversation.steps) {
    wire.send(step);
    co_await settle(loop);
    step.received = wire.take();
  }
  wire.finish();
  co_await settle(loop);
}

}  // namespace

Conversation parse_conversation(std::string_view text, mcp::Revision revision) {
  Conversation result{.revision = revision};
  bool in_step = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("<-")) continue;
    result.lines.push_back(line);
    if (line.starts_with("->")) {
      result.steps.push_back({.send = std::string(trimmed(std::string_view(line).substr(2)))});
    } else if (in_step && line.starts_with("   ")) {
      const std::size_t colon = line.find(':');
      result.steps.back().headers.emplace_back(
          trimmed(line.substr(0, colon)),
          colon == std::string::npos ? "" : trimmed(std::string_view(line).substr(colon + 1)));
    } else {
      if (line.starts_with("transport:")) result.transport = trimmed(std::string_view(line).substr(10));
      in_step = false;
      continue;
    }
    in_step = true;
    result.steps.back().line = result.lines.size() - 1;
  }
  return result;
}

void replay(Conversation& conversation, Subject& subject) {
  net::Loop loop;
  net::run(loop, conversation.transport == "http"  ? talk<HttpWire>(loop, conversation, subject)
                 : conversation.transport == "sse" ? talk<SseWire>(loop, conversation, subject)
                                                   : talk<StdioWire>(loop, conversation, subject));
}

std::string to_text(const Conversation& conversation) {
  std::string text;
  auto step = conversation.steps.begin();
  for (std::size_t i = 0; i < conversation.lines.size(); ++i) {
    text += conversation.lines[i] + "\n";
    if (step == conversation.steps.end() || step->line != i) continue;
    for (const std::string& line : step->received) text += line + "\n";
    ++step;
  }
  return text;
}

}  // namespace gatehouse::test
