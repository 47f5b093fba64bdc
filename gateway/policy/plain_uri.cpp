#include "gateway/policy/plain_uri.hpp"

#include <algorithm>

namespace gatehouse::policy {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Letters, digits and marks need no encoding; the others here mean something once they are decoded.
bool may_be_encoded(int byte) {
  if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z')) return false;
  return byte >= 0x20 && byte != 0x7f &&
         std::string_view("-._~/\\%").find(static_cast<char>(byte)) == std::string_view::npos;
}

bool has_plain_encodings(std::string_view uri) {
  for (std::size_t at = uri.find('%'); at != uri.npos; at = uri.find('%', at + 1)) {
    if (at + 2 >= uri.size()) return false;
    const int high = hex(uri[at + 1]), low = hex(uri[at + 2]);
    if (high < 0 || low < 0 || !may_be_encoded(high * 16 + low)) return false;
  }
  return true;
}

/// The segments between slashes; the last one may be empty.
bool has_plain_segments(std::string_view path) {
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == ".." || (segment.empty() && slash != path.npos)) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
  return true;
}

}  // namespace

bool is_plain_uri(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == uri.npos || uri.contains('\\')) return false;
  if (std::ranges::any_of(uri.substr(0, colon), is_capital)) return false;
  std::string_view rest = uri.substr(colon + 1);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const auto end = std::min(rest.find_first_of("/?#"), rest.size());
    if (std::ranges::any_of(rest.substr(0, end), is_capital)) return false;
    rest.remove_prefix(end);
  }
  if (rest.starts_with('/')) rest.remove_prefix(1);
  return has_plain_encodings(uri) && has_plain_segments(rest.substr(0, rest.find_first_of("?#")));
}

}  // namespace gatehouse::policy
