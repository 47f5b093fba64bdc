#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/jose/key.hpp>

/// Signed tokens (compact JWS with JSON claims). Rules: RFC 7515, RFC 7519, RFC 8725.
namespace gatehouse::jose {

/// What of the header matters. `jku`, `x5u`, `jwk` and `x5c` are not looked at: a token does not bring the key it is
/// verified with.
struct Header {
  Algorithm algorithm{};
  std::optional<std::string> kid;
  std::string typ;  ///< As written, or empty.
};

/// A token whose signature is right. Nothing is said yet about its claims: see claims.hpp.
struct Token {
  Header header;
  json::Value claims;  ///< An object.
};

struct ReadLimits {
  std::size_t max_bytes = 16 * 1024;
  std::size_t max_depth = 32;
};

/// A token that anybody may have made. It tells what is needed to find the keys, and only `verify` takes the claims out.
class UnverifiedToken {
 public:
  /// Three parts, each in the one spelling of base64url, header and claims JSON objects without repeated members.
  /// REQUIRES: `text` outlives the object.
  [[nodiscard]] static Verdict<UnverifiedToken> read(std::string_view text, const ReadLimits& limits = {});

  [[nodiscard]] const Header& header() const { return header_; }
  /// `iss` as claimed, or empty: for choosing the key set and nothing else.
  [[nodiscard]] std::string_view unverified_issuer() const { return claims_.text("iss"); }

 private:
  friend Verdict<Token> verify(UnverifiedToken&& token, const KeySet& keys, Algorithms allowed);
  UnverifiedToken() = default;

  Header header_;
  json::Value claims_;
  std::string_view signed_part_;
  std::string signature_;
};

/// Checks the signature with the issuer's keys. On a refusal the token stays as it was: after unknown_key it may be tried once more
/// with newer keys. Errors: algorithm_not_allowed, unknown_key, ambiguous_key, key_mismatch, bad_signature.
[[nodiscard]] Verdict<Token> verify(UnverifiedToken&& token, const KeySet& keys, Algorithms allowed);
/// Both steps, where there is one issuer only.
[[nodiscard]] Verdict<Token> verify(std::string_view text, const KeySet& keys, Algorithms allowed,
                                    const ReadLimits& limits = {});

}  // namespace gatehouse::jose
