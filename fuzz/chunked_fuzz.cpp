// The first byte chooses how the rest is cut. The decoder agrees with a plain one that sees everything at once, and reads back
// what the encoder makes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/net/http1.hpp>

using namespace gatehouse::net;

namespace {

enum class End { more, done, broken };
struct Outcome {
  std::string body;
  std::size_t consumed = 0;
  End end = End::more;
};

Outcome decode(std::string_view text, std::size_t step) {
  ChunkedDecoder decoder;
  Outcome out;
  while (out.consumed < text.size() && out.end == End::more) {
    const std::string piece(text.substr(out.consumed, step));
    const auto fed = decoder.feed(piece, [&](std::string_view data) -> gatehouse::Result<void> {
      out.body += data;
      return {};
    });
    out.consumed += fed ? *fed : 0;
    out.end = !fed ? End::broken : decoder.done() ? End::done : End::more;
  }
  return out;
}

/// One line up to its CRLF; none if that is missing or a control character comes first.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  if (end == std::string_view::npos || !is_field_value(line)) return std::nullopt;
  rest.remove_prefix(end + 2);
  return line;
}

/// The body if `text` begins with a whole chunked body of moderate size.
std::optional<std::string> plain_decode(std::string_view text) {
  std::string body;
  for (;;) {
    const auto line = take_line(text);
    if (!line) return std::nullopt;
    const std::string digits(line->substr(0, line->find(';')));
    if (digits.empty() || digits.size() > 8 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      return std::nullopt;
    const std::size_t size = std::stoull(digits, nullptr, 16);
    if (size == 0) break;
    if (text.size() < size + 2 || text.substr(size, 2) != "\r\n") return std::nullopt;
    body += text.substr(0, size);
    text.remove_prefix(size + 2);
  }
  for (;;) {
    const auto line = take_line(text);
    if (!line || (!line->empty() && !is_token(line->substr(0, 1)))) return std::nullopt;
    if (line->empty()) return body;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const Outcome whole = decode(text, text.size()), pieces = decode(text, 1 + data[0] % 16);
  if (whole.end != pieces.end) std::abort();
  if (whole.end != End::broken && (whole.body != pieces.body || whole.consumed != pieces.consumed)) std::abort();
  if (text.size() < 10'000) {  // below the limits that the plain decoder does not have
    const auto plain = plain_decode(text);
    if (plain && (whole.end != End::done || whole.body != *plain)) std::abort();
    if (!plain && whole.end == End::done) {
      // Only sizes that the plain decoder does not take: many leading zeros.
      if (text.find("000000") == std::string_view::npos) std::abort();
    }
  }
  std::string encoded;
  append_chunk_head(encoded, text.size());
  encoded.append(text).append(text.empty() ? "" : "\r\n0\r\n").append("\r\n");
  const Outcome again = decode(encoded, 1 + data[0] % 16);
  if (again.end != End::done || again.body != text) std::abort();
  return 0;
}
