#include "gateway/tasks/own_message.hpp"

#include <gatehouse/json/value.hpp>

namespace gatehouse::tasks {
namespace {

constexpr std::size_t kMaxDepth = 1000;  // what comes from a client was checked against the configured depth before

}  // namespace

Result<OwnMessage> OwnMessage::of(std::string_view text) {
  OwnMessage own;
  own.text_ = Buffer::copy_of(text);
  auto message = mcp::read_message(own.text_.view(), kMaxDepth);
  if (!message) return fail(std::move(message.error()));
  own.message_ = std::move(*message);
  return own;
}

Result<OwnMessage> OwnMessage::of(mcp::Method method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","id":0,"method":")";
  text.append(mcp::to_string(method)).append(R"(","params":)").append(params).append("}");
  return of(text);
}

std::string task_params(std::string_view id) { return R"({"taskId":)" + json::quoted(id) + "}"; }

OwnClient::OwnClient(const mcp::Client& client, bool takes_tasks)
    : who_(client.who->shared_from_this()),
      info_raw_(client.info_raw),
      address_(client.address),
      user_agent_(client.user_agent),
      client_{.revision = mcp::kLatest,
              .capabilities = client.capabilities,
              .capabilities_raw = {},
              .info_raw = info_raw_,
              .log_level = {},
              .session = {},
              .address = address_,
              .user_agent = user_agent_,
              .parameter_headers = {},
              .who = who_.get()} {
  client_.capabilities.tasks = takes_tasks;
}

Task<mcp::Reply> NobodyThere::ask(std::string_view, const json::Splice&, Cancel&) {
  co_return fail(Kind::not_bridgeable, Origin::client, "The client is not there to be asked.");
}

}  // namespace gatehouse::tasks
