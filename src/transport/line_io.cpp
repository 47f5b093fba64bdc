#include "src/transport/line_io.hpp"

#include <algorithm>
#include <cstring>

namespace gatehouse::transport {
namespace {

bool has_break(std::string_view text) {
  return !text.empty() && (std::memchr(text.data(), '\n', text.size()) || std::memchr(text.data(), '\r', text.size()));
}

}  // namespace

json::Pieces one_line(const json::Pieces& message, std::string& space) {
  std::size_t broken = 0;
  for (const std::string_view piece : message) broken += has_break(piece) ? piece.size() : 0;
  space.clear();
  space.reserve(broken);  // so that views into it stay valid
  json::Pieces line;
  for (std::string_view piece : message) {
    if (broken > 0 && has_break(piece)) {
      const std::size_t at = space.size();
      space.append(piece);
      std::ranges::replace_if(
          space.begin() + static_cast<std::ptrdiff_t>(at), space.end(), [](char c) { return c == '\n' || c == '\r'; },
          ' ');
      piece = std::string_view{space}.substr(at);
    }
    line.push_back(piece);
  }
  line.push_back("\n");
  return line;
}

}  // namespace gatehouse::transport
