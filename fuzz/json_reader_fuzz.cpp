// The reader on any bytes: the fast and the slow check agree, a walk sees what the tree holds, and nothing behind the text
// changes the outcome.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/value.hpp>

#include "src/json/grammar.hpp"

namespace {

using namespace gatehouse;

constexpr std::size_t kDepth = 32;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Visits everything and writes down what it saw.
Result<void> trace(json::Node& node, std::string& seen, std::size_t depth) {
  if (depth > kDepth) return fail(Kind::limit_exceeded, Origin::client, "deep");
  auto type = node.type();
  if (!type) return fail(type.error());
  Result<std::string_view> bytes;
  if (*type == json::Type::object) {
    bytes = node.members([&](std::string_view key, const char* key_begin, json::Node& value) -> Result<void> {
      require(*key_begin == '"');
      seen.append(key).append(":");
      return trace(value, seen, depth + 1);
    });
  } else if (*type == json::Type::array) {
    bytes = node.elements([&](json::Node& value) { return trace(value, seen, depth + 1); });
  } else {
    bytes = *type == json::Type::string ? node.string() : node.raw();
  }
  if (!bytes) return fail(bytes.error());
  require(*node.raw() == *node.raw() && !node.raw()->empty());
  seen.append(*bytes).append(",");
  return {};
}

std::string walk(std::string_view text, char slack) {
  std::string padded(text);
  padded.append(kSlack, slack);
  std::string seen;
  const auto visit = [&seen](json::Node& root) { return trace(root, seen, 0); };
  auto done = json::reader().walk(std::string_view(padded).substr(0, text.size()), visit);
  return done ? seen : "error " + done.error().message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string seen = walk(text, ' ');
  for (const char slack : {'}', ']', '"', ',', '0', '\\'}) require(walk(text, slack) == seen);

  std::string padded(text);
  padded.append(kSlack, '}');
  const std::string_view view = std::string_view(padded).substr(0, size);
  const auto valid = json::reader().validate(view, kDepth);
  const auto grammatical = json::grammar::check(view, kDepth);
  if (valid) require(grammatical.has_value());
  if (!valid && grammatical) require(valid.error().message == "invalid JSON: the text is not UTF-8");

  const auto value = json::parse(text, kDepth);
  if (value)
    require(valid && json::parse(value->str(), kDepth).value() == *value &&
            json::parse(value->pretty(), kDepth) == *value);
  if (valid && !value) require(value.error().message != "invalid JSON");
  return 0;
}
