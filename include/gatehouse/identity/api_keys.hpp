#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <gatehouse/base/address_range.hpp>
#include <gatehouse/identity/api_key_text.hpp>
#include <gatehouse/identity/pepper.hpp>
#include <gatehouse/mcp/principal.hpp>

/// API keys as they are stored, and whether one that was presented is good. Pure: no clock, no I/O.
namespace gatehouse::identity {

/// One secret of a key. A key has two while it is rotated.
struct ApiKeyHash {
  std::string pepper;  ///< Pepper::id
  KeyHash value{};     ///< Of ApiKeyText::proof.
  mcp::WallTime created_at{};
  std::optional<mcp::WallTime> not_after;  ///< When an old secret stops working; none: with the key.
};

struct ApiKeyRecord {
  std::string id;           ///< is_api_key_id
  std::string environment;  ///< "live" or "test"
  std::string name, description, owner, tenant;
  std::vector<ApiKeyHash> hashes;  ///< One or two, newest first.
  std::vector<std::string> scopes, roles;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< Become claims of the principal.
  // -- what the key itself rules out; empty: nothing
  std::vector<std::string> endpoints;     ///< Globs of endpoint paths.
  std::vector<std::string> tools;         ///< Globs of `server.tool`.
  std::vector<AddressRange> cidrs;        ///< Where it may be used from.
  std::vector<std::string> certificates;  ///< SHA-256 thumbprints (base64url) of client certificates it may be used with.
  // -- when it is good
  std::optional<mcp::WallTime> not_before;
  mcp::WallTime expires_at{};
  std::string created_by;
  mcp::WallTime created_at{};
  std::optional<mcp::WallTime> revoked_at;
  std::string revoke_reason;
};

inline constexpr std::string_view kApiKeyIssuer = "gatehouse:api-keys";  ///< Issuer of principals with a key.

/// Where a key was presented.
struct KeySender {
  std::string_view address;      ///< Of the peer, without port.
  std::string_view endpoint;     ///< Path.
  std::string_view certificate;  ///< Thumbprint of the client certificate of the connection, or empty.
};

/// Why a key is refused: for logs and metrics. Clients are told that it is not valid, and no more.
enum class KeyRefusal {
  malformed,     ///< No key, or a typo.
  unknown,       ///< No such id.
  wrong_secret,  ///< The id exists, the secret is another.
  old_secret,    ///< Replaced by a rotation whose overlap is over.
  revoked,
  not_yet_valid,
  expired,
  foreign_address,      ///< Not from a network that the key may be used in.
  foreign_certificate,  ///< Not with the certificate that the key needs.
  foreign_endpoint,  ///< Not for this endpoint. Clients may know: whoever holds the key sees that it works elsewhere.
};
[[nodiscard]] std::string_view to_string(KeyRefusal refusal);

/// Something for each key, by its id.
struct ApiKeyIdHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
};
template <class Value>
using ApiKeyTable = std::unordered_map<std::string, Value, ApiKeyIdHash, std::equal_to<>>;

class ApiKeys {
 public:
  struct Match {
    const std::shared_ptr<const mcp::Principal>& who;  ///< Made once for each secret, and shared.
    const ApiKeyRecord& record;
    const ApiKeyHash& hash;

    /// Works until the overlap of a rotation ends.
    [[nodiscard]] bool is_old_secret() const { return hash.not_after.has_value(); }
  };
  struct Refused {
    KeyRefusal why;
    std::string_view id;  ///< Into the presented text; empty: it has none.
  };

  ApiKeys() = default;
  /// A hash whose pepper is not among `peppers` verifies nothing; see `orphans`. REQUIRES: ids differ.
  ApiKeys(std::vector<ApiKeyRecord> records, Peppers peppers);

  /// That a text is a secret of a key. Says nothing about whether that key may be used; good for as long as these ApiKeys are there.
  struct Proof {
    std::size_t record = 0, hash = 0;
  };
  /// Takes one HMAC, whether the id exists or not, and no memory. A text without a valid checksum takes none: it says nothing about
  /// which keys exist.
  [[nodiscard]] std::expected<Proof, Refused> prove(std::string_view text) const;
  /// Whether the key may be used: everything but the secret, which whoever asks has proven. REQUIRES: `proof` is of these ApiKeys.
  [[nodiscard]] std::expected<Match, KeyRefusal> check(const Proof& proof, const KeySender& sender,
                                                       mcp::WallTime now) const;
  /// Both.
  [[nodiscard]] std::expected<Match, Refused> verify(std::string_view text, const KeySender& sender,
                                                     mcp::WallTime now) const;
  /// Whether somebody who was let in may stay: his secret is still one of the key's, and gives him what it gave him then.
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const;

  [[nodiscard]] const std::vector<ApiKeyRecord>& records() const { return records_; }
  [[nodiscard]] const Peppers& peppers() const { return peppers_; }
  /// Ids of keys with a hash whose pepper is missing.
  [[nodiscard]] std::vector<std::string> orphans() const;

 private:
  using Principals = std::vector<std::shared_ptr<const mcp::Principal>>;
  [[nodiscard]] std::optional<std::size_t> hash_of(const ApiKeyRecord* record, std::string_view proof) const;

  std::vector<ApiKeyRecord> records_;
  Peppers peppers_;
  std::vector<Principals> principals_;  // of each record, one for each hash
  ApiKeyTable<std::size_t> places_;     // of records, by id
};

}  // namespace gatehouse::identity
