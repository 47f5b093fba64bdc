// The first byte chooses how the rest is cut. However it is cut, the events are the same; and what the writer makes of an event,
// the parser reads back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/net/sse.hpp>

using gatehouse::net::SseEvent;
using gatehouse::net::SseParser;

namespace {

constexpr std::size_t kLimit = 4096;

struct Outcome {
  std::vector<std::string> parts;  // type, data, id, again and again
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view stream, std::size_t step, std::size_t limit = kLimit) {
  Outcome out;
  SseParser parser{limit};
  while (!stream.empty() && !out.failed) {
    const std::string_view part = stream.substr(0, step);
    const std::vector<char> exact(part.begin(), part.end());
    const auto fed = parser.feed({exact.data(), exact.size()}, [&](const SseEvent& event) -> gatehouse::Result<void> {
      out.parts.insert(out.parts.end(), {std::string{event.type}, std::string{event.data}, std::string{event.id}});
      return {};
    });
    out.failed = !fed;
    stream.remove_prefix(part.size());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream{reinterpret_cast<const char*>(data) + 1, size - 1};
  const Outcome whole = parse(stream, std::string_view::npos);
  if (parse(stream, 1 + data[0] % 16) != whole) std::abort();
  std::string rewritten;
  for (std::size_t i = 0; i < whole.parts.size(); i += 3) {
    gatehouse::net::append_sse_event(rewritten, whole.parts[i + 1], whole.parts[i + 2], whole.parts[i]);
  }
  const Outcome again = parse(rewritten, std::string_view::npos, 100 * kLimit);
  if (again.parts.size() != whole.parts.size()) std::abort();
  for (std::size_t i = 0; i < whole.parts.size(); i += 3) {
    if (again.parts[i + 1] != whole.parts[i + 1]) std::abort();
  }
  return 0;
}
