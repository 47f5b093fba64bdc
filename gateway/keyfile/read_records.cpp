#include <algorithm>
#include <array>
#include <set>

#include <gatehouse/base/base64url.hpp>

#include "gateway/config/reading.hpp"
#include "gateway/keyfile/records.hpp"
#include "gateway/keyfile/times.hpp"

namespace gatehouse::keyfile {
namespace {

using config::Node;
using identity::ApiKeyHash;
using identity::ApiKeyRecord;

/// Reads values and collects what is wrong with them. `path` says where.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void problem(int line, const std::string& path, std::string message) {
    problems_.push_back({file_, line, path, std::move(message)});
  }
  bool text(const Node& node, const std::string& path, std::string& out) {
    if (!node.is_scalar()) return problem(node.line, path, "must be text, not " + kind(node)), false;
    out = node.text;
    return true;
  }
  void time(const Node& node, const std::string& path, mcp::WallTime& out) {
    std::string word;
    if (!text(node, path, word)) return;
    const auto read = read_time(word);
    if (!read) return problem(node.line, path, "must be a time in UTC like 2026-11-27T09:30:00Z");
    out = *read;
  }
  void time(const Node& node, const std::string& path, std::optional<mcp::WallTime>& out) {
    time(node, path, out.emplace());
  }
  void texts(const Node& node, const std::string& path, std::vector<std::string>& out) {
    items(node, path,
          [&](const Node& item, const std::string& item_path) { text(item, item_path, out.emplace_back()); });
  }
  void ranges(const Node& node, const std::string& path, std::vector<AddressRange>& out) {
    items(node, path, [&](const Node& item, const std::string& item_path) {
      std::string word;
      if (!text(item, item_path, word)) return;
      const auto range = AddressRange::parse(word);
      if (!range) return problem(item.line, item_path, "must be a network like 10.0.0.0/8 or 2001:db8::/32");
      out.push_back(*range);
    });
  }
  template <class Visit>
  void items(const Node& node, const std::string& path, Visit visit) {
    if (node.kind == Node::Kind::null) return;
    if (!node.is_list()) return problem(node.line, path, "must be a list, not " + kind(node));
    for (std::size_t i = 0; i < node.items.size(); ++i) visit(node.items[i], path + "[" + std::to_string(i) + "]");
  }
  /// Of a list that restricts a key: an empty one would restrict nothing, which cannot be what was meant by writing it down.
  void restriction(const Node& node, int line, const std::string& path) {
    if (node.kind == Node::Kind::null || (node.is_list() && node.items.empty()))
      problem(line, path, "is empty, which would be as if it was not there; name something, or leave it out");
  }
  /// A map whose members `visit` knows: it returns false for others.
  template <class Visit>
  void members(const Node& node, const std::string& path, Visit visit) {
    if (!node.is_map()) return problem(node.line, path, "must be a map, not " + kind(node));
    std::set<std::string_view> seen;
    for (const config::Member& member : node.members) {
      const std::string member_path = config::key_path(path, member.key);
      if (!seen.insert(member.key).second) {
        problem(member.line, member_path, "stands here twice");
      } else if (!visit(member, member_path)) {
        problem(member.line, member_path, "unknown key");
      }
    }
  }

  [[nodiscard]] config::Problems& problems() { return problems_; }

 private:
  static std::string kind(const Node& node) { return std::string(config::kind_name(node)); }

  const std::string& file_;
  config::Problems problems_;
};

void read_hash(Reader& reader, const Node& node, const std::string& path, ApiKeyHash& hash) {
  std::string algorithm, value;
  reader.members(node, path, [&](const config::Member& member, const std::string& at) {
    if (member.key == "alg") return reader.text(member.value, at, algorithm), true;
    if (member.key == "pepper") return reader.text(member.value, at, hash.pepper), true;
    if (member.key == "value") return reader.text(member.value, at, value), true;
    if (member.key == "created_at") return reader.time(member.value, at, hash.created_at), true;
    if (member.key == "not_after") return reader.time(member.value, at, hash.not_after), true;
    return false;
  });
  if (algorithm != "hmac-sha256") reader.problem(node.line, path, "alg must be hmac-sha256");
  if (hash.pepper.empty()) reader.problem(node.line, path, "pepper is missing");
  const auto bytes = from_base64url(value);
  if (!bytes || bytes->size() != hash.value.size())
    return reader.problem(node.line, path, "value must be 32 bytes in base64url");
  std::copy(bytes->begin(), bytes->end(), hash.value.begin());
}

