#include <gatehouse/jsonrpc/message.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include <gatehouse/json/text.hpp>

namespace gatehouse::jsonrpc {
namespace {

bool is_integer(std::string_view token) {
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.empty() || (token.front() == '0' && token.size() > 1)) return false;
  return std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
}

/// Collects the control members of one message. What is wrong with the message is noted, and the walk goes on: the id may
/// still come.
class Collector {
 public:
  explicit Collector(const Visitors& visitors) : visitors_(visitors) {}

  Result<void> take(std::string_view key, json::Node& value) {
    switch (key.size()) {
      case 2: return key == "id" ? take_id(value) : Result<void>{};
      case 5: return key == "error" ? take_object(kError, "error", message_.error, value, nullptr) : Result<void>{};
      case 6:
        if (key == "method") return take_method(value);
        if (key == "params") return take_object(kParams, "params", message_.params, value, &visitors_.params);
        if (key == "result") return take_object(kResult, "result", message_.result, value, &visitors_.result);
        return {};
      case 7: return key == "jsonrpc" ? take_version(value) : Result<void>{};
      default: return {};
    }
  }

  /// The id for an error reply: only one that is beyond doubt.
  [[nodiscard]] std::string_view id() const { return id_is_sure_ ? message_.id : std::string_view{}; }

  Result<Message> finish() {
    if (problem_) return fail(std::move(*problem_));
    if (!(seen_ & kVersion)) return invalid("member \"jsonrpc\" has to be \"2.0\"");
    if (seen_ & kMethod) return finish_call();
    return finish_response();
  }

 private:
  enum Seen : unsigned { kVersion = 1, kId = 2, kMethod = 4, kParams = 8, kResult = 16, kError = 32 };

  static std::unexpected<Error> invalid(std::string_view what) {
    return fail(Kind::invalid_request, Origin::client, "not a JSON-RPC 2.0 message: " + std::string(what));
  }

  Result<void> note(std::string_view what) {
    if (!problem_) problem_ = std::move(invalid(what).error());
    return {};
  }

  bool first(Seen member, std::string_view name) {
    if (seen_ & member) {
      (void)note("member \"" + std::string(name) + "\" is given twice");
      return false;
    }
    seen_ |= member;
    return true;
  }

  /// Malformed JSON ends the walk; any other failure of a visitor is noted.
  Result<void> settle(Error error) {
    if (error.kind == Kind::parse_error) return fail(std::move(error));
    if (!problem_) problem_ = std::move(error);
    return {};
  }

  Result<void> take_version(json::Node& value) {
    if (!first(kVersion, "jsonrpc")) return {};
    const auto text = value.string();
    if (!text && text.error().kind == Kind::parse_error) return fail(text.error());
    return text && *text == "2.0" ? Result<void>{} : note("member \"jsonrpc\" has to be \"2.0\"");
  }

  Result<void> take_id(json::Node& value) {
    if (!first(kId, "id")) {
      id_is_sure_ = false;
      return {};
    }
    const auto token = value.raw();
    if (!token) return fail(token.error());
    const auto type = value.type();
    if (*type == json::Type::null) {
      if (*token != "null") return fail(Kind::parse_error, Origin::client, "invalid JSON");
      return {};
    }
    if (token->size() > kMaxIdBytes) return note("the id is too long");
    if (*type == json::Type::string) {
      if (const auto text = value.string(); !text) return fail(text.error());
    } else if (!is_integer(*token)) {
      return note("the id has to be a string or an integer");
    }
    message_.id = *token;
    id_is_sure_ = true;
    return {};
  }

  Result<void> take_method(json::Node& value) {
    if (!first(kMethod, "method")) return {};
    const auto text = value.string();
    if (!text)
      return text.error().kind == Kind::parse_error ? fail(text.error()) : note("member \"method\" has to be a string");
    message_.method = *text;
    const auto token = value.raw();
    const bool in_source = token && text->data() == token->data() + 1;
    if (!in_source) {  // then the text lives only as long as the walk
      message_.unescaped_method = std::make_shared<const std::string>(*text);
      message_.method = *message_.unescaped_method;
    }
    return {};
  }

  Result<void> take_object(Seen member, std::string_view name, std::string_view& bytes, json::Node& value,
                           const FunctionRef<Result<std::string_view>(json::Node&)>* visitor) {
    if (!first(member, name)) return {};
    const auto type = value.type();
    if (*type != json::Type::object) return note("member \"" + std::string(name) + "\" has to be an object");
    auto text = visitor ? (*visitor)(value) : value.raw();
    if (!text) return settle(std::move(text.error()));
    bytes = *text;
    return {};
  }

  Result<Message> finish_call() {
    if (seen_ & (kResult | kError)) return invalid("it has a method and a result or error");
    if (seen_ & kId && message_.id.empty()) return invalid("the id of a request may not be null");
    message_.type = seen_ & kId ? Type::request : Type::notification;
    return std::move(message_);
  }

  Result<Message> finish_response() {
    if (seen_ & kParams) return invalid("it has params but no method");
    if (!(seen_ & (kResult | kError))) return invalid("it has no method, no result and no error");
    if ((seen_ & kResult) && (seen_ & kError)) return invalid("it has both a result and an error");
    if ((seen_ & kResult) && message_.id.empty()) return invalid("a result has no id");
    message_.type = Type::response;
    return std::move(message_);
  }

  const Visitors& visitors_;
  Message message_;
  unsigned seen_ = 0;
  bool id_is_sure_ = false;
  std::optional<Error> problem_;
};

using Walker = FunctionRef<Result<void>(FunctionRef<Result<void>(json::Node&)>)>;

Result<Message> parse_with(Walker walk, const Visitors& visitors, std::string_view* id_out) {
  if (id_out) *id_out = {};
  Collector collector(visitors);
  auto walked = walk([&collector](json::Node& root) -> Result<void> {
    const auto type = root.type();
    if (*type != json::Type::object) {
      return fail(Kind::invalid_request, Origin::client, "not a JSON-RPC 2.0 message: it is not an object");
    }
    auto bytes = root.members(
        [&collector](std::string_view key, const char*, json::Node& value) { return collector.take(key, value); });
    return bytes ? Result<void>{} : fail(std::move(bytes.error()));
  });
  if (!walked) return fail(std::move(walked.error()));
  if (id_out) *id_out = collector.id();
  return collector.finish();
}

}  // namespace

Result<Message> parse(std::string_view text, const Visitors& visitors, std::string_view* id_out) {
  return parse_with([text](auto visit) { return json::reader().walk(text, visit); }, visitors, id_out);
}

Result<Message> parse_valid(std::string_view text, std::size_t max_depth, const Visitors& visitors,
                            std::string_view* id_out) {
  return parse_with([=](auto visit) { return json::reader().walk_valid(text, max_depth, visit); }, visitors, id_out);
}

Result<Message> parse(std::string_view text, std::string_view* id_out) {
  const auto bytes = [](json::Node& node) { return node.raw(); };
  return parse(text, Visitors{.params = bytes, .result = bytes}, id_out);
}

bool is_batch(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[';
}

std::string error_response(std::string_view id, int code, std::string_view message, std::string_view data) {
  std::string out = R"({"jsonrpc":"2.0")";
  if (!id.empty()) out.append(R"(,"id":)").append(id);
  out.append(R"(,"error":{"code":)").append(std::to_string(code)).append(R"(,"message":)");
  json::append_string(out, message);
  if (!data.empty()) out.append(R"(,"data":)").append(data);
  out += "}}";
  return out;
}

}  // namespace gatehouse::jsonrpc
