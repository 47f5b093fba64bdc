#pragma once
#include <gatehouse/base/error.hpp>
#include <gatehouse/mcp/revision.hpp>

/// One table: what went wrong -> JSON-RPC code and HTTP status.
namespace gatehouse::mcp {

namespace code {
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternal = -32603;
inline constexpr int kResourceNotFound = -32002;        ///< Legacy revisions only.
inline constexpr int kUrlElicitationRequired = -32042;  ///< 2025-11-25 only.
inline constexpr int kHeaderMismatch = -32020;          ///< 2026-07-28.
inline constexpr int kMissingCapability = -32021;       ///< 2026-07-28.
inline constexpr int kUnsupportedVersion = -32022;      ///< 2026-07-28.
// Gatehouse's own, outside the reserved range as 2026-07-28 basic/index recommends. Explained in docs/errors.md.
inline constexpr int kUnavailable = -31001;
inline constexpr int kTimedOut = -31002;
inline constexpr int kNotBridgeable = -31003;
inline constexpr int kStateLost = -31004;
inline constexpr int kInputRefused = -31005;
inline constexpr int kDenied = -31006;
inline constexpr int kLimitExceeded = -31007;
inline constexpr int kUnauthenticated = -31010;
inline constexpr int kInvalidCredential = -31011;
inline constexpr int kLoginTooWeak = -31013;
inline constexpr int kInsufficientScope = -31014;
inline constexpr int kVerifierUnavailable = -31015;
inline constexpr int kBadCredentialForm = -31016;
}  // namespace code

struct WireError {
  int code;
  int http_status;
};

/// The code a client of `revision` gets for a failure of this kind, and the HTTP status that goes with it.
/// Modern statuses: 2026-07-28 basic/transports/streamable-http, "Server Validation"; everything that is not fixed there or by
/// HTTP itself travels with 200.
[[nodiscard]] WireError wire_error(Kind kind, Revision revision);

/// True for codes that only a modern server gives (era detection, TR-623, TR-626).
[[nodiscard]] constexpr bool is_modern_only(int c) {
  return c == code::kHeaderMismatch || c == code::kMissingCapability || c == code::kUnsupportedVersion;
}

}  // namespace gatehouse::mcp
