#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>

/// What a refusal says beside its code: a name, by which its line in the log is found, and the limit that it is about. Both stand in the
/// error's `data`, for clients of every transport; HTTP repeats them in headers. Only refusals pay for it.
namespace gatehouse::mcp {

/// Kinds of errors about who asks, what he may, and how much: somebody will ask an operator about them.
[[nodiscard]] bool is_about_access(Kind kind);

/// 16 hexadecimal digits that nobody can foresee; never the same ones again in practice. Nothing that a client sent is part of it.
[[nodiscard]] std::string new_refusal_name();
/// The error's name, `data.requestId`; if it has none, it gets `name`, or a new one. Empty only for `data` that is no JSON object.
/// Rule: RS-34.
std::string name_refusal(Error& error, std::string_view name = {});

/// Values of headers; empty: the response has no such header.
struct RefusalHeaders {
  std::string request_id;         ///< `X-Request-Id`
  std::string rate_limit_policy;  ///< `RateLimit-Policy`
  std::string rate_limit;         ///< `RateLimit`
};
/// What `data` of an error about access says, in HTTP's words: `requestId`, and of a limit `limit`, `quota`, `windowMs` (none: so many at a
/// time) and `retryAfterMs`. A limit whose name cannot stand in a header is left out.
/// Rule: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4; RFC 9651, section 3.3.
[[nodiscard]] RefusalHeaders refusal_headers(const Error& error);

}  // namespace gatehouse::mcp
