#include <algorithm>

#include <gatehouse/base/wall_clock.hpp>

#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/keys_place.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/table.hpp"
#include "gateway/keyfile/files.hpp"
#include "gateway/keyfile/issue.hpp"
#include "gateway/keyfile/times.hpp"
#include "gateway/keyfile/uses.hpp"

namespace gatehouse::cli {
namespace {

using identity::ApiKeyRecord;
using identity::ApiKeyUse;

/// A key with what is known about it.
struct Shown {
  const ApiKeyRecord& record;
  keyfile::State state;
  const ApiKeyUse* use;  ///< Null: never used, as far as the gateway has written it down.
};

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& one : all) text.append(text.empty() ? "" : " ").append(one);
  return text;
}

json::Value list(const std::vector<std::string>& all) {
  auto value = json::Value::array();
  for (const std::string& one : all) value.push(one);
  return value;
}

std::vector<std::string> cidrs_of(const ApiKeyRecord& record) {
  std::vector<std::string> all;
  for (const AddressRange& range : record.cidrs) all.push_back(range.str());
  return all;
}

/// Everything but the hashes.
json::Value to_json(const Shown& shown) {
  const ApiKeyRecord& record = shown.record;
  auto value = json::Value::object({{"id", record.id},
                                    {"environment", record.environment},
                                    {"name", record.name},
                                    {"description", record.description},
                                    {"owner", record.owner},
                                    {"tenant", record.tenant},
                                    {"state", keyfile::to_string(shown.state)},
                                    {"scopes", list(record.scopes)},
                                    {"roles", list(record.roles)},
                                    {"endpoints", list(record.endpoints)},
                                    {"tools", list(record.tools)},
                                    {"cidrs", list(cidrs_of(record))},
                                    {"certificates", list(record.certificates)},
                                    {"created_by", record.created_by},
                                    {"created_at", keyfile::write_time(record.created_at)},
                                    {"expires_at", keyfile::write_time(record.expires_at)},
                                    {"pepper", record.hashes.front().pepper}});
  auto attributes = json::Value::object();
  for (const auto& [name, text] : record.attributes) attributes.set(name, text);
  value.set("attributes", std::move(attributes));
  if (record.not_before) value.set("not_before", keyfile::write_time(*record.not_before));
  if (record.revoked_at) {
    value.set("revoked_at", keyfile::write_time(*record.revoked_at));
    value.set("revoke_reason", record.revoke_reason);
  }
  if (record.hashes.size() > 1 && record.hashes.back().not_after)
    value.set("old_secret_until", keyfile::write_time(*record.hashes.back().not_after));
  if (!shown.use) return value;
  value.set("last_used_at", keyfile::write_time(shown.use->last_used_at));
  auto networks = json::Value::array();
  for (const AddressRange& network : shown.use->networks) networks.push(network.str());
  value.set("networks", std::move(networks));
  if (shown.state == keyfile::State::rotating && shown.use->old_secret_until == record.hashes.back().not_after)
    value.set("old_secret_uses", shown.use->old_secret_uses);
  return value;
}

/// The day is enough for people; scripts have --json.
std::string day(mcp::WallTime time) { return keyfile::write_time(time).substr(0, 10); }

std::string last_use(const Shown& shown) {
  if (!shown.use) return "never";
  std::string text = keyfile::write_time(shown.use->last_used_at);
  text.replace(10, 1, " ").resize(16);
  const bool old_in_use = shown.state == keyfile::State::rotating && shown.use->old_secret_uses > 0 &&
                          shown.use->old_secret_until == shown.record.hashes.back().not_after;
  if (old_in_use) text += ", old secret " + std::to_string(shown.use->old_secret_uses) + "x";
  return text;
}

Row row_of(const Shown& shown) {
  const ApiKeyRecord& record = shown.record;
  return {record.id,
          record.name,
          record.owner.empty() ? "-" : record.owner,
          std::string(keyfile::to_string(shown.state)),
          day(record.expires_at),
          last_use(shown),
          joined(record.scopes),
          joined(record.roles)};
}

}  // namespace

int run_keys_list(const KeysListOptions& options) {
  const auto place = place_of(options.keys);
  if (!place) return exit_code::kUsage;
  const auto contents = keyfile::load(place->place);
  if (!contents) {
    show_problems(contents.error());
    return exit_code::kUsage;
  }
  show_warnings(contents->warnings);
  const auto text = keyfile::read_if_there(keyfile::uses_file(place->place.file));
  const keyfile::Uses uses = text ? keyfile::read_uses(*text) : keyfile::Uses();
  auto all = json::Value::array();
  std::vector<Row> rows;
  for (const ApiKeyRecord& record : contents->records) {
    const auto use = uses.find(record.id);
    const Shown shown{record, keyfile::state_of(record, contents->peppers, wall_clock()),
                      use == uses.end() ? nullptr : &use->second};
    options.keys.json ? all.push(to_json(shown)) : rows.push_back(row_of(shown));
  }
  if (options.keys.json)
    print(all.pretty() + "\n");
  else if (!rows.empty())
    print(table({{"ID"}, {"NAME", 24}, {"OWNER", 20}, {"STATE"}, {"EXPIRES"}, {"LAST USED"}, {"SCOPES", 30}, {"ROLES"}},
                rows, output_style()));
  return exit_code::kOk;
}

}  // namespace gatehouse::cli
