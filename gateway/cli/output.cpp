#include "gateway/cli/output.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <gatehouse/base/log.hpp>

#include "gateway/cli/exit_code.hpp"

namespace gatehouse::cli {
namespace {

int output_errno = 0;  // of the first write that failed; the program has one standard output

/// 0, or the errno of what failed.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // somebody who shares it made it non-blocking
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

/// True at the two bytes of a C1 control character, which terminals obey like an escape sequence.
bool is_c1(std::string_view text, std::size_t at) {
  return text[at] == '\xc2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0x80 &&
         static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

void write_log_line(log::Level level, std::string_view event, std::initializer_list<log::Field> fields) {
  static constexpr std::string_view kNames[] = {"debug", "info", "warn", "error", "off"};
  std::string line = std::string(kNames[static_cast<std::size_t>(level)]) + ": " + std::string(event);
  for (const auto& field : fields) line.append(" ").append(field.name).append("=").append(one_line(field.value));
  complain(line);
}

}  // namespace

void print(std::string_view text) {
  if (output_errno == 0) output_errno = write_all(STDOUT_FILENO, text);
}

void print_error(std::string_view text) { (void)write_all(STDERR_FILENO, text); }

void complain(std::string_view text) { print_error("gatehouse: " + std::string(text) + "\n"); }

int checked_output(int code) {
  if (output_errno == 0 || output_errno == EPIPE) return code;
  complain("cannot write to standard output: " + std::generic_category().message(output_errno));
  return code == exit_code::kOk ? exit_code::kFailed : code;
}

bool is_terminal(Stream stream) { return ::isatty(static_cast<int>(stream)) == 1; }

bool has_color(Stream stream) {
  const char* off = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool able = term && *term != '\0' && std::string_view(term) != "dumb";
  return is_terminal(stream) && able && (!off || *off == '\0');
}

std::size_t columns(Stream stream) {
  winsize size{};
  if (::ioctl(static_cast<int>(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string styled(std::string_view text, Style style, bool color) {
  static constexpr std::string_view kCodes[] = {"1", "2", "31", "33"};
  if (!color) return std::string(text);
  return "\x1b[" + std::string(kCodes[static_cast<std::size_t>(style)]) + "m" + std::string(text) + "\x1b[0m";
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_c1(text, i))
      ++i, out += '?';
    else
      out += is_control(static_cast<unsigned char>(c)) && c != '\n' && c != '\t' ? '?' : c;
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : harmless(text)) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

void show_log() { log::set_sink(write_log_line, log::Level::debug); }

}  // namespace gatehouse::cli
