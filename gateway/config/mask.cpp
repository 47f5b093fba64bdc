#include "gateway/config/mask.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::config {

bool is_telling(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kWords = {"key",  "token",      "secret", "passw",    "pwd",
                                                             "auth", "credential", "cookie", "signature"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return std::ranges::any_of(kWords, [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

std::vector<std::string> masked_args(const std::vector<std::string>& args) {
  std::vector<std::string> out;
  bool value_follows = false;
  for (const std::string& arg : args) {
    const bool is_flag = arg.starts_with('-');
    const auto split = std::min(arg.find('='), arg.find(": "));
    if (value_follows && !is_flag) {
      out.emplace_back(kMask);
    } else if (split != arg.npos && arg.find("://") > split && is_telling(std::string_view(arg).substr(0, split))) {
      out.push_back(arg.substr(0, split + (arg[split] == '=' ? 1 : 2)) + std::string(kMask));
    } else {
      out.push_back(masked_url(arg));
    }
    value_follows = is_flag && split == arg.npos && is_telling(arg);
  }
  return out;
}

std::string masked_url(std::string_view url) {
  std::string out(url);
  if (const auto scheme = out.find("://"); scheme != out.npos) {
    const auto authority = scheme + 3, end = std::min(out.find_first_of("/?#", authority), out.size());
    if (const auto at = out.substr(0, end).rfind('@'); at != out.npos && at > authority)
      out.replace(authority, at - authority, kMask);
  } else {
    return out;
  }
  for (auto at = out.find('?'); at != out.npos; at = out.find('&', at)) {
    const auto name = ++at, next = std::min(out.find('&', name), out.size());
    const auto equals = out.find('=', name);
    if (equals < next && is_telling(std::string_view(out).substr(name, equals - name)))
      out.replace(equals + 1, next - equals - 1, kMask);
  }
  return out;
}

bool is_masked(std::string_view text) {
  return text == kMask || text.ends_with("=***") || text.ends_with(": ***") || text.find("=***&") != text.npos ||
         text.find("://***@") != text.npos;
}

}  // namespace gatehouse::config
