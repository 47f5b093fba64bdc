#include "gateway/catalog/server_lists.hpp"

#include <algorithm>

#include <gatehouse/base/buffer.hpp>
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

Result<bool> is_object(json::Node& node) {
  auto type = node.type();
  if (!type) return fail(std::move(type.error()));
  return *type == json::Type::object;
}

/// Where things stand in one definition.
struct Places {
  std::string_view key;
  int keys = 0;  // a definition with two would keep one of them when the other is replaced
  std::vector<std::string_view> uris;
  mcp::ToolHints hints;
  int annotations = 0;
};

Result<void> take_uri(json::Node& value, Places& places) {
  auto raw = value.raw();
  if (raw && raw->front() == '"') places.uris.push_back(*raw);
  return done(raw);
}

/// `_meta` of a tool: where its user interface is (MCP Apps), in the present and in the old form.
Result<void> read_tool_meta(json::Node& node, Places& places) {
  auto object = is_object(node);
  if (!object || !*object) return object ? done(node.raw()) : done(object);
  return done(node.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
    if (key == "ui/resourceUri") return take_uri(value, places);
    auto nested = is_object(value);
    if (!nested || !*nested || key != "ui") return nested ? Result<void>{} : done(nested);
    return done(value.members([&](std::string_view inner, const char*, json::Node& uri) -> Result<void> {
      return inner == "resourceUri" ? take_uri(uri, places) : Result<void>{};
    }));
  }));
}

/// What is said twice or is no boolean is not believed.
Result<void> read_hints(json::Node& node, Places& places) {
  auto object = is_object(node);
  if (!object || !*object) return object ? done(node.raw()) : done(object);
  mcp::ToolHints said;
  auto members = node.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
    auto raw = value.raw();
    if (!raw || (*raw != "true" && *raw != "false")) return done(raw);
    const bool flag = *raw == "true";
    if (key == "readOnlyHint") said.read_only = flag;
    if (key == "destructiveHint") said.destructive = flag;
    if (key == "idempotentHint") said.idempotent = flag;
    if (key == "openWorldHint") said.open_world = flag;
    return {};
  });
  places.hints = ++places.annotations == 1 ? said : mcp::ToolHints();
  return done(members);
}

Result<std::string_view> find_places(mcp::ListKind kind, json::Node& node, Places& places) {
  return node.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
    if (key == "_meta" && kind == mcp::ListKind::tools) return read_tool_meta(value, places);
    if (key == "annotations" && kind == mcp::ListKind::tools) return read_hints(value, places);
    if (key != key_member(kind)) return done(value.raw());
    auto raw = value.raw();
    if (raw && ++places.keys == 1 && raw->front() == '"') places.key = *raw;
    return done(raw);
  });
}

/// One definition; an item with an empty key is unusable.
Result<Item> read_item(mcp::ListKind kind, json::Node& node) {
  auto object = is_object(node);
  if (!object) return fail(std::move(object.error()));
  if (!*object) {
    auto skipped = node.raw();
    if (!skipped) return fail(std::move(skipped.error()));
    return Item{};
  }
  Places places;
  auto bytes = find_places(kind, node, places);
  if (!bytes) return fail(std::move(bytes.error()));
  Item item;
  auto key = json::unquote(places.key);
  if (places.keys != 1 || !key) return item;
  const auto token = [&](std::string_view raw) {
    return Token{static_cast<std::size_t>(raw.data() - bytes->data()), raw.size()};
  };
  item.key = std::move(*key);
  item.hints = places.hints;
  item.form.text = *bytes;
  item.form.key = token(places.key);
  for (const std::string_view uri : places.uris) item.form.uris.push_back(token(uri));
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

Result<Form> read_form(mcp::ListKind kind, std::string text) {
  const Buffer padded = Buffer::copy_of(text);
  Result<Item> item = Item{};
  auto walked = json::reader().walk(padded.view(), [&](json::Node& root) -> Result<void> {
    item = read_item(kind, root);
    return done(item);
  });
  if (!walked) return fail(std::move(walked.error()));
  if (item->key.empty()) return fail(Kind::bad_reply, Origin::upstream, "A definition has no usable key.");
  return std::move(item->form);
}

mcp::CacheHints Freshness::remaining(mcp::ListKind kind, TimePoint now) const {
  mcp::CacheHints left = hints[static_cast<std::size_t>(kind)];
  if (announced) return left;
  const auto age = std::chrono::duration_cast<Milliseconds>(now - read_at).count();
  left.ttl_ms = std::max<std::int64_t>(0, left.ttl_ms - std::max<std::int64_t>(0, age));
  return left;
}

}  // namespace gatehouse::catalog
