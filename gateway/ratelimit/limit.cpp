#include "gateway/ratelimit/limit.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::ratelimit {
namespace {

constexpr std::array<std::string_view, kDimensions> kNames = {"ip",     "user", "client",   "apikey", "tenant",
                                                              "server", "tool", "endpoint", "session"};

}  // namespace

std::string_view to_string(Dimension dimension) { return kNames[static_cast<std::size_t>(dimension)]; }

std::optional<Dimension> parse_dimension(std::string_view text) {
  if (text == "backend") return Dimension::server;
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Dimension>(found - kNames.begin());
}

std::string to_string(Dimensions dimensions) {
  std::string out;
  for (const Dimension dimension : dimensions) out.append(out.empty() ? "" : "+").append(to_string(dimension));
  return out;
}

Group group_of(mcp::Method method) {
  switch (method) {
    case mcp::Method::other:
    case mcp::Method::tools_call:
    case mcp::Method::resources_read:
    case mcp::Method::prompts_get:
    case mcp::Method::completion_complete: return Group::calls;
    default: return Group::lists;
  }
}

bool Limit::needs_target() const {
  return group == Group::rule || per.has(Dimension::server) || per.has(Dimension::tool) || !match.empty();
}

bool Limit::counts_like(const Limit& other) const {
  return per == other.per && match == other.match && methods == other.methods && group == other.group &&
         rate == other.rate && burst == other.burst && (concurrency == 0) == (other.concurrency == 0);
}

std::string default_id(const Limit& limit) {
  std::string out = to_string(limit.per);
  for (std::size_t i = 0; i < limit.match.size(); ++i) out.append(i ? "," : ":").append(limit.match[i]);
  if (limit.group == Group::lists) out += ":lists";
  if (limit.group == Group::step_up) out += ":step_up";
  if (limit.group == Group::rule) out += ":rule";
  for (const mcp::Method method : limit.methods) out.append(":").append(mcp::to_string(method));
  return out + ":" + (limit.concurrency ? std::to_string(limit.concurrency) : to_string(limit.rate));
}

}  // namespace gatehouse::ratelimit
