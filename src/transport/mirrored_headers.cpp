#include <gatehouse/transport/mirrored_headers.hpp>

#include <algorithm>

namespace gatehouse::transport {
namespace {

std::unexpected<Error> mismatch(std::string message) {
  return fail(Kind::header_mismatch, Origin::client, std::move(message));
}

/// The only header of this name.
Result<const net::Header*> find_once(const net::RequestHead& head, std::string_view name) {
  const net::Header* found = nullptr;
  for (const net::Header& header : head.headers) {
    if (header.name.size() != name.size() || !net::equals_ignoring_case(header.name, name)) continue;
    if (found) return mismatch("The header " + std::string(name) + " is given twice.");
    found = &header;
  }
  if (!found) return mismatch("The header " + std::string(name) + " is missing; it has to repeat the body.");
  return found;
}

Result<void> check_header(const net::RequestHead& head, std::string_view name, std::string_view expected) {
  const auto header = find_once(head, name);
  if (!header) return fail(Error(header.error()));
  const std::string_view sent = (*header)->value;
  if (sent == expected && !mcp::is_encoded_header_value(sent)) return {};
  auto value = decode_header_value(sent);
  if (!value) return fail(std::move(value.error()));
  if (*value != expected) return mismatch("The header " + std::string(name) + " does not match the body.");
  return {};
}

}  // namespace

boost::container::small_vector<net::Header, 4> parameter_headers(const net::RequestHead& head) {
  constexpr std::string_view kPrefix = "Mcp-Param-";
  boost::container::small_vector<net::Header, 4> found;
  for (const net::Header& header : head.headers) {
    const bool may_be = header.name.size() > kPrefix.size() && (header.name[4] == 'P' || header.name[4] == 'p');
    const bool is_parameter = may_be && net::equals_ignoring_case(header.name.substr(0, kPrefix.size()), kPrefix);
    if (is_parameter && found.size() < kMaxParameterHeaders) found.push_back(header);
  }
  return found;
}

std::string_view mirrored_name(const mcp::Message& message) {
  switch (mcp::target_of(message.method)) {
    case mcp::Target::name: return message.params.name;
    case mcp::Target::uri: return message.params.uri;
    case mcp::Target::task: return message.params.task_id;
    default: return {};
  }
}

Result<void> check_mirrored_headers(const net::RequestHead& head, const mcp::Message& message) {
  const auto version = find_once(head, kVersionHeader);
  if (!version) return fail(Error(version.error()));
  if ((*version)->value != message.params.meta.protocol_version) {
    return mismatch("The header MCP-Protocol-Version does not match the version in _meta.");
  }
  if (auto checked = check_header(head, kMethodHeader, message.rpc.method); !checked) return checked;
  const std::string_view name = mirrored_name(message);
  // Methods of older revisions have no such header; that they do not exist is told elsewhere (TR-605).
  if (!name.data() || !mcp::exists_in(message.method, mcp::kLatest)) return {};
  return check_header(head, kNameHeader, name);
}

}  // namespace gatehouse::transport
