// Up to the first line break an expression, behind it the arguments of a call. What a call finds is among what was possible while
// the arguments were open, and arguments that are judged are those that every reader sees.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/policy/expression.hpp"

using namespace gatehouse;
using namespace gatehouse::policy;

namespace {

Subject somebody() {
  Subject out;
  out.kind = mcp::PrincipalKind::human;
  out.subject = "alice";
  out.roles = {"reader", "writer"};
  out.claims = *json::parse(R"({"level":3,"name":"a","on":true,"list":[1,"b"],"map":{"x":null}})");
  return out;
}

void evaluate(const Expression& expression, std::string_view raw) {
  static const Subject subject = somebody();
  const Item item{.kind = Item::Kind::tool, .method = "tools/call", .endpoint = "/mcp", .server = "s", .name = "t"};
  const Circumstances open;
  Arguments arguments(raw);
  const Circumstances now{
      .arguments = &arguments, .address = "10.0.0.1", .protocol = "2025-11-25", .now = WallTime(std::chrono::hours(36))};
  const Truth found = expression.evaluate({.subject = subject, .item = item, .circumstances = now});
  const Truth possible = expression.evaluate({.subject = subject, .item = item, .circumstances = open});
  if (!found.is_settled()) std::abort();
  if (found == Truth::yes() && !possible.can_be_yes()) std::abort();
  if (found == Truth::no() && !possible.can_be_no()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto end = std::min(input.find('\n'), input.size());
  const auto expression = Expression::compile(input.substr(0, end));
  if (!expression && expression.error().position > end) std::abort();
  const std::string_view raw = end < input.size() ? input.substr(end + 1) : std::string_view();
  if (!raw.empty() && !json::parse(raw)) return 0;  // the front refuses what is no JSON
  Arguments arguments(raw);
  if (const json::Value* value = arguments.value(); value && !raw.empty() && *value != *json::parse(raw)) std::abort();
  if (expression) evaluate(*expression, raw);
  return 0;
}
