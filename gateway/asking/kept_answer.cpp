#include "gateway/asking/kept_answer.hpp"

#include <gatehouse/mcp/result.hpp>

namespace gatehouse::asking {
namespace {

void copy_traits(const mcp::Answer& from, mcp::Answer& to) {
  to.is_error = from.is_error;
  to.error_code = from.error_code;
  to.is_tool_error = from.is_tool_error;
  to.kind = from.kind;
  to.kind_name = from.kind_name;
  to.cache = from.cache;
  to.extra_meta = from.extra_meta;
}

}  // namespace

KeptAnswer::KeptAnswer(const mcp::Reply& reply) : failed_(!reply) {
  if (failed_) {
    error_ = reply.error();
    return;
  }
  text_ = (*reply)->body.str();
  copy_traits(**reply, traits_);
}

mcp::Reply KeptAnswer::copy() const {
  if (failed_) return fail(Error(error_));
  auto answer = std::make_unique<mcp::Answer>();
  copy_traits(traits_, *answer);
  if (answer->is_error) {
    answer->storage = Buffer::copy_of(text_);
    answer->body = json::Splice(answer->storage.view());
    return answer;
  }
  answer->storage = Buffer::copy_of(R"({"jsonrpc":"2.0","id":0,"result":)" + text_ + "}");
  const auto message = mcp::read_server_message(answer->storage.view(), mcp::Uris::skip, answer->view);
  if (!message) return fail(Kind::internal, Origin::gateway, "Internal error.", message.error().message);
  answer->body = json::Splice(message->rpc.result);
  return answer;
}

}  // namespace gatehouse::asking
