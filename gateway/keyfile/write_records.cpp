#include <gatehouse/base/base64url.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/keyfile/records.hpp"
#include "gateway/keyfile/times.hpp"

namespace gatehouse::keyfile {
namespace {

/// JSON strings are YAML strings, whatever is in them.
std::string quoted(std::string_view text) { return json::Value(text).str(); }

class Printer {
 public:
  Printer& text(std::string_view name, std::string_view value) {
    return value.empty() ? *this : line(name, quoted(value));
  }
  Printer& time(std::string_view name, mcp::WallTime value) { return line(name, write_time(value)); }
  Printer& time(std::string_view name, const std::optional<mcp::WallTime>& value) {
    return value ? time(name, *value) : *this;
  }
  Printer& list(std::string_view name, const std::vector<std::string>& all) {
    if (all.empty()) return *this;
    std::string items;
    for (const std::string& one : all) items.append(items.empty() ? "" : ", ").append(quoted(one));
    return line(name, "[" + items + "]");
  }
  Printer& line(std::string_view name, std::string_view value) {
    out_.append(out_.empty() ? "  - " : "    ")
        .append(name)
        .append(value.empty() ? ":" : ": ")
        .append(value)
        .append("\n");
    return *this;
  }
  void item(std::string_view text) { out_.append("      ").append(text).append("\n"); }
  [[nodiscard]] std::string str() && { return std::move(out_); }

 private:
  std::string out_;
};

std::string hash_line(const identity::ApiKeyHash& hash) {
  std::string line = "- { alg: hmac-sha256, pepper: " + quoted(hash.pepper) + ", value: " +
                     quoted(to_base64url({reinterpret_cast<const char*>(hash.value.data()), hash.value.size()})) +
                     ", created_at: " + write_time(hash.created_at);
  if (hash.not_after) line += ", not_after: " + write_time(*hash.not_after);
  return line + " }";
}

std::string write_record(const identity::ApiKeyRecord& record) {
  std::vector<std::string> cidrs;
  for (const AddressRange& range : record.cidrs) cidrs.push_back(range.str());
  Printer printer;
  printer.line("id", record.id)
      .line("environment", record.environment)
      .text("name", record.name)
      .text("description", record.description)
      .text("owner", record.owner)
      .text("tenant", record.tenant)
      .list("scopes", record.scopes)
      .list("roles", record.roles)
      .list("endpoints", record.endpoints)
      .list("tools", record.tools)
      .list("cidrs", cidrs)
      .list("certificates", record.certificates);
  if (!record.attributes.empty()) {
    printer.line("attributes", "");
    for (const auto& [name, value] : record.attributes) printer.item(quoted(name) + ": " + quoted(value));
  }
  printer.text("created_by", record.created_by)
      .time("created_at", record.created_at)
      .time("not_before", record.not_before)
      .time("expires_at", record.expires_at)
      .time("revoked_at", record.revoked_at)
      .text("revoke_reason", record.revoke_reason)
      .line("hashes", "");
  for (const identity::ApiKeyHash& hash : record.hashes) printer.item(hash_line(hash));
  return std::move(printer).str();
}

}  // namespace

std::string write_records(const Records& records) {
  std::string out =
      "# API keys of Gatehouse. `gatehouse keys` writes this file anew with each change: comments are not kept.\n"
      "# A running gateway reads it again when it changes. It holds hashes, no keys.\n";
  if (records.empty()) return out + "keys: []\n";
  out += "keys:\n";
  for (const identity::ApiKeyRecord& record : records) out += write_record(record);
  return out;
}

}  // namespace gatehouse::keyfile
