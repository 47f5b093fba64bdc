#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/jose/token.hpp>

/// Whether a verified token is an access token for us, now. Rules: RFC 7519 section 4.1, RFC 9068 section 4, RFC 8725.
namespace gatehouse::jose {

/// Wall-clock time: an argument everywhere, never asked for here.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Which `typ` an access token has.
enum class TypeRule {
  access_token,  ///< `at+jwt` (RFC 9068).
  /// For issuers that do not follow RFC 9068: none, `JWT`, or a name of their own. Still refused is every other `…+jwt` (a DPoP proof,
  /// an ID-JAG, a logout token) and `JOSE`; and a token that looks like an ID token or a security event by its claims.
  any,
};

/// What one issuer's tokens have to say.
struct ClaimRules {
  static constexpr std::chrono::seconds kMaxSkew{300};

  std::string issuer;                ///< Compared byte for byte.
  std::vector<std::string> clients;  ///< `azp` or `client_id` has to be one of these. Empty: any client.
  TypeRule typ = TypeRule::access_token;
  std::chrono::seconds skew{60};                        ///< Of clocks; at most `kMaxSkew` is granted.
  std::optional<std::chrono::seconds> max_token_age{};  ///< Since `iat`, which is required then.
};

/// What the token's sender has to prove besides having it (RFC 7800): the caller checks every member that is there.
struct Confirmation {
  std::string_view jkt;       ///< Thumbprint of the key of a DPoP proof (RFC 9449), or empty.
  std::string_view x5t_s256;  ///< SHA-256 of the client's certificate (RFC 8705), or empty.

  [[nodiscard]] bool needed() const { return !jkt.empty() || !x5t_s256.empty(); }
};

/// What was established. Views into the token; they survive a move of it.
struct CheckedClaims {
  std::string_view subject;
  std::string_view client;  ///< `client_id`, else `azp`; may be empty.
  Time expires_at;          ///< `exp`, without the allowance for skew.
  Confirmation confirmation;
};

/// `audiences`: any one of them suffices; there has to be one. REQUIRES: the token outlives the result.
/// Errors: wrong_type and everything behind it in Refusal.
[[nodiscard]] Verdict<CheckedClaims> check_claims(const Token& token, const ClaimRules& rules,
                                                  std::span<const std::string> audiences, Time now);

}  // namespace gatehouse::jose