void read_attributes(Reader& reader, const Node& node, const std::string& path, ApiKeyRecord& record) {
  reader.members(node, path, [&](const config::Member& member, const std::string& at) {
    record.attributes.emplace_back(member.key, std::string());
    return reader.text(member.value, at, record.attributes.back().second), true;
  });
}

struct TextKey {
  std::string_view name;
  std::string ApiKeyRecord::* field;
};
constexpr std::array kTexts = {TextKey{"id", &ApiKeyRecord::id},
                               TextKey{"environment", &ApiKeyRecord::environment},
                               TextKey{"name", &ApiKeyRecord::name},
                               TextKey{"description", &ApiKeyRecord::description},
                               TextKey{"owner", &ApiKeyRecord::owner},
                               TextKey{"tenant", &ApiKeyRecord::tenant},
                               TextKey{"created_by", &ApiKeyRecord::created_by},
                               TextKey{"revoke_reason", &ApiKeyRecord::revoke_reason}};
struct ListKey {
  std::string_view name;
  std::vector<std::string> ApiKeyRecord::* field;
};
constexpr std::array kLists = {ListKey{"scopes", &ApiKeyRecord::scopes}, ListKey{"roles", &ApiKeyRecord::roles},
                               ListKey{"endpoints", &ApiKeyRecord::endpoints}, ListKey{"tools", &ApiKeyRecord::tools},
                               ListKey{"certificates", &ApiKeyRecord::certificates}};

constexpr std::array<std::string_view, 4> kRestrictions = {"endpoints", "tools", "cidrs", "certificates"};

bool read_member(Reader& reader, const config::Member& member, const std::string& at, ApiKeyRecord& record) {
  const Node& value = member.value;
  if (std::ranges::find(kRestrictions, member.key) != kRestrictions.end()) reader.restriction(value, member.line, at);
  if (const auto* key = std::ranges::find(kTexts, member.key, &TextKey::name); key != kTexts.end())
    return reader.text(value, at, record.*key->field), true;
  if (const auto* key = std::ranges::find(kLists, member.key, &ListKey::name); key != kLists.end())
    return reader.texts(value, at, record.*key->field), true;
  if (member.key == "cidrs") return reader.ranges(value, at, record.cidrs), true;
  if (member.key == "attributes") return read_attributes(reader, value, at, record), true;
  if (member.key == "not_before") return reader.time(value, at, record.not_before), true;
  if (member.key == "expires_at") return reader.time(value, at, record.expires_at), true;
  if (member.key == "created_at") return reader.time(value, at, record.created_at), true;
  if (member.key == "revoked_at") return reader.time(value, at, record.revoked_at), true;
  if (member.key != "hashes") return false;
  reader.items(value, at, [&](const Node& item, const std::string& item_path) {
    read_hash(reader, item, item_path, record.hashes.emplace_back());
  });
  return true;
}

ApiKeyRecord read_record(Reader& reader, const Node& node, const std::string& path) {
  ApiKeyRecord record;
  reader.members(node, path, [&](const config::Member& member, const std::string& at) {
    return read_member(reader, member, at, record);
  });
  if (!identity::is_api_key_id(record.id)) reader.problem(node.line, path, "id must be 12 of a-z and 2-7");
  if (record.environment != "live" && record.environment != "test")
    reader.problem(node.line, path, "environment must be live or test");
  if (record.expires_at == mcp::WallTime()) reader.problem(node.line, path, "expires_at is missing: every key expires");
  if (record.hashes.empty() || record.hashes.size() > 2)
    reader.problem(node.line, path, "needs one hash, or two while it is rotated");
  return record;
}

}  // namespace

std::expected<Records, config::Problems> read_records(std::string_view text, const std::string& file_name) {
  auto tree = config::read_yaml(text);
  if (!tree) {
    tree.error().file = file_name;
    return std::unexpected(config::Problems{std::move(tree.error())});
  }
  Reader reader(file_name);
  Records records;
  std::set<std::string> ids;
  if (tree->kind == Node::Kind::null) return records;
  reader.members(*tree, "", [&](const config::Member& member, const std::string& path) {
    if (member.key != "keys") return false;
    reader.items(member.value, path, [&](const Node& item, const std::string& at) {
      records.push_back(read_record(reader, item, at));
      if (!ids.insert(records.back().id).second) reader.problem(item.line, at, "another key has the same id");
    });
    return true;
  });
  if (!reader.problems().empty()) return std::unexpected(std::move(reader.problems()));
  return records;
}

}  // namespace gatehouse::keyfile
