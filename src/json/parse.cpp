#include <gatehouse/json/value.hpp>

#include <algorithm>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/reader.hpp>

#include "src/json/escape.hpp"
#include "src/json/walk.hpp"

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

/// Builds the tree of a validated text token by token, with an own stack of open containers.
class Builder {
 public:
  explicit Builder(const Span& span) : span_(span) {}

  Result<Value> run() {
    for (std::uint32_t token = 0; token < span_.count; ++token) {
      switch (span_.at(token)) {
        case ',':
        case ':': break;
        case '{': open_.push_back({Value::object(), {}}); break;
        case '[': open_.push_back({Value::array(), {}}); break;
        case '}':
        case ']':
          if (!close()) return fail(Kind::parse_error, Origin::client, "invalid JSON: an object repeats a member");
          break;
        case '"':
          if (span_.at(token + 1) == ':') {
            open_.back().key = text_of(token);
          } else {
            put(Value(text_of(token)));
          }
          break;
        default: put(scalar(token));
      }
    }
    return std::move(root_);
  }

 private:
  struct Open {
    Value container;
    std::string key;  // of the member whose value comes next
  };

  bool close() {
    Value done = std::move(open_.back().container);
    open_.pop_back();
    if (const auto* members = done.as_object(); members && has_duplicates(*members)) return false;
    put(std::move(done));
    return true;
  }

  void put(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* members = open_.back().container.as_object()) {
      members->emplace_back(std::move(open_.back().key), std::move(value));
    } else {
      open_.back().container.push(std::move(value));
    }
  }

  [[nodiscard]] std::string_view raw(std::uint32_t token) const {
    const char* const begin = span_.begin_of(token);
    return {begin, static_cast<std::size_t>(span_.end_of(token) - begin)};
  }

  [[nodiscard]] std::string text_of(std::uint32_t token) const {
    const std::string_view quoted_text = raw(token);
    std::string text;
    (void)unescape(quoted_text.substr(1, quoted_text.size() - 2), HalfPair::replace, text);
    return text;
  }

  [[nodiscard]] Value scalar(std::uint32_t token) const {
    switch (begins(span_.at(token))) {
      case Begins::number: return Value::number(std::string(raw(token)));
      case Begins::boolean: return Value(span_.at(token) == 't');
      default: return Value();
    }
  }

  const Span& span_;
  Value root_;
  std::vector<Open> open_;
};

}  // namespace

Result<Value> parse(std::string_view text, std::size_t max_depth) {
  std::string padded;
  padded.reserve(text.size() + kSlack);
  padded.append(text).append(kSlack, ' ');
  const std::string_view copy = std::string_view(padded).substr(0, text.size());
  Value value;
  const auto build = [&value](Node& root) -> Result<void> {
    auto built = Builder(Node::Walk::of(root).span).run();
    if (!built) return fail(std::move(built.error()));
    value = std::move(*built);
    return {};
  };
  auto done = reader().walk_valid(copy, std::min(max_depth, kMaxValueDepth), build);
  if (!done) return fail(std::move(done.error()));
  return value;
}

}  // namespace gatehouse::json
