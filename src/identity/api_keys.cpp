#include <gatehouse/identity/api_keys.hpp>

#include <algorithm>

#include <gatehouse/base/wildcard.hpp>

namespace gatehouse::identity {
namespace {

std::shared_ptr<const mcp::Principal> make_principal(const ApiKeyRecord& record, const ApiKeyHash& hash) {
  auto who = std::make_shared<mcp::Principal>();
  who->issuer = kApiKeyIssuer;
  who->subject = who->client_id = record.id;
  who->key = mcp::principal_key(who->issuer, who->subject);
  who->kind = mcp::PrincipalKind::service;
  who->tenant = record.tenant;
  who->scopes = record.scopes;
  who->roles = record.roles;
  for (const auto& [name, value] : record.attributes) who->claims.set(name, value);
  who->claims.set("name", record.name);
  who->claims.set("owner", record.owner);
  who->auth.method = "api_key";
  who->auth.credential_id = record.id;
  who->auth.issued_at = hash.created_at;
  who->expires_at = std::min(record.expires_at, hash.not_after.value_or(record.expires_at));
  who->ceilings = {.tools = record.tools, .endpoints = record.endpoints};
  return who;
}

bool comes_from(const std::vector<AddressRange>& ranges, std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  return parsed && std::ranges::any_of(ranges, [&](const AddressRange& range) { return range.contains(*parsed); });
}

/// Let in with the same secret, and for the same things.
bool is_same(const mcp::Principal& now, const mcp::Principal& then) {
  return now.auth.issued_at == then.auth.issued_at && now.tenant == then.tenant && now.scopes == then.scopes &&
         now.roles == then.roles && now.claims == then.claims && now.ceilings.tools == then.ceilings.tools &&
         now.ceilings.endpoints == then.ceilings.endpoints;
}

std::optional<KeyRefusal> objection(const ApiKeyRecord& record, const ApiKeyHash& hash, const KeySender& sender,
                                    mcp::WallTime now) {
  if (record.revoked_at) return KeyRefusal::revoked;
  if (record.not_before && now < *record.not_before) return KeyRefusal::not_yet_valid;
  if (now >= record.expires_at) return KeyRefusal::expired;
  if (hash.not_after && now >= *hash.not_after) return KeyRefusal::old_secret;
  if (!record.cidrs.empty() && !comes_from(record.cidrs, sender.address)) return KeyRefusal::foreign_address;
  if (!record.certificates.empty() &&
      std::ranges::find(record.certificates, sender.certificate) == record.certificates.end())
    return KeyRefusal::foreign_certificate;
  if (!record.endpoints.empty() && !matches_any_wildcards(record.endpoints, sender.endpoint))
    return KeyRefusal::foreign_endpoint;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(KeyRefusal refusal) {
  switch (refusal) {
    case KeyRefusal::malformed: return "malformed";
    case KeyRefusal::unknown: return "unknown";
    case KeyRefusal::wrong_secret: return "wrong_secret";
    case KeyRefusal::old_secret: return "old_secret";
    case KeyRefusal::revoked: return "revoked";
    case KeyRefusal::not_yet_valid: return "not_yet_valid";
    case KeyRefusal::expired: return "expired";
    case KeyRefusal::foreign_address: return "foreign_address";
    case KeyRefusal::foreign_certificate: return "foreign_certificate";
    case KeyRefusal::foreign_endpoint: return "foreign_endpoint";
  }
  return "malformed";
}

ApiKeys::ApiKeys(std::vector<ApiKeyRecord> records, Peppers peppers)
    : records_(std::move(records)), peppers_(std::move(peppers)), principals_(records_.size()) {
  for (std::size_t i = 0; i < records_.size(); ++i) {
    for (const ApiKeyHash& hash : records_[i].hashes) principals_[i].push_back(make_principal(records_[i], hash));
    places_.emplace(records_[i].id, i);
  }
}

/// Which of the record's hashes it is. Every way through takes one HMAC, for each pepper of the key if these differ.
std::optional<std::size_t> ApiKeys::hash_of(const ApiKeyRecord* record, std::string_view proof) const {
  static const ApiKeyRecord kNobody{.hashes = {ApiKeyHash{}}};
  const std::vector<ApiKeyHash>& hashes = record ? record->hashes : kNobody.hashes;
  std::optional<std::size_t> proven;
  std::string_view hashed_with;
  KeyHash sent{};
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const ApiKeyHash& stored = hashes[i];
    const Pepper* const pepper = peppers_.find(stored.pepper);
    const Pepper* const used = pepper ? pepper : peppers_.empty() ? nullptr : &peppers_.newest();
    if (used && hashed_with != used->id()) {
      sent = used->hash(proof);
      hashed_with = used->id();
    }
    const bool same = same_hash(sent, stored.value);
    if (same && pepper && record && !proven) proven = i;
  }
  return proven;
}

std::expected<ApiKeys::Proof, ApiKeys::Refused> ApiKeys::prove(std::string_view text) const {
  const auto key = parse_api_key(text);
  if (!key) return std::unexpected(Refused{KeyRefusal::malformed, {}});
  const auto found = places_.find(key->id);
  const bool is_known = found != places_.end();
  const auto hash = hash_of(is_known ? &records_[found->second] : nullptr, key->proof);
  if (!hash) return std::unexpected(Refused{is_known ? KeyRefusal::wrong_secret : KeyRefusal::unknown, key->id});
  return Proof{found->second, *hash};
}

std::expected<ApiKeys::Match, KeyRefusal> ApiKeys::check(const Proof& proof, const KeySender& sender,
                                                         mcp::WallTime now) const {
  const ApiKeyRecord& record = records_[proof.record];
  const ApiKeyHash& hash = record.hashes[proof.hash];
  if (const auto why = objection(record, hash, sender, now)) return std::unexpected(*why);
  return Match{.who = principals_[proof.record][proof.hash], .record = record, .hash = hash};
}

std::expected<ApiKeys::Match, ApiKeys::Refused> ApiKeys::verify(std::string_view text, const KeySender& sender,
                                                                mcp::WallTime now) const {
  const auto proof = prove(text);
  if (!proof) return std::unexpected(proof.error());
  const auto match = check(*proof, sender, now);
  if (!match) return std::unexpected(Refused{match.error(), parse_api_key(text)->id});
  return *match;
}

bool ApiKeys::still_good(const mcp::Principal& who, mcp::WallTime now) const {
  const auto found = places_.find(who.auth.credential_id);
  if (found == places_.end() || (who.expires_at && now >= *who.expires_at)) return false;
  return !records_[found->second].revoked_at && std::ranges::any_of(principals_[found->second], [&](const auto& one) {
    return is_same(*one, who) && now < *one->expires_at;
  });
}

std::vector<std::string> ApiKeys::orphans() const {
  std::vector<std::string> ids;
  for (const ApiKeyRecord& record : records_)
    if (std::ranges::any_of(record.hashes, [&](const ApiKeyHash& hash) { return !peppers_.find(hash.pepper); }))
      ids.push_back(record.id);
  return ids;
}

}  // namespace gatehouse::identity
