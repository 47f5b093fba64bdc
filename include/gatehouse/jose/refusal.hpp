#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

namespace gatehouse::jose {

/// Why a token is not accepted: for logs, audit and metrics. Clients are told "invalid token" and no more, so that nobody
/// learns from the answer how far a forgery got.
enum class Refusal : std::uint8_t {
  // reading
  not_signed_token,    ///< Not three parts: an opaque token, perhaps.
  encrypted,           ///< Five parts: a JWE, which nobody here can decrypt.
  too_large,           ///< Longer than the limit.
  bad_encoding,        ///< Not base64url, or not its one spelling.
  bad_json,            ///< Header or claims are no JSON object in UTF-8, repeat a member, or nest too deeply.
  bad_header,          ///< A header member of the wrong type, or no `alg`.
  critical_extension,  ///< `crit`, or `b64` that is not true: nothing of the kind is implemented.
  unknown_algorithm,   ///< `none`, HMAC, and whatever else is no `Algorithm`.
  // verifying
  algorithm_not_allowed,  ///< An algorithm that this issuer may not use.
  unknown_key,    ///< No key of this name, or no fitting key for a token that names none: a newer key set may have it.
  ambiguous_key,  ///< More than one key fits.
  key_mismatch,   ///< The named key is not for this algorithm.
  bad_signature,
  // claims
  wrong_type,           ///< `typ` says that it is no access token.
  other_kind_of_token,  ///< An ID token or security event by its claims.
  bad_claim,            ///< A registered claim is missing or of the wrong type.
  wrong_issuer,
  wrong_audience,
  wrong_client,  ///< `azp` or `client_id` is not on the list.
  expired,
  not_yet_valid,         ///< `nbf` lies ahead.
  issued_in_future,      ///< `iat` lies ahead.
  too_old,               ///< `iat` is longer ago than tokens may live here.
  unknown_confirmation,  ///< Bound to its sender in a way that cannot be checked here.
};

/// Stable lower-case words, such as `bad_signature`.
[[nodiscard]] std::string_view to_string(Refusal refusal);

template <class T>
using Verdict = std::expected<T, Refusal>;

}  // namespace gatehouse::jose
