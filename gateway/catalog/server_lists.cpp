#include "gateway/catalog/server_lists.hpp"

#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::catalog {
namespace {

constexpr std::size_t kMaxDepth = 128;

std::string_view key_member(mcp::ListKind kind) {
  switch (kind) {
    case mcp::ListKind::resources: return "uri";
    case mcp::ListKind::templates: return "uriTemplate";
    default: return "name";
  }
}

template <class T>
Result<void> done(const Result<T>& result) {
  if (!result) return fail(Error(result.error()));
  return {};
}

/// One definition; an item with an empty key is unusable.
Result<Item> read_item(mcp::ListKind kind, json::Node& node) {
  auto type = node.type();
  if (!type) return fail(std::move(type.error()));
  if (*type != json::Type::object) {
    auto skipped = node.raw();
    if (!skipped) return fail(std::move(skipped.error()));
    return Item{};
  }
  std::string_view token;
  int keys = 0;  // a definition with two would keep one of them when the other is replaced
  auto bytes = node.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
    auto raw = value.raw();
    if (raw && key == key_member(kind) && ++keys == 1 && raw->front() == '"') token = *raw;
    return done(raw);
  });
  if (!bytes) return fail(std::move(bytes.error()));
  Item item;
  auto key = json::unquote(token);
  if (keys != 1 || !key) return item;
  item.key = std::move(*key);
  item.text = *bytes;
  item.key_at = static_cast<std::size_t>(token.data() - bytes->data());
  item.key_size = token.size();
  return item;
}

}  // namespace

Result<Page> read_page(mcp::ListKind kind, const mcp::Answer& answer, std::size_t* dropped) {
  Page page;
  bool found = false;
  // Checked to the last byte: definitions are sent on in one text with those of other servers, which one `NaN` would spoil.
  auto walked = json::reader().walk_valid(answer.body.source(), kMaxDepth, [&](json::Node& root) -> Result<void> {
    return done(root.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
      if (key == "nextCursor") {
        auto raw = value.raw();
        if (!raw || raw->front() != '"') return done(raw);
        auto cursor = json::unquote(*raw);
        if (!cursor) return fail(std::move(cursor.error()));
        page.next_cursor = std::move(*cursor);
        page.has_next = true;
        return {};
      }
      if (key != mcp::items_member(kind)) return {};
      found = true;
      return done(value.elements([&](json::Node& element) -> Result<void> {
        auto item = read_item(kind, element);
        if (!item) return fail(std::move(item.error()));
        if (item->key.empty())
          ++*dropped;
        else
          page.items.push_back(std::move(*item));
        return {};
      }));
    }));
  });
  if (!walked || !found)
    return fail(Kind::bad_reply, Origin::upstream,
                "The server's answer to " + std::string(mcp::to_string(mcp::list_method(kind))) + " is malformed.");
  return page;
}

}  // namespace gatehouse::catalog
