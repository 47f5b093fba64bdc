// Messages from any bytes: what is accepted holds views into the text and agrees with the tree; checking first refuses more,
// never less; every refusal is one that callers know.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/jsonrpc/message.hpp>

namespace {

using namespace gatehouse;

void require(bool holds) {
  if (!holds) std::abort();
}

bool inside(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void compare(const jsonrpc::Message& message, const json::Value& tree) {
  const auto same = [&tree](const char* key, std::string_view raw) {
    if (!raw.empty()) require(*tree.find(key) == json::parse(raw).value());
  };
  same("id", message.id);
  same("params", message.params);
  same("result", message.result);
  same("error", message.error);
  require(tree.text("jsonrpc") == "2.0" && tree.text("method") == message.method);
  require((message.type == jsonrpc::Type::response) == (tree.find("method") == nullptr));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string padded(reinterpret_cast<const char*>(data), size);
  padded.append(kSlack, '}');
  const std::string_view text = std::string_view(padded).substr(0, size);
  std::string_view id;
  const auto message = jsonrpc::parse(text, &id);
  const auto bytes = [](json::Node& node) { return node.raw(); };
  const auto checked = jsonrpc::parse_valid(text, 64, {.params = bytes, .result = bytes});
  require(inside(id, text));
  if (!message) {
    const Kind kind = message.error().kind;
    require(kind == Kind::parse_error || kind == Kind::invalid_request);
    require(!checked);
    return 0;
  }
  require(message->id == id && id.size() <= jsonrpc::kMaxIdBytes);
  for (const auto part : {message->id, message->params, message->result, message->error}) require(inside(part, text));
  require(message->unescaped_method || inside(message->method, text));
  require(message->result.empty() + message->error.empty() >= 1);
  if (!checked) return 0;
  if (const auto tree = json::parse(text)) compare(*checked, *tree);
  const std::string reply = jsonrpc::error_response(id, -32600, text);
  require(json::parse(reply).has_value());
  return 0;
}
