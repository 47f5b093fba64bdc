// The first byte chooses how the rest is cut. Heads: what is accepted is sound and complete at its last byte and not before.
// Connections: however the bytes are cut, the same requests, or the same response, come out.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/net/request_reader.hpp"
#include "src/net/response_reader.hpp"

using namespace gatehouse::net;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

/// A copy without a byte to spare, so that a sanitizer sees a read past the end.
struct Exact {
  explicit Exact(std::string_view text) : bytes(new char[text.size()]), size(text.size()) {
    text.copy(bytes.get(), size);
  }
  [[nodiscard]] std::string_view view() const { return {bytes.get(), size}; }
  std::unique_ptr<char[]> bytes;
  std::size_t size;
};

template <class Head, class... Args>
void check_head(std::string_view text, Args... args) {
  const Exact copy(text);
  Head head;
  const auto complete = parse_head(copy.view(), HeadLimits{}, args..., head);
  if (!complete || !*complete) return;
  require(head.size <= text.size() && text.substr(0, head.size).ends_with("\r\n"));
  for (const Header& header : head.headers) require(is_token(header.name) && is_field_value(header.value));
  for (std::size_t size = head.size; size-- > 0;) {  // never an error, never complete too early
    const auto prefix = parse_head(copy.view().substr(0, size), HeadLimits{}, args..., head);
    require(prefix && !*prefix);
  }
}

/// Feeds `text` to a reader in pieces; `feed` returns false when the reader is done with it.
template <class Reader, class Advance>
void feed(Reader& reader, std::string_view text, std::size_t step, Advance advance) {
  while (advance() && !text.empty()) {
    const auto space = reader.space();
    const std::size_t size = text.copy(space.data(), std::min(step, space.size()));
    reader.received(size);
    text.remove_prefix(size);
  }
}

using Story = std::vector<std::string>;

Story read_requests(std::string_view text, std::size_t step) {
  RequestReader reader({.head = {}, .body_bytes = 3000, .buffer_bytes = 1024});
  Story story;
  feed(reader, text, step, [&] {
    for (;;) {
      const auto state = reader.advance();
      if (!state) story.push_back("refused " + std::to_string(state.error().status));
      if (!state) return false;
      if (*state != RequestReader::State::complete) return true;
      story.push_back(std::string{reader.head().method} + " " + std::string{reader.head().target} + " " +
                      std::string{reader.body()});
      reader.next();
    }
  });
  return story;
}

Story read_response(std::string_view text, std::size_t step) {
  ResponseReader reader(HeadLimits{});
  reader.begin(false);
  reader.lend(gatehouse::Buffer(960));
  std::string body;
  bool refused = false;
  feed(reader, text, step, [&] {
    const auto state = reader.advance();
    const auto taken = state ? reader.take() : std::unexpected(state.error());
    refused = !taken;
    if (taken) body += *taken;
    return taken && reader.state() != ResponseReader::State::done;
  });
  if (refused) return {"refused"};  // how much came before the mistake depends on the pieces
  if (reader.state() == ResponseReader::State::head) return {"incomplete"};
  return {std::to_string(reader.head().status), body};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The line feed at the end makes a reader look at everything: an unfinished line is not looked at twice.
  const std::string text = std::string{reinterpret_cast<const char*>(data) + 1, size - 1} + "\n";
  check_head<RequestHead>(text);
  check_head<ResponseHead>(text, false);
  const std::size_t step = 1 + data[0] % 16;
  require(read_requests(text, step) == read_requests(text, text.size()));
  require(read_response(text, step) == read_response(text, text.size()));
  return 0;
}
