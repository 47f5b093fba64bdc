#include "gateway/stages/mirror.hpp"

#include <algorithm>

namespace gatehouse::stages {

const catalog::HeaderParameters* Mirror::parameters() {
  if (!std::exchange(asked_before_, true)) return call_.target.details ? &call_.target.details->headers : nullptr;
  newest_ = call_.server->lists();
  if (!newest_) return nullptr;
  const auto& tools = newest_->of(mcp::ListKind::tools);
  const auto tool = std::ranges::find(tools, call_.target.local, &catalog::Item::key);
  return tool != tools.end() && tool->details ? &tool->details->headers : nullptr;
}

Result<std::span<const net::Header>> Mirror::headers(mcp::Revision server) {
  const std::span<const net::Header> from_client = call_.in.client.parameter_headers;
  const mcp::Message& request = call_.in.request;
  if (!mcp::has_header_parameters(server) || request.method != mcp::Method::tools_call)
    return std::span<const net::Header>();
  const catalog::HeaderParameters* wanted = parameters();
  if (!wanted || wanted->empty() || call_.server->options().is_stdio()) return from_client;
  const json::Member* arguments = request.params.object.find("arguments");
  auto made = catalog::make_header_parameters(*wanted, arguments ? arguments->value : std::string_view());
  if (!made) return fail(std::move(made.error()));
  made_ = std::move(*made);
  headers_ = catalog::merge_headers(made_, from_client);
  return std::span<const net::Header>(headers_);
}

}  // namespace gatehouse::stages
