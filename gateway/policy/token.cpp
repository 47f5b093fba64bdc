#include "gateway/policy/token.hpp"

#include <array>

namespace gatehouse::policy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

using Made = std::expected<Token, ExpressionProblem>;

std::unexpected<ExpressionProblem> wrong(std::size_t at, std::string message) {
  return std::unexpected(ExpressionProblem{at, std::move(message)});
}

Made read_text(std::string_view source, std::size_t at) {
  const std::size_t begin = at;
  const bool raw = source[at] == 'r';
  if (raw) ++at;
  const char quote = source[at++];
  std::string text;
  for (; at < source.size() && source[at] != quote; ++at) {
    if (static_cast<unsigned char>(source[at]) < 0x20) return wrong(at, "a text ends on the line where it begins");
    if (raw || source[at] != '\\') {
      text += source[at];
      continue;
    }
    if (++at == source.size()) break;
    switch (source[at]) {
      case '\\':
      case '"':
      case '\'': text += source[at]; break;
      case 'n': text += '\n'; break;
      case 't': text += '\t'; break;
      default:
        return wrong(at - 1, R"(unknown escape; known are \\ \" \' \n \t, and r"…" takes everything as it stands)");
    }
  }
  if (at >= source.size()) return wrong(begin, "this text does not end");
  return Token{Token::Kind::text, begin, source.substr(begin, at + 1 - begin), std::move(text)};
}

Made read_number(std::string_view source, std::size_t at) {
  const std::size_t begin = at;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < source.size() && is_digit(source[at])) ++at;
    return at > first;
  };
  digits();
  bool real = false;
  if (at + 1 < source.size() && source[at] == '.' && is_digit(source[at + 1])) {
    real = true;
    ++at;
    digits();
  }
  if (at < source.size() && (source[at] == 'e' || source[at] == 'E')) {
    real = true;
    ++at;
    if (at < source.size() && (source[at] == '+' || source[at] == '-')) ++at;
    if (!digits()) return wrong(begin, "this number has no digits in its exponent");
  }
  const std::string_view text = source.substr(begin, at - begin);
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return wrong(begin, "a number does not begin with 0");
  if (at < source.size() && begins_name(source[at])) return wrong(begin, "this is neither a number nor a name");
  return Token{real ? Token::Kind::real : Token::Kind::integer, begin, text, {}};
}

Made read_symbol(std::string_view source, std::size_t at) {
  static constexpr std::array<std::string_view, 18> kSymbols = {"==", "!=", "<=", ">=", "&&", "||", "<", ">", "!",
                                                                "+",  "-",  "*",  "(",  ")",  "[",  "]", ",", "."};
  for (const std::string_view symbol : kSymbols)
    if (source.substr(at).starts_with(symbol))
      return Token{Token::Kind::symbol, at, source.substr(at, symbol.size()), {}};
  switch (source[at]) {
    case '=': return wrong(at, "'=' means nothing here; equality is '=='");
    case '&': return wrong(at, "'&' means nothing here; and is '&&'");
    case '|': return wrong(at, "'|' means nothing here; or is '||'");
    case '/':
    case '%': return wrong(at, "there is no division");
    default: return wrong(at, "this character means nothing here");
  }
}

}  // namespace

Made next_token(std::string_view source, std::size_t at) {
  at = source.find_first_not_of(" \t\r\n", at);
  if (at == source.npos) return Token{Token::Kind::end, source.size(), {}, {}};
  const char c = source[at];
  const bool raw_text = c == 'r' && at + 1 < source.size() && (source[at + 1] == '"' || source[at + 1] == '\'');
  if (raw_text || c == '"' || c == '\'') return read_text(source, at);
  if (is_digit(c)) return read_number(source, at);
  if (!begins_name(c)) return read_symbol(source, at);
  std::size_t end = at;
  while (end < source.size() && (begins_name(source[end]) || is_digit(source[end]))) ++end;
  return Token{Token::Kind::name, at, source.substr(at, end - at), {}};
}

}  // namespace gatehouse::policy
