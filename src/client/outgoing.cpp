#include "src/client/outgoing.hpp"

#include <algorithm>

namespace gatehouse::client {
namespace {

constexpr std::string_view kOwnPrefix = "io.gatehouse/";  // our keys, never taken from a client (gateway rule 4.5)

/// `"key":value` with a comma in front of all but the first.
class Members {
 public:
  void add(std::string_view key, std::string_view value) {
    comma();
    text_.append("\"").append(key).append("\":").append(value);
  }
  void add_raw(std::string_view member) {
    comma();
    text_.append(member);
  }
  [[nodiscard]] std::string object() const { return "{" + text_ + "}"; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  void comma() {
    if (!text_.empty()) text_ += ',';
  }
  std::string text_;
};

bool is_own(const json::Member& member) { return member.key.starts_with(kOwnPrefix); }

void add_vendor_members(Members& members, const mcp::Meta& meta) {
  for (const auto& member : meta.others) {
    if (is_own(member)) continue;
    members.add_raw({member.begin, static_cast<std::size_t>(member.value.data() + member.value.size() - member.begin)});
  }
}

void add_protocol_members(Members& members, const Request& request, const Sender& sender) {
  members.add(mcp::meta_key::kProtocolVersion, json::quoted(mcp::to_string(sender.revision)));
  members.add(mcp::meta_key::kClientInfo, sender.client_info);
  members.add(mcp::meta_key::kClientCapabilities, mcp::to_json(request.capabilities, sender.revision).str());
  if (request.log_level) members.add(mcp::meta_key::kLogLevel, json::quoted(mcp::to_string(*request.log_level)));
}

/// The caller's `_meta` holds only what a legacy server may see as it is.
bool fits_legacy(const mcp::Meta& meta) {
  return !meta.protocol_version.data() && meta.client_capabilities.empty() && meta.client_info.empty() &&
         !meta.log_level.data() && meta.related_task.empty() && meta.subscription_id.empty() &&
         std::ranges::none_of(meta.others, is_own);
}

}  // namespace

Outgoing::Outgoing(std::uint64_t id, const Request& request, const Sender* sender) : id_(std::to_string(id)) {
  if (request.edits)
    params_ = *request.edits;
  else if (request.params)
    params_ = json::Splice(request.params->object.text);
  edit_meta(request, sender);
  head_.append(R"({"jsonrpc":"2.0","id":)")
      .append(id_)
      .append(R"(,"method":")")
      .append(request.method_name)
      .append("\"");
  if (!params_.source().empty()) head_.append(R"(,"params":)");
  pieces_.push_back(head_);
  params_.append_to(pieces_);
  pieces_.push_back("}");
}

void Outgoing::edit_meta(const Request& request, const Sender* sender) {
  static constexpr std::string_view kEmptyObject = "{}";
  const mcp::Meta none;
  const mcp::Meta& meta = request.params ? request.params->meta : none;
  if (!sender && fits_legacy(meta)) {
    if (!meta.progress_token.empty()) params_.replace(meta.progress_token, id_);
    return;
  }
  Members members;
  if (sender) add_protocol_members(members, request, *sender);
  if (!meta.progress_token.empty()) members.add(mcp::meta_key::kProgressToken, id_);
  add_vendor_members(members, meta);
  if (params_.source().empty()) {
    params_ = json::Splice(kEmptyObject);
    params_.insert(kEmptyObject.data() + 1, "\"_meta\":" + members.object());
  } else if (!meta.raw.empty()) {
    params_.replace(meta.raw, members.object());
  } else {
    json::rewrite_members(
        params_, request.params->object, [](const json::Member&) { return false; }, "\"_meta\":" + members.object());
  }
}

std::string Outgoing::str() const {
  std::string text;
  for (const auto piece : pieces_) text.append(piece);
  return text;
}

std::string notification_text(std::string_view method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","method":)" + json::quoted(method);
  if (!params.empty()) text.append(R"(,"params":)").append(params);
  return text += '}';
}

}  // namespace gatehouse::client
