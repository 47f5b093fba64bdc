#include <cctype>
#include <cstdint>
#include <optional>

#include "gateway/config/tree.hpp"

namespace gatehouse::config {
namespace {

/// A recursive descent reader. `error_` holds the first problem; after it every step returns at once.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  std::expected<Node, Problem> run() {
    skip_space();
    Node root;
    if (at_ < text_.size()) root = value(0);
    skip_space();
    if (!error_ && at_ < text_.size()) fail("something follows the end of the document");
    if (error_) return std::unexpected(std::move(*error_));
    return root;
  }

 private:
  void fail(std::string message) {
    if (!error_) error_ = Problem{"", line_, "", "not valid JSON: " + std::move(message)};
    at_ = text_.size();
  }
  [[nodiscard]] bool is_at(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++at_;
      } else if (is_at("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_at("/*")) {
        skip_block_comment();
      } else {
        return;
      }
    }
  }

  void skip_block_comment() {
    const auto end = text_.find("*/", at_ + 2);
    if (end == text_.npos) return fail("a comment is not closed");
    for (; at_ < end + 2; ++at_)
      if (text_[at_] == '\n') ++line_;
  }

  Node value(int depth) {
    Node out;
    out.line = line_;
    if (depth > kMaxTreeDepth) return fail("nested too deeply"), out;
    if (at_ >= text_.size()) return fail("the document ends too early"), out;
    switch (text_[at_]) {
      case '{': return map(std::move(out), depth);
      case '[': return list(std::move(out), depth);
      case '"':
        out.kind = Node::Kind::scalar;
        out.quoted = true;
        out.text = string();
        return out;
      default: return word(std::move(out));
    }
  }

  Node word(Node out) {
    const auto begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || is_at("-") || is_at("+") || is_at(".")))
      ++at_;
    const auto text = text_.substr(begin, at_ - begin);
    if (text == "null") return out;
    out.kind = Node::Kind::scalar;
    out.text = text;
    const bool number = !text.empty() && (text[0] == '-' || std::isdigit(static_cast<unsigned char>(text[0])));
    if (text != "true" && text != "false" && !number)
      fail(text.empty() ? "unexpected '" + std::string(text_.substr(begin, 1)) + "'"
                        : "unexpected word; text needs double quotes");
    return out;
  }

  Node list(Node out, int depth) {
    out.kind = Node::Kind::list;
    ++at_;
    for (skip_space(); !take(']'); skip_space()) {
      out.items.push_back(value(depth + 1));
      skip_space();
      if (!take(',') && at_ < text_.size() && text_[at_] != ']') fail("expected ',' or ']'");
      if (at_ >= text_.size()) return fail("a list is not closed"), out;
    }
    return out;
  }

  Node map(Node out, int depth) {
    out.kind = Node::Kind::map;
    ++at_;
    for (skip_space(); !take('}'); skip_space()) {
      if (at_ < text_.size() && text_[at_] != '"') fail("expected a key in double quotes");
      if (at_ >= text_.size()) return fail("a map is not closed"), out;
      Member member{"", line_, {}};
      member.key = string();
      skip_space();
      if (!take(':')) fail("expected ':' after a key");
      skip_space();
      member.value = value(depth + 1);
      out.members.push_back(std::move(member));
      skip_space();
      if (!take(',') && at_ < text_.size() && text_[at_] != '}') fail("expected ',' or '}'");
    }
    return out;
  }

  std::string string() {
    std::string out;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) return fail("a line break or control character inside text"), out;
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
      }
    }
    fail("text is not closed");
    return out;
  }

  void escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ >= text_.size()) return;
    const char c = text_[at_++];
    if (c == 'u') return append_utf8(out, code_point());
    const auto index = kLetters.find(c);
    if (index == kLetters.npos)
      return fail("unknown escape '\\" + std::string(1, c) + "'; a backslash is written '\\\\'");
    out += kMeanings[index];
  }

  std::uint32_t code_point() {
    const std::uint32_t high = hex4();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF || !is_at("\\u")) return fail("half of a surrogate pair"), 0;
    at_ += 2;
    const std::uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) return fail("half of a surrogate pair"), 0;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  std::uint32_t hex4() {
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = at_ < text_.size() ? text_[at_++] : ' ';
      if (!std::isxdigit(static_cast<unsigned char>(c))) return fail("'\\u' needs four hexadecimal digits"), 0;
      out = out * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return out;
  }

  static void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) return put(c);
    if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::optional<Problem> error_;
};

}  // namespace

std::expected<Node, Problem> read_json(std::string_view text) { return JsonReader(text).run(); }

}  // namespace gatehouse::config
