#pragma once
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/net/http1.hpp>

/// Finding the one credential of a request. Nothing here decides whether it is good.
namespace gatehouse::identity {

enum class CredentialForm {
  none,
  bearer,       ///< `Authorization: Bearer`
  api_key,      ///< `X-API-Key`, or a bearer token that begins as our keys do
  unsupported,  ///< another scheme of `Authorization`
};

struct Credential {
  CredentialForm form = CredentialForm::none;
  std::string_view text;  ///< Into the head. A secret: never logged.
};

inline constexpr std::string_view kApiKeyHeader = "X-API-Key";
inline constexpr std::string_view kApiKeyPrefix = "gatek_";
inline constexpr std::size_t kMaxCredentialBytes = 16u << 10;

/// Exactly one credential, or none. Errors: bad_credential_form for two of them, for one in the query (which is never looked at), for
/// one that is too long or has characters that no token has. Rule: RS-40 to RS-42, RS-44; RFC 6750 section 2.
[[nodiscard]] Result<Credential> find_credential(const net::RequestHead& head);

}  // namespace gatehouse::identity
