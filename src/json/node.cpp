#include <array>
#include <cstring>

#include "src/json/escape.hpp"
#include "src/json/walk.hpp"

namespace gatehouse::json {
namespace {

constexpr auto kDepthChange = [] {
  std::array<signed char, 256> table{};
  table['{'] = table['['] = 1;
  table['}'] = table[']'] = -1;
  return table;
}();

std::unexpected<Error> wrong_type(std::string_view wanted) {
  return fail(Kind::invalid_params, Origin::client, "a JSON value should be " + std::string(wanted));
}

/// Behind the container that token `first` opens, or 0 if it is not closed.
std::uint32_t skip_container(const Span& span, std::uint32_t first) {
  const std::uint32_t* const end = span.starts + span.count;
  std::uint32_t depth = 0;
  for (const std::uint32_t* token = span.starts + first; token != end;) {
    depth += static_cast<std::uint32_t>(kDepthChange[static_cast<unsigned char>(span.text[*token++])]);
    if (depth == 0) return static_cast<std::uint32_t>(token - span.starts);
  }
  return 0;
}

std::string_view bytes(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

bool has_escape(const Node::Walk& walk, const char* begin, const char* end) {
  return end > walk.first_escape && std::memchr(begin, '\\', static_cast<std::size_t>(end - begin));
}

/// The unescaped text of the string token from `begin` to `end`, which has escape sequences.
Result<std::string_view> unescaped(Node::Walk& walk, const char* begin, const char* end) {
  std::string text;
  if (grammar::string_end(begin, end) != end) return malformed();
  if (!unescape(bytes(begin + 1, end - 1), HalfPair::refuse, text)) {
    return fail(Kind::parse_error, Origin::client, "a JSON string holds half a surrogate pair");
  }
  return walk.unescaped.emplace_front(std::move(text));
}

}  // namespace

/// Finds the end of a container that was not visited.
bool Node::pass() {
  if (behind_ != 0) return true;
  const Begins first = begins(walk_->span.at(token_));
  behind_ = first == Begins::object || first == Begins::array ? skip_container(walk_->span, token_) : token_ + 1;
  return behind_ != 0;
}

Result<Type> Node::type() const {
  switch (begins(walk_->span.at(token_))) {
    case Begins::object: return Type::object;
    case Begins::array: return Type::array;
    case Begins::string: return Type::string;
    case Begins::number: return Type::number;
    case Begins::boolean: return Type::boolean;
    case Begins::null: return Type::null;
    case Begins::none: break;
  }
  return malformed();
}

Result<std::string_view> Node::raw() {
  const Span& span = walk_->span;
  const Begins first = begins(span.at(token_));
  if (first != Begins::object && first != Begins::array) return bytes(span.begin_of(token_), span.end_of(token_));
  if (!pass()) return malformed();
  return bytes(span.begin_of(token_), span.begin_of(behind_ - 1) + 1);
}

Result<std::string_view> Node::string() {
  const Span& span = walk_->span;
  if (span.at(token_) != '"') return wrong_type("a string");
  const char* const begin = span.begin_of(token_);
  const char* const end = span.end_of(token_);
  if (has_escape(*walk_, begin, end)) return unescaped(*walk_, begin, end);
  return bytes(begin + 1, end - 1);
}

Result<std::string_view> Node::members(FunctionRef<Result<void>(std::string_view, const char*, Node&)> visit) {
  const Span& span = walk_->span;
  if (span.at(token_) != '{') return wrong_type("an object");
  std::uint32_t token = token_ + 1;
  if (span.at(token) != '}') {
    for (;;) {
      // A member has a key, a colon and a value, and something closes the object.
      if (span.count - token < 4 || *span.begin_of(token) != '"' || *span.begin_of(token + 1) != ':')
        return malformed();
      const char* const key_begin = span.begin_of(token);
      const char* const key_end = span.end_of(token);
      std::string_view key = bytes(key_begin + 1, key_end - 1);
      if (has_escape(*walk_, key_begin, key_end)) {
        const auto text = unescaped(*walk_, key_begin, key_end);
        if (!text) return text;
        key = *text;
      }
      Node value(*walk_, token + 2);
      if (begins(*span.begin_of(token + 2)) == Begins::none) return malformed();
      if (auto done = visit(key, key_begin, value); !done) return fail(std::move(done.error()));
      if (!value.pass()) return malformed();
      token = value.behind_;
      if (span.at(token) == '}') break;
      if (span.at(token++) != ',') return malformed();
    }
  }
  behind_ = token + 1;
  return bytes(span.begin_of(token_), span.begin_of(token) + 1);
}

Result<std::string_view> Node::elements(FunctionRef<Result<void>(Node&)> visit) {
  const Span& span = walk_->span;
  if (span.at(token_) != '[') return wrong_type("an array");
  std::uint32_t token = token_ + 1;
  if (span.at(token) != ']') {
    for (;;) {
      Node value(*walk_, token);
      if (begins(span.at(token)) == Begins::none) return malformed();
      if (auto done = visit(value); !done) return fail(std::move(done.error()));
      if (!value.pass()) return malformed();
      token = value.behind_;
      if (span.at(token) == ']') break;
      if (span.at(token++) != ',') return malformed();
    }
  }
  behind_ = token + 1;
  return bytes(span.begin_of(token_), span.begin_of(token) + 1);
}

Result<ObjectView> Node::object() {
  ObjectView view;
  auto text = members([&view](std::string_view key, const char* key_begin, Node& value) -> Result<void> {
    auto raw = value.raw();
    if (!raw) return fail(std::move(raw.error()));
    view.add(key, key_begin, *raw);
    return {};
  });
  if (!text) return fail(std::move(text.error()));
  view.text = *text;
  return view;
}

}  // namespace gatehouse::json
