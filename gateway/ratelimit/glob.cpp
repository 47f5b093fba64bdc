#include "gateway/ratelimit/glob.hpp"

namespace gatehouse::ratelimit {

bool matches(std::string_view pattern, const Name& name) {
  const std::size_t size = name.size();
  if (size > kMaxName) return true;
  std::size_t p = 0, n = 0;
  std::size_t star = pattern.npos, resume = 0;  // the last `*`, and what it covers the name up to
  while (n < size) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace gatehouse::ratelimit
