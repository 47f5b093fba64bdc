#pragma once
#include <cstddef>
#include <string>

#include <gatehouse/base/task.hpp>
#include <gatehouse/json/splice.hpp>

#include "src/transport/line_buffer.hpp"

/// Lines over anything that has `read(space, size)` or `write(pieces)`: a child process, our own stdin and stdout.
namespace gatehouse::transport {

/// The next line; a last line needs no line end. Errors: connection_lost at the end, too_large.
template <class Source>
Task<Result<Buffer>> read_line(Source& source, LineBuffer& lines) {
  for (;;) {
    auto line = lines.next();
    if (!line) co_return fail(std::move(line.error()));
    if (*line) co_return std::move(**line);
    lines.make_room();
    const auto got = co_await source.read(lines.tail(), lines.free());
    if (!got) co_return fail(got.error());
    if (*got > 0) {
      lines.grew(*got);
    } else if (auto rest = lines.rest()) {
      co_return std::move(*rest);
    } else {
      co_return fail(Kind::connection_lost, Origin::upstream, "the connection was closed", "end of stream");
    }
  }
}

/// `message` on one line: raw line breaks, which JSON allows between tokens only, become spaces. The result points into
/// `message` and into `space`, which keeps copies of those pieces that had to change.
[[nodiscard]] json::Pieces one_line(const json::Pieces& message, std::string& space);

template <class Sink>
Task<Result<void>> write_line(Sink& sink, const json::Pieces& message) {
  std::string space;
  const json::Pieces line = one_line(message, space);
  co_return co_await sink.write(line);
}

}  // namespace gatehouse::transport
