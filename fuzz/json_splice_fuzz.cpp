// Edits of a text. The input is a list of edits (four bytes each), a zero byte, and the text. If the text is an object, its
// members are rewritten as well and compared with the same change of the tree.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/json/value.hpp>

namespace {

using namespace gatehouse;

void require(bool holds) {
  if (!holds) std::abort();
}

void edit(std::string_view edits, std::string_view text) {
  json::Splice splice(text);
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    const std::size_t at = static_cast<std::uint8_t>(edits[0]) % (text.size() + 1);
    const std::size_t length = static_cast<std::uint8_t>(edits[1]) % (text.size() - at + 1);
    splice.replace(text.substr(at, length), edits.substr(2, static_cast<std::uint8_t>(edits[3]) % 3));
  }
  std::string joined;
  json::Pieces pieces;
  splice.append_to(pieces);
  for (const auto piece : pieces) joined += piece;
  require(joined == splice.str() && joined.size() == splice.size());
  if (!splice.edited()) require(joined == text);
}

void rewrite(std::uint32_t mask, std::string_view text) {
  auto tree = json::parse(text);
  if (!tree || !tree->is_object()) return;
  json::ObjectView view;
  const auto visit = [&view](json::Node& root) -> Result<void> {
    auto object = root.object();
    if (object) view = std::move(*object);
    return object ? Result<void>{} : fail(object.error());
  };
  if (!json::reader().walk(text, visit)) return;  // a key with half a surrogate pair
  const bool adds = mask & 1;
  if (tree->find("fuzz")) return;
  json::Splice splice(text);
  std::uint32_t bit = 1;
  json::Value expected = json::Value::object();
  json::rewrite_members(
      splice, view,
      [&](const json::Member& member) {
        bit = bit << 1 | bit >> 31;
        const bool drop = mask & bit;
        if (!drop) expected.set(member.key, *tree->find(member.key));
        return drop;
      },
      adds ? "\"fuzz\":1" : "");
  if (adds) expected.set("fuzz", 1);
  require(json::parse(splice.str()).value() == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(input.find('\0'), size);
  std::string padded(input.substr(std::min(split + 1, size)));
  const std::size_t text_size = padded.size();
  padded.append(kSlack, '}');
  const std::string_view text = std::string_view(padded).substr(0, text_size);
  std::uint32_t mask = 0;
  for (const char c : input.substr(0, split)) mask = mask * 31 + static_cast<std::uint8_t>(c);
  edit(input.substr(0, split), text);
  rewrite(mask, text);
  return 0;
}
