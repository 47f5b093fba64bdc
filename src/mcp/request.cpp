#include <gatehouse/mcp/request.hpp>

#include <array>

#include <gatehouse/json/value.hpp>

namespace gatehouse::mcp {
namespace {

/// A member that routing, rewriting or the protocol itself looks at. It may occur once.
template <class Owner>
struct Control {
  std::string_view key;
  std::string_view Owner::* raw;   ///< Gets the value's bytes.
  std::string_view Owner::* text;  ///< Gets the unescaped string; the value has to be one.
};

constexpr std::array kMetaMembers = {
    Control<Meta>{meta_key::kProgressToken, &Meta::progress_token, nullptr},
    Control<Meta>{meta_key::kProtocolVersion, nullptr, &Meta::protocol_version},
    Control<Meta>{meta_key::kClientCapabilities, &Meta::client_capabilities, nullptr},
    Control<Meta>{meta_key::kClientInfo, &Meta::client_info, nullptr},
    Control<Meta>{meta_key::kLogLevel, nullptr, &Meta::log_level},
    Control<Meta>{meta_key::kSubscriptionId, &Meta::subscription_id, nullptr},
    Control<Meta>{meta_key::kRelatedTask, &Meta::related_task, nullptr},
};

constexpr std::array kParamsMembers = {
    Control<Params>{"name", &Params::name_raw, &Params::name},
    Control<Params>{"uri", &Params::uri_raw, &Params::uri},
    Control<Params>{"cursor", &Params::cursor_raw, &Params::cursor},
    Control<Params>{"level", nullptr, &Params::level},
    Control<Params>{"taskId", nullptr, &Params::task_id},
    Control<Params>{"ref", &Params::reference, nullptr},
    Control<Params>{"requestId", &Params::request_id, nullptr},
    Control<Params>{"protocolVersion", nullptr, &Params::protocol_version},
    Control<Params>{"capabilities", &Params::capabilities, nullptr},
    Control<Params>{"clientInfo", &Params::client_info, nullptr},
    Control<Params>{meta_key::kProgressToken, &Params::progress_token, nullptr},
};

std::unexpected<Error> wrong(std::string_view key, std::string_view what) {
  return fail(Kind::invalid_params, Origin::client, "params: member \"" + std::string(key) + "\" " + std::string(what));
}

template <class Owner, std::size_t N>
const Control<Owner>* find(const std::array<Control<Owner>, N>& table, std::string_view key) {
  for (const auto& control : table)
    if (control.key == key) return &control;
  return nullptr;
}

/// Files one member of a control table; `raw` are its bytes.
template <class Owner>
Result<void> take(const Control<Owner>& control, Owner& owner, std::string_view raw,
                  std::forward_list<std::string>& unescaped) {
  if (control.raw) {
    if (!(owner.*control.raw).empty()) return wrong(control.key, "is given twice");
    owner.*control.raw = raw;
  }
  if (!control.text) return {};
  if ((owner.*control.text).data()) return wrong(control.key, "is given twice");
  if (raw.front() != '"') return wrong(control.key, "has to be a string");
  if (raw.find('\\') == std::string_view::npos) {
    owner.*control.text = raw.substr(1, raw.size() - 2);
    return {};
  }
  auto text = json::unquote(raw);
  if (!text) return fail(std::move(text.error()));
  owner.*control.text = unescaped.emplace_front(std::move(*text));
  return {};
}

Result<std::string_view> read_meta(json::Node& node, Params& params) {
  if (!params.meta.raw.empty()) return wrong("_meta", "is given twice");
  auto type = node.type();
  if (!type) return fail(std::move(type.error()));
  if (*type != json::Type::object) return wrong("_meta", "has to be an object");
  auto bytes = node.members([&](std::string_view key, const char* begin, json::Node& value) -> Result<void> {
    auto raw = value.raw();
    if (!raw) return fail(std::move(raw.error()));
    if (const auto* control = find(kMetaMembers, key)) return take(*control, params.meta, *raw, params.unescaped);
    const bool in_source = key.data() == begin + 1;  // else it ends with the walk
    params.meta.others.push_back({in_source ? key : std::string_view(params.unescaped.emplace_front(key)), *raw, begin});
    return {};
  });
  if (bytes) params.meta.raw = *bytes;
  return bytes;
}

Result<std::string_view> read_params_node(json::Node& node, Params& params) {
  auto bytes = node.members([&](std::string_view key, const char* begin, json::Node& value) -> Result<void> {
    auto raw = key == "_meta" ? read_meta(value, params) : value.raw();
    if (!raw) return fail(std::move(raw.error()));
    if (const auto* control = find(kParamsMembers, key))
      if (auto taken = take(*control, params, *raw, params.unescaped); !taken) return taken;
    if (key == "arguments" && params.object.find(key)) return wrong(key, "is given twice");
    params.object.add(key, begin, *raw);
    return {};
  });
  if (bytes) params.object.text = *bytes;
  return bytes;
}

Error as_bad_reply(Error error) {
  error.kind = Kind::bad_reply;
  error.origin = Origin::upstream;
  return error;
}

}  // namespace

Result<Message> read_message(std::string_view text, std::size_t max_depth, std::string_view* id_out) {
  Result<Message> read;  // filled in place: a message is large
  Message& message = *read;
  auto rpc = jsonrpc::parse_valid(text, max_depth,
                                  {.params = [&](json::Node& node) { return read_params_node(node, message.params); },
                                   .result = [](json::Node& node) { return node.raw(); }},
                                  id_out);
  if (!rpc) {
    read = fail(std::move(rpc.error()));
    return read;
  }
  message.rpc = std::move(*rpc);
  if (message.rpc.type == jsonrpc::Type::request) message.method = parse_method(message.rpc.method);
  return read;
}

Result<void> read_server_message(std::string_view text, Uris uris, Message& message, ResultView& result) {
  auto rpc = jsonrpc::parse(text, {.params = [&](json::Node& node) { return read_params_node(node, message.params); },
                                   .result = [&](json::Node& node) { return read_result(node, uris, result); }});
  if (!rpc) return fail(as_bad_reply(std::move(rpc.error())));
  message.rpc = std::move(*rpc);
  return {};
}

Result<Message> read_server_message(std::string_view text, Uris uris, ResultView& result) {
  Result<Message> message;
  if (auto read = read_server_message(text, uris, *message, result); !read) message = fail(std::move(read.error()));
  return message;
}

Result<Params> read_params(std::string_view text) {
  Params params;
  auto walked = json::reader().walk(text, [&](json::Node& root) -> Result<void> {
    auto bytes = read_params_node(root, params);
    if (!bytes) return fail(std::move(bytes.error()));
    return {};
  });
  if (!walked) return fail(std::move(walked.error()));
  return params;
}

}  // namespace gatehouse::mcp
