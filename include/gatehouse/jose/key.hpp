#pragma once
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/jose/algorithm.hpp>
#include <gatehouse/jose/refusal.hpp>
#include <gatehouse/json/value.hpp>

/// Public keys as issuers publish them. Rules: RFC 7517, RFC 7518 section 6, RFC 8037 section 2, RFC 8725.
namespace gatehouse::jose {

/// One public key, imported once. Copies share it; any number of threads may verify with it at once.
class Key {
 public:
  static constexpr int kMinRsaBits = 2048;
  static constexpr int kMaxRsaBits = 8192;  ///< What is longer costs more time than any issuer has a reason to ask for.

  /// RSA, P-256, P-384, P-521 or Ed25519. Errors: what is wrong, for operators: another type or curve, another purpose (`use`,
  /// `key_ops`, `alg`), a secret or private key (whoever can read the set could sign), an RSA key that is too short or too long
  /// or has a weak exponent, a point that is not on its curve.
  [[nodiscard]] static std::expected<Key, std::string> from_jwk(const json::Value& jwk);
  [[nodiscard]] static std::expected<Key, std::string> parse(std::string_view jwk);

  [[nodiscard]] const std::optional<std::string>& kid() const;
  /// True when type, curve and the key's own `alg` agree with the algorithm.
  [[nodiscard]] bool fits(Algorithm algorithm) const;
  /// RFC 7638, SHA-256, base64url.
  [[nodiscard]] const std::string& thumbprint() const;

  /// Whether `signature` is this key's signature of `text`. ECDSA signatures are r and s of the curve's size, nothing else
  /// (RFC 7518 section 3.4). False when the key does not fit the algorithm.
  [[nodiscard]] bool verifies(Algorithm algorithm, std::string_view text, std::string_view signature) const;

  struct Imported;

 private:
  explicit Key(std::shared_ptr<const Imported> imported) : imported_(std::move(imported)) {}
  std::shared_ptr<const Imported> imported_;
};

/// A key of a set that cannot be used.
struct KeyProblem {
  std::size_t position = 0;  ///< In `keys`, from 0.
  std::string kid;           ///< Or empty.
  std::string text;
};

/// The keys of one issuer. Keys of different issuers are never put into one set: `kid`s are unique per issuer only.
class KeySet {
 public:
  static constexpr std::size_t kMaxKeys = 200;

  KeySet() = default;
  explicit KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}

  /// A JWK Set. A key that cannot be used is left out and stands among the problems; the others work. Keys that say that they are
  /// not for verifying (`use`, `key_ops`) are left out without a word. Errors: what is wrong, for operators.
  [[nodiscard]] static std::expected<KeySet, std::string> parse(std::string_view json);

  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }
  [[nodiscard]] const std::vector<KeyProblem>& problems() const { return problems_; }

  /// The one key for a token. With a `kid`: the one of that name that fits. Without: the only one that fits.
  /// Errors: unknown_key, ambiguous_key, key_mismatch.
  [[nodiscard]] Verdict<const Key*> find(const std::optional<std::string>& kid, Algorithm algorithm) const;

 private:
  std::vector<Key> keys_;
  std::vector<KeyProblem> problems_;
};

}  // namespace gatehouse::jose
