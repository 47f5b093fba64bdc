#include <gatehouse/server/uri_template.hpp>

#include <algorithm>
#include <charconv>

namespace gatehouse::server {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* begin = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace

std::string_view Variables::operator[](std::string_view name) const {
  const auto found = std::ranges::find(values_, name, [](const auto& value) { return std::string_view(value.first); });
  return found == values_.end() ? std::string_view() : found->second;
}

Result<UriTemplate> UriTemplate::parse(std::string_view text) {
  const auto wrong = [text](std::string_view why) {
    return fail(Kind::invalid_config, Origin::gateway,
                "URI template \"" + std::string(text) + "\": " + std::string(why));
  };
  UriTemplate result;
  std::string_view rest = text;
  while (true) {
    const std::size_t open = rest.find('{');
    const std::string_view literal = rest.substr(0, open);
    if (literal.find('}') != std::string_view::npos) return wrong("a brace has no partner");
    if (literal.empty() && !result.names_.empty() && open != std::string_view::npos)
      return wrong("two variables without a character between them");
    result.literals_.emplace_back(literal);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) return wrong("a brace has no partner");
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    if (!is_name(name)) return wrong("only simple expressions like {id} are supported");
    if (std::ranges::find(result.names_, name) != result.names_.end()) return wrong("a variable occurs twice");
    result.names_.emplace_back(name);
    rest.remove_prefix(close + 1);
  }
  if (result.names_.empty()) return wrong("it has no variable; make it a resource");
  return result;
}

std::optional<Variables> UriTemplate::match(std::string_view uri) const {
  if (!uri.starts_with(literals_.front())) return std::nullopt;
  uri.remove_prefix(literals_.front().size());
  Variables variables;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string& next = literals_[i + 1];
    const bool last = i + 1 == names_.size();
    // The last literal has to be at the end; one in between is taken where it comes first, which loses no match because
    // a longer value would only contain more.
    const std::size_t end = !last                 ? uri.find(next, 1)
                            : uri.ends_with(next) ? uri.size() - next.size()
                                                  : std::string_view::npos;
    if (end == std::string_view::npos || end == 0 || uri.empty()) return std::nullopt;
    const std::string_view value = uri.substr(0, end);
    if (value.find_first_of("/?#") != std::string_view::npos) return std::nullopt;
    auto decoded = decode(value);
    if (!decoded) return std::nullopt;
    variables.add(names_[i], std::move(*decoded));
    uri.remove_prefix(end + next.size());
  }
  return variables;
}

}  // namespace gatehouse::server
