#include "gateway/keyfile/issue.hpp"

#include <algorithm>

namespace gatehouse::keyfile {
namespace {

using identity::ApiKeyHash;
using identity::ApiKeyRecord;

std::unexpected<Error> wrong(std::string message) {
  return fail(Kind::invalid_params, Origin::client, std::move(message));
}

ApiKeyHash hash_of(std::string_view key, const identity::Pepper& pepper, mcp::WallTime now) {
  return {.pepper = pepper.id(),
          .value = pepper.hash(identity::parse_api_key(key)->proof),
          .created_at = now,
          .not_after = {}};
}

std::string fresh_id(const Records& records) {
  for (;;) {
    std::string id = identity::make_api_key_id();
    if (std::ranges::find(records, id, &ApiKeyRecord::id) == records.end()) return id;
  }
}

}  // namespace

Result<Issued> create(Records& records, const identity::Peppers& peppers, ApiKeyRecord wish, Lifetime lifetime,
                      mcp::WallTime now) {
  if (wish.name.empty()) return wrong("a key needs a name");
  if (std::ranges::any_of(records, [&](const ApiKeyRecord& one) { return one.name == wish.name && !one.revoked_at; }))
    return wrong("there is a key '" + wish.name + "' already; rotate it, revoke it, or take another name");
  wish.id = fresh_id(records);
  std::string text = identity::make_api_key(wish.environment, wish.id);
  wish.hashes = {hash_of(text, peppers.newest(), now)};
  wish.created_at = now;
  wish.expires_at = now + lifetime;
  records.push_back(wish);
  return Issued{std::move(text), std::move(wish)};
}

Result<Issued> rotate(Records& records, const identity::Peppers& peppers, std::string_view name, Lifetime lifetime,
                      Lifetime overlap, mcp::WallTime now) {
  const auto found = find_key(records, name);
  if (!found) return fail(found.error());
  ApiKeyRecord& record = **found;
  if (record.revoked_at) return wrong("key '" + record.id + "' is revoked: create another one");
  std::string text = identity::make_api_key(record.environment, record.id);
  ApiKeyHash old = record.hashes.front();
  old.not_after = std::min(now + overlap, record.expires_at);
  record.hashes = {hash_of(text, peppers.newest(), now)};
  if (*old.not_after > now) record.hashes.push_back(std::move(old));
  record.expires_at = now + lifetime;
  return Issued{std::move(text), record};
}

Result<ApiKeyRecord> revoke(Records& records, std::string_view name, std::string reason, mcp::WallTime now) {
  const auto found = find_key(records, name);
  if (!found) return fail(found.error());
  ApiKeyRecord& record = **found;
  if (record.revoked_at) return wrong("key '" + record.id + "' is revoked already");
  record.revoked_at = now;
  record.revoke_reason = std::move(reason);
  return record;
}

void replace_hash(Records& records, std::string_view id, const identity::KeyHash& before, const ApiKeyHash& after) {
  const auto record = std::ranges::find(records, id, &ApiKeyRecord::id);
  if (record == records.end()) return;
  for (ApiKeyHash& hash : record->hashes) {
    if (hash.value != before) continue;
    hash.pepper = after.pepper;
    hash.value = after.value;
  }
}

Result<ApiKeyRecord*> find_key(Records& records, std::string_view name) {
  const auto by_id = std::ranges::find(records, name, &ApiKeyRecord::id);
  if (by_id != records.end()) return &*by_id;
  ApiKeyRecord* found = nullptr;
  bool several = false;
  for (ApiKeyRecord& record : records) {
    if (record.name != name) continue;
    // Of keys with one name, the one that is not revoked is meant.
    several = found && !found->revoked_at && !record.revoked_at;
    if (several) break;
    if (!found || found->revoked_at) found = &record;
  }
  if (several) return wrong("several keys are called '" + std::string(name) + "': say the id");
  if (!found) return wrong("there is no key '" + std::string(name) + "'");
  return found;
}

State state_of(const ApiKeyRecord& record, const identity::Peppers& peppers, mcp::WallTime now) {
  if (record.revoked_at) return State::revoked;
  if (now >= record.expires_at) return State::expired;
  if (!peppers.find(record.hashes.front().pepper)) return State::pepper_missing;
  if (record.not_before && now < *record.not_before) return State::not_yet_valid;
  const auto is_old = [now](const ApiKeyHash& hash) { return hash.not_after && now < *hash.not_after; };
  return std::ranges::any_of(record.hashes, is_old) ? State::rotating : State::active;
}

std::string_view to_string(State state) {
  switch (state) {
    case State::active: return "active";
    case State::rotating: return "rotating";
    case State::not_yet_valid: return "not yet valid";
    case State::expired: return "expired";
    case State::revoked: return "revoked";
    case State::pepper_missing: return "pepper missing";
  }
  return "active";
}

}  // namespace gatehouse::keyfile
