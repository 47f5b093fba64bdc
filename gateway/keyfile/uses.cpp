#include "gateway/keyfile/uses.hpp"

#include <algorithm>
#include <set>

#include <gatehouse/json/value.hpp>

#include "gateway/keyfile/files.hpp"
#include "gateway/keyfile/times.hpp"

namespace gatehouse::keyfile {
namespace {

using identity::ApiKeyUse;

json::Value to_json(const ApiKeyUse& use) {
  auto networks = json::Value::array();
  for (const AddressRange& network : use.networks) networks.push(network.str());
  auto value = json::Value::object({{"last_used_at", write_time(use.last_used_at)}, {"networks", std::move(networks)}});
  if (use.old_secret_uses > 0) {
    value.set("old_secret_uses", use.old_secret_uses);
    value.set("old_secret_used_at", write_time(use.old_secret_used_at));
    value.set("old_secret_until", write_time(use.old_secret_until));
  }
  return value;
}

ApiKeyUse from_json(const json::Value& value) {
  ApiKeyUse use;
  use.last_used_at = read_time(value.text("last_used_at")).value_or(mcp::WallTime());
  use.old_secret_used_at = read_time(value.text("old_secret_used_at")).value_or(mcp::WallTime());
  use.old_secret_until = read_time(value.text("old_secret_until")).value_or(mcp::WallTime());
  if (const json::Value* count = value.find("old_secret_uses"))
    use.old_secret_uses = static_cast<std::uint64_t>(std::max<std::int64_t>(0, count->as_int().value_or(0)));
  const json::Value* networks = value.find("networks");
  if (!networks || !networks->is_array()) return use;
  for (const json::Value& one : *networks->as_array()) {
    const auto range = one.as_string() ? AddressRange::parse(*one.as_string()) : std::nullopt;
    if (range && use.networks.size() < ApiKeyUse::kMaxNetworks) use.networks.push_back(*range);
  }
  return use;
}

/// Both were seen by somebody.
void take_in(ApiKeyUse& use, const ApiKeyUse& other) {
  use.last_used_at = std::max(use.last_used_at, other.last_used_at);
  if (other.old_secret_until > use.old_secret_until) use.old_secret_uses = 0;
  if (other.old_secret_until >= use.old_secret_until) {
    use.old_secret_uses = std::max(use.old_secret_uses, other.old_secret_uses);
    use.old_secret_used_at = std::max(use.old_secret_used_at, other.old_secret_used_at);
    use.old_secret_until = other.old_secret_until;
  }
  for (const AddressRange& network : other.networks)
    if (std::ranges::find(use.networks, network) == use.networks.end()) use.networks.push_back(network);
  if (use.networks.size() > ApiKeyUse::kMaxNetworks)
    use.networks.erase(use.networks.begin(), use.networks.end() - ApiKeyUse::kMaxNetworks);
}

}  // namespace

std::string uses_file(const std::string& key_file) { return key_file + ".used"; }

Uses read_uses(std::string_view text) {
  Uses uses;
  const auto value = json::parse(text);
  if (!value || !value->is_object()) return uses;
  for (const auto& [id, use] : *value->as_object()) uses.emplace(id, from_json(use));
  return uses;
}

std::string write_uses(const Uses& uses) {
  json::Value::Object members;
  for (const auto& [id, use] : uses) members.emplace_back(id, to_json(use));
  return json::Value(std::move(members)).pretty() + "\n";
}

Result<void> merge_uses(const std::string& key_file, const Uses& newer,
                        const std::vector<identity::ApiKeyRecord>& kept) {
  const std::string file = uses_file(key_file);
  auto lock = Lock::take(file);
  if (!lock) return fail(std::move(lock.error()));
  const auto text = read_if_there(file);
  if (!text) return fail(text.error());
  Uses uses = read_uses(*text);
  for (const auto& [id, use] : newer) take_in(uses[id], use);
  std::set<std::string_view> ids;
  for (const identity::ApiKeyRecord& record : kept) ids.insert(record.id);
  std::erase_if(uses, [&](const auto& entry) { return !ids.contains(entry.first); });
  return replace_file(file, write_uses(uses));
}

}  // namespace gatehouse::keyfile
