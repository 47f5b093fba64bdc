#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// Standard output and standard error as people and scripts expect them.
namespace gatehouse::cli {

/// Writes to standard output. Once the reader is gone (`| head`), the rest is dropped quietly.
void print(std::string_view text);
/// Writes `gatehouse: text` as a line to standard error.
void complain(std::string_view text);
/// Writes to standard error as it is.
void print_error(std::string_view text);
/// `code`, or, if standard output could not be written for another reason than a reader that left, a complaint and kFailed.
[[nodiscard]] int checked_output(int code);

enum class Stream { out = 1, error = 2 };
[[nodiscard]] bool is_terminal(Stream stream);
/// A terminal that takes colours, and nobody set NO_COLOR (no-color.org).
[[nodiscard]] bool has_color(Stream stream);
[[nodiscard]] std::size_t columns(Stream stream);  ///< Width of the terminal; 80 if it does not tell.

enum class Style { bold, dim, red, yellow };
/// `text` in that style if `color` is set, else as it is.
[[nodiscard]] std::string styled(std::string_view text, Style style, bool color);

/// A peer's text for a terminal: control characters other than line break and tab become '?', so that nobody's text moves the
/// cursor or sets the window's title.
[[nodiscard]] std::string harmless(std::string_view text);
/// The same on one line, runs of white space as one space.
[[nodiscard]] std::string one_line(std::string_view text);

/// Sends the library's log to standard error, one line per event.
void show_log();

}  // namespace gatehouse::cli
