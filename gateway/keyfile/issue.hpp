#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/identity/pepper.hpp>

#include "gateway/keyfile/records.hpp"

/// What operators do with keys. Pure: time is an argument; only the bytes of secrets come from elsewhere.
namespace gatehouse::keyfile {

using Lifetime = std::chrono::seconds;

inline constexpr Lifetime kUsualLifetime = std::chrono::days(90);
inline constexpr Lifetime kUsualOverlap = std::chrono::days(7);

/// A key that was made. `text` exists nowhere else: it is shown once.
struct Issued {
  std::string text;
  identity::ApiKeyRecord record;
};

/// Adds a key. `wish` has everything but id, hashes and times. Errors: invalid_params (origin client).
[[nodiscard]] Result<Issued> create(Records& records, const identity::Peppers& peppers, identity::ApiKeyRecord wish,
                                    Lifetime lifetime, mcp::WallTime now);

/// Gives a key a new secret and a new lifetime; the old secret works for `overlap` more, and not longer than it would have. A secret that
/// was already being replaced stops at once. Errors: invalid_params for an unknown or revoked key.
[[nodiscard]] Result<Issued> rotate(Records& records, const identity::Peppers& peppers, std::string_view name,
                                    Lifetime lifetime, Lifetime overlap, mcp::WallTime now);

/// Ends a key. It stays in the file, so that logs can be understood. Errors: invalid_params for an unknown key or a revoked one.
[[nodiscard]] Result<identity::ApiKeyRecord> revoke(Records& records, std::string_view name, std::string reason,
                                                    mcp::WallTime now);

/// The same secret, hashed with another pepper. Nothing, if it was replaced meanwhile.
void replace_hash(Records& records, std::string_view id, const identity::KeyHash& before,
                  const identity::ApiKeyHash& after);

/// By id, or by a name that only one key has. Errors: invalid_params.
[[nodiscard]] Result<identity::ApiKeyRecord*> find_key(Records& records, std::string_view name);

enum class State { active, rotating, not_yet_valid, expired, revoked, pepper_missing };
[[nodiscard]] State state_of(const identity::ApiKeyRecord& record, const identity::Peppers& peppers, mcp::WallTime now);
[[nodiscard]] std::string_view to_string(State state);

}  // namespace gatehouse::keyfile
