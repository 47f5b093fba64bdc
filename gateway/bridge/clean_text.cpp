#include "gateway/bridge/clean_text.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::bridge {
namespace {

constexpr std::string_view kRemoved = "[removed]";
constexpr std::size_t kLeastSecret = 8;  // shorter words behind a mark are words

/// Where stack traces of the usual languages begin.
constexpr std::array<std::string_view, 6> kTraces = {
    "\n    at ",          "\n\tat ",     "\nTraceback (most recent call last)", "Traceback (most recent call last)",
    "\nstack backtrace:", "\ngoroutine "};

/// What credentials begin with, or stand behind.
constexpr std::array<std::string_view, 14> kMarks = {"Bearer ",     "bearer ", "Basic ",    "ghp_",  "gho_",
                                                     "github_pat_", "sk-",     "xoxb-",     "xoxp-", "AKIA",
                                                     "api_key=",    "apikey=", "password=", "token="};

bool is_secret_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~+/=%").contains(c);
}

std::size_t trace_at(std::string_view text) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view trace : kTraces) first = std::min(first, text.find(trace));
  return first;
}

/// Length of the credential that begins at `text`, its mark included; 0: none. `kept` gets what of it may be seen.
std::size_t secret_at(std::string_view text, std::string_view& kept) {
  for (const std::string_view mark : kMarks) {
    if (!text.starts_with(mark)) continue;
    const std::string_view rest = text.substr(mark.size());
    const auto end = std::ranges::find_if_not(rest, is_secret_byte);
    const auto length = static_cast<std::size_t>(end - rest.begin());
    if (length < kLeastSecret) continue;
    kept = mark.ends_with(' ') || mark.ends_with('=') ? mark : std::string_view();
    return mark.size() + length;
  }
  return 0;
}

}  // namespace

std::string clean_text(std::string_view text) {
  text = text.substr(0, trace_at(text));
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const bool inside_word = i > 0 && is_secret_byte(text[i - 1]) && text[i - 1] != '=';
    std::string_view kept;
    const std::size_t secret = inside_word ? 0 : secret_at(text.substr(i), kept);
    if (secret == 0) {
      clean += text[i++];
      continue;
    }
    clean.append(kept).append(kRemoved);
    i += secret;
  }
  return clean;
}

}  // namespace gatehouse::bridge
