#include <gatehouse/mcp/result.hpp>

#include <charconv>

#include <gatehouse/json/value.hpp>

namespace gatehouse::mcp {
namespace {

using Bytes = Result<std::string_view>;

std::unexpected<Error> wrong(std::string_view what) {
  return fail(Kind::bad_reply, Origin::upstream, "The server sent an invalid result: " + std::string(what));
}

/// `wanted` if the node is of that type and can be walked, else its bytes are taken as they are.
Result<bool> is_type(json::Node& node, json::Type wanted) {
  auto type = node.type();
  if (!type) return fail(std::move(type.error()));
  return *type == wanted;
}

Result<void> done(Bytes bytes) {
  if (!bytes) return fail(std::move(bytes.error()));
  return {};
}

Result<void> take_uri(json::Node& value, ResultView& view) {
  auto raw = value.raw();
  if (raw && raw->front() == '"') view.uris.push_back(*raw);
  return done(std::move(raw));
}

/// `uri` of an embedded resource.
Bytes collect_resource(json::Node& node, ResultView& view) {
  auto object = is_type(node, json::Type::object);
  if (!object) return fail(std::move(object.error()));
  if (!*object) return node.raw();
  return node.members([&](std::string_view key, const char*, json::Node& value) {
    return key == "uri" ? take_uri(value, view) : Result<void>{};
  });
}

/// `uri` of an object, and of the object in its `resource` member: what content blocks and contents have.
Bytes collect_block(json::Node& node, ResultView& view) {
  auto object = is_type(node, json::Type::object);
  if (!object) return fail(std::move(object.error()));
  if (!*object) return node.raw();
  return node.members([&](std::string_view key, const char*, json::Node& value) {
    if (key == "resource") return done(collect_resource(value, view));
    return key == "uri" ? take_uri(value, view) : Result<void>{};
  });
}

Bytes collect_blocks(json::Node& node, ResultView& view) {
  auto array = is_type(node, json::Type::array);
  if (!array) return fail(std::move(array.error()));
  if (!*array) return collect_block(node, view);
  return node.elements([&](json::Node& block) { return done(collect_block(block, view)); });
}

Bytes collect_messages(json::Node& node, ResultView& view) {
  auto array = is_type(node, json::Type::array);
  if (!array) return fail(std::move(array.error()));
  if (!*array) return node.raw();
  return node.elements([&](json::Node& message) -> Result<void> {
    auto object = is_type(message, json::Type::object);
    if (!object) return fail(std::move(object.error()));
    if (!*object) return done(message.raw());
    return done(message.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
      return key == "content" ? done(collect_blocks(value, view)) : Result<void>{};
    }));
  });
}

Bytes read_meta(json::Node& node, ResultView& view) {
  auto object = is_type(node, json::Type::object);
  if (!object) return fail(std::move(object.error()));
  if (!*object) return wrong("_meta has to be an object");
  auto bytes = node.members([&](std::string_view key, const char* begin, json::Node& value) -> Result<void> {
    auto raw = value.raw();
    if (!raw) return fail(std::move(raw.error()));
    view.meta.add(key, begin, *raw);
    return {};
  });
  if (bytes) view.meta.text = *bytes;
  return bytes;
}

Bytes read_member(std::string_view key, json::Node& value, Uris uris, ResultView& view) {
  if (key == "_meta") return read_meta(value, view);
  if (uris == Uris::collect) {
    if (key == "content" || key == "contents") return collect_blocks(value, view);
    if (key == "messages") return collect_messages(value, view);
  }
  return value.raw();
}

/// What the envelope or a bridge looks at: two of them could be read differently here and by the client.
bool is_control(std::string_view key) {
  return key == "_meta" || key == "content" || key == "structuredContent" || key == "isError" || key == "ttlMs" ||
         key == "resultType" || key == "cacheScope";
}

Result<void> note(std::string_view key, std::string_view raw, ResultView& view) {
  const auto text = [&]() -> Bytes {
    if (raw.front() != '"') return wrong(std::string(key).append(" has to be a string"));
    return raw.substr(1, raw.size() - 2);
  };
  if (key == "content")
    view.content = raw;
  else if (key == "structuredContent")
    view.structured_content = raw;
  else if (key == "isError")
    view.is_error = raw == "true";
  else if (key == "ttlMs")
    view.ttl_ms = raw;
  else if (key == "resultType" || key == "cacheScope") {
    auto value = text();
    if (!value) return fail(std::move(value.error()));
    (key == "resultType" ? view.result_type : view.cache_scope) = *value;
  }
  return {};
}

}  // namespace

Result<std::string_view> read_result(json::Node& node, Uris uris, ResultView& view) {
  auto bytes = node.members([&](std::string_view key, const char* begin, json::Node& value) -> Result<void> {
    if (is_control(key) && view.object.find(key)) return wrong(std::string(key) + " is given twice");
    auto raw = read_member(key, value, uris, view);
    if (!raw) return fail(std::move(raw.error()));
    view.object.add(key, begin, *raw);
    return note(key, *raw, view);
  });
  if (bytes) view.object.text = *bytes;
  return bytes;
}

Result<ErrorView> read_error(std::string_view raw) {
  ErrorView error;
  std::string_view code;
  auto walked = json::reader().walk(raw, [&](json::Node& root) -> Result<void> {
    return done(root.members([&](std::string_view key, const char*, json::Node& value) -> Result<void> {
      auto bytes = value.raw();
      if (!bytes) return fail(std::move(bytes.error()));
      if (key == "code") code = *bytes;
      if (key == "data") error.data = *bytes;
      if (key == "message" && bytes->front() == '"') {
        auto text = json::unquote(*bytes);
        if (!text) return fail(std::move(text.error()));
        error.message = std::move(*text);
      }
      return {};
    }));
  });
  if (!walked) return wrong("its error object is malformed");
  const auto [end, status] = std::from_chars(code.data(), code.data() + code.size(), error.code);
  if (code.empty() || status != std::errc{} || end != code.data() + code.size())
    return wrong("its error has no integer code");
  return error;
}

}  // namespace gatehouse::mcp
