#include "gateway/cli/visible.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "gateway/cli/output.hpp"

namespace gatehouse::cli {
namespace {

struct Range {
  std::uint32_t first, last;
};
// Default-ignorable code points, and those that separate lines (Unicode 16).
constexpr std::array kUnseen = {Range{0x00ad, 0x00ad},   Range{0x034f, 0x034f},  Range{0x061c, 0x061c},
                                Range{0x115f, 0x1160},   Range{0x17b4, 0x17b5},  Range{0x180b, 0x180f},
                                Range{0x200b, 0x200f},   Range{0x2028, 0x202e},  Range{0x2060, 0x206f},
                                Range{0x3164, 0x3164},   Range{0xfe00, 0xfe0f},  Range{0xfeff, 0xfeff},
                                Range{0xffa0, 0xffa0},   Range{0xfff0, 0xfffb},  Range{0x1bca0, 0x1bca3},
                                Range{0x1d173, 0x1d17a}, Range{0xe0000, 0xe0fff}};

struct Decoded {
  std::uint32_t code;
  std::size_t bytes;
};

/// REQUIRES: `text` is not empty. What is no UTF-8 is taken byte by byte.
Decoded decode(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  const std::size_t bytes = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) return {lead, 1};
  std::uint32_t code = lead & (0x7fu >> bytes);
  for (std::size_t at = 1; at < bytes; ++at) code = code << 6 | (byte(at) & 0x3fu);
  return {code, bytes};
}

bool is_unseen(std::uint32_t code) {
  return std::ranges::any_of(kUnseen, [code](Range range) { return code >= range.first && code <= range.last; });
}

}  // namespace

std::string visible(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const Decoded next = decode(line);
    if (next.bytes > 1 && is_unseen(next.code)) {
      std::array<char, 16> name{};
      std::snprintf(name.data(), name.size(), "<U+%04X>", static_cast<unsigned>(next.code));
      out += name.data();
    } else {
      out += line.substr(0, next.bytes);
    }
    line.remove_prefix(next.bytes);
  }
  return harmless(out);
}

}  // namespace gatehouse::cli
