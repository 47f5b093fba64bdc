#include <gatehouse/transport/mirrored_headers.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace gatehouse::transport {
namespace {

constexpr std::string_view kOpen = "=?base64?";
constexpr std::string_view kClose = "?=";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool looks_encoded(std::string_view value) {
  return value.size() >= kOpen.size() + kClose.size() && value.starts_with(kOpen) && value.ends_with(kClose);
}

bool is_plain(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() == ' ' || text.back() == ' ' || looks_encoded(text)) return false;
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return true;
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      out += padding ? '=' : kAlphabet[group >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

bool unbase64(std::string_view text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const auto digit = is_padding ? 0 : kAlphabet.find(text[i]);
    if (digit == std::string_view::npos) return false;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 == 3) {
      for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(group >> shift & 0xff);
      group = 0;
    }
  }
  out.resize(out.size() - padding);
  return true;
}

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
  if (sent == expected && !looks_encoded(sent)) return {};
  auto value = decode_header_value(sent);
  if (!value) return fail(std::move(value.error()));
  if (*value != expected) return mismatch("The header " + std::string(name) + " does not match the body.");
  return {};
}

}  // namespace

std::string encode_header_value(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  return std::string(kOpen) + base64(text) + std::string(kClose);
}

Result<std::string> decode_header_value(std::string_view value) {
  if (!looks_encoded(value)) return std::string(value);
  std::string text;
  if (!unbase64(value.substr(kOpen.size(), value.size() - kOpen.size() - kClose.size()), text)) {
    return mismatch("A header value is not valid Base64.");
  }
  return text;
}

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
  if (!name.data()) return {};
  return check_header(head, kNameHeader, name);
}

}  // namespace gatehouse::transport
