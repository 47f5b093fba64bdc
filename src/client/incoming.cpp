#include "src/client/incoming.hpp"

#include <charconv>

namespace gatehouse::client {
namespace {

void read_envelope(mcp::Answer& answer) {
  const mcp::ResultView& view = answer.view;
  answer.is_tool_error = view.is_error;
  if (view.result_type.empty() || view.result_type == "complete") {
    answer.kind = mcp::ResultKind::complete;
  } else if (view.result_type == "input_required") {
    answer.kind = mcp::ResultKind::input_required;
  } else if (view.result_type == "task") {
    answer.kind = mcp::ResultKind::task;
  } else {
    answer.kind = mcp::ResultKind::extension;
    answer.kind_name = view.result_type;
  }
  if (view.ttl_ms.empty()) return;
  mcp::CacheHints hints;
  std::from_chars(view.ttl_ms.data(), view.ttl_ms.data() + view.ttl_ms.size(), hints.ttl_ms);
  hints.ttl_ms = std::max<std::int64_t>(hints.ttl_ms, 0);
  hints.scope = view.cache_scope == "public" ? mcp::CacheScope::shared : mcp::CacheScope::personal;
  answer.cache = hints;
}

}  // namespace

Result<Incoming> read_incoming(Buffer text, mcp::Uris uris) {
  Result<Incoming> incoming;  // filled in place: a message is large
  incoming->answer = std::make_unique<mcp::Answer>();
  mcp::Answer& answer = *incoming->answer;
  answer.storage = std::move(text);
  if (auto read = mcp::read_server_message(answer.storage.view(), uris, incoming->message, answer.view); !read) {
    incoming = fail(std::move(read.error()));
    return incoming;
  }
  const jsonrpc::Message& rpc = incoming->message.rpc;
  if (rpc.type != jsonrpc::Type::response) return incoming;
  if (rpc.error.empty()) {
    answer.body = json::Splice(rpc.result);
    read_envelope(answer);
    return incoming;
  }
  auto error = mcp::read_error(rpc.error);
  if (!error) {
    incoming = fail(std::move(error.error()));
    return incoming;
  }
  answer.is_error = true;
  answer.error_code = error->code;
  answer.body = json::Splice(rpc.error);
  return incoming;
}

std::uint64_t own_id(std::string_view raw) {
  std::uint64_t id = 0;
  const auto [end, status] = std::from_chars(raw.data(), raw.data() + raw.size(), id);
  return status == std::errc{} && end == raw.data() + raw.size() ? id : 0;
}

Result<void> check_answer(const mcp::Answer& answer) {
  if (answer.is_error || answer.kind != mcp::ResultKind::extension) return {};
  return fail(Kind::bad_reply, Origin::upstream, "The server answered with a result of an unknown type.",
              "resultType " + answer.kind_name);
}

}  // namespace gatehouse::client
