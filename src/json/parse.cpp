#include <gatehouse/json/value.hpp>

#include <algorithm>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/reader.hpp>

#include "src/json/escape.hpp"

namespace gatehouse::json {
namespace {

bool has_duplicates(const Value::Object& members) {
  constexpr std::size_t kFew = 8;
  if (members.size() <= kFew) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].first == members[j].first) return true;
      }
    }
    return false;
  }
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const auto& member : members) keys.push_back(member.first);
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

Result<Value> build(Node& node);

Result<Value> build_array(Node& node) {
  Value::Array items;
  auto done = node.elements([&items](Node& child) -> Result<void> {
    auto item = build(child);
    if (!item) return fail(std::move(item.error()));
    items.push_back(std::move(*item));
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return Value(std::move(items));
}

Result<Value> build_object(Node& node) {
  Value::Object members;
  auto done = node.members([&members](std::string_view key, const char*, Node& child) -> Result<void> {
    auto value = build(child);
    if (!value) return fail(std::move(value.error()));
    members.emplace_back(std::string(key), std::move(*value));
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  if (has_duplicates(members))
    return fail(Kind::parse_error, Origin::client, "invalid JSON: an object repeats a member");
  return Value(std::move(members));
}

/// REQUIRES: the text was validated, so that nesting is bounded and every token is well formed.
Result<Value> build(Node& node) {
  const auto known = node.type();
  if (!known) return fail(known.error());
  const Type type = *known;
  if (type == Type::object) return build_object(node);
  if (type == Type::array) return build_array(node);
  const auto raw = node.raw();
  if (!raw) return fail(raw.error());
  switch (type) {
    case Type::string: {
      std::string text;
      (void)unescape(raw->substr(1, raw->size() - 2), HalfPair::replace, text);
      return Value(std::move(text));
    }
    case Type::number: return Value::number(std::string(*raw));
    case Type::boolean: return Value(raw->front() == 't');
    default: return Value();
  }
}

}  // namespace

Result<Value> parse(std::string_view text, std::size_t max_depth) {
  std::string padded;
  padded.reserve(text.size() + kSlack);
  padded.append(text).append(kSlack, ' ');
  const std::string_view copy = std::string_view(padded).substr(0, text.size());
  Value value;
  auto done = reader().walk_valid(copy, std::min(max_depth, kMaxValueDepth), [&value](Node& root) -> Result<void> {
    auto built = build(root);
    if (!built) return fail(std::move(built.error()));
    value = std::move(*built);
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return value;
}

}  // namespace gatehouse::json
