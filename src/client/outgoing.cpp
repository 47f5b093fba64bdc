#include "src/client/outgoing.hpp"

#include <algorithm>

namespace gatehouse::client {
namespace {

constexpr std::string_view kOwnPrefix = "io.gatehouse/";  // our keys, never taken from a client (gateway rule 4.5)

/// The member `"_meta":{…}`. One at a time: it is put together in memory that the thread keeps.
class MetaMember {
 public:
  MetaMember() : text_(scratch()) { text_.assign(kOpening); }
  ~MetaMember() {
    if (text_.capacity() > kKept) std::string().swap(text_);
  }
  MetaMember(const MetaMember&) = delete;
  MetaMember& operator=(const MetaMember&) = delete;
  void add(std::string_view key, std::string_view value) {
    comma();
    text_.append("\"").append(key).append("\":").append(value);
  }
  void add_raw(std::string_view members) {
    comma();
    text_.append(members);
  }
  void close() { text_ += '}'; }

  [[nodiscard]] std::string_view member() const { return text_; }
  [[nodiscard]] std::string_view object() const { return member().substr(kOpening.size() - 1); }

 private:
  static constexpr std::string_view kOpening = "\"_meta\":{";
  static constexpr std::size_t kKept = 4096;
  static std::string& scratch() {
    thread_local std::string text;
    return text;
  }
  void comma() {
    if (text_.back() != '{') text_ += ',';
  }
  std::string& text_;
};

bool stays_here(const json::Member& member, const Request& request) {
  return member.key.starts_with(kOwnPrefix) || (request.withheld_meta && (*request.withheld_meta)(member.key));
}

void add_vendor_members(MetaMember& members, const mcp::Meta& meta, const Request& request) {
  for (const auto& member : meta.others) {
    if (stays_here(member, request)) continue;
    members.add_raw({member.begin, static_cast<std::size_t>(member.value.data() + member.value.size() - member.begin)});
  }
}

void add_protocol_members(MetaMember& members, const Request& request, const Sender& sender) {
  members.add_raw(sender.members(request.capabilities));
  if (request.log_level) members.add(mcp::meta_key::kLogLevel, json::quoted(mcp::to_string(*request.log_level)));
}

/// The caller's `_meta` holds only what a legacy server may see as it is.
bool fits_legacy(const mcp::Meta& meta, const Request& request) {
  return !meta.protocol_version.data() && meta.client_capabilities.empty() && meta.client_info.empty() &&
         !meta.log_level.data() && meta.related_task.empty() && meta.subscription_id.empty() &&
         std::ranges::none_of(meta.others, [&](const json::Member& member) { return stays_here(member, request); });
}

}  // namespace

Sender::Sender(std::string info, mcp::Revision spoken) : client_info(std::move(info)), revision(spoken) {}

std::string_view Sender::members(const mcp::ClientCapabilities& capabilities) const {
  if (members_.empty() || capabilities != last_) {
    members_.clear();
    const auto add = [this](std::string_view key, std::string_view value) {
      members_.append(members_.empty() ? "\"" : ",\"").append(key).append("\":").append(value);
    };
    add(mcp::meta_key::kProtocolVersion, json::quoted(mcp::to_string(revision)));
    add(mcp::meta_key::kClientInfo, client_info);
    add(mcp::meta_key::kClientCapabilities, mcp::to_json(capabilities, revision).str());
    last_ = capabilities;
  }
  return members_;
}

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
  pieces_.push_back(head_.view());
  params_.append_to(pieces_);
  pieces_.push_back("}");
}

void Outgoing::edit_meta(const Request& request, const Sender* sender) {
  static constexpr std::string_view kEmptyObject = "{}";
  const mcp::Meta none;
  const mcp::Meta& meta = request.params ? request.params->meta : none;
  if (!sender && fits_legacy(meta, request)) {
    if (!meta.progress_token.empty()) params_.replace(meta.progress_token, id_);
    return;
  }
  MetaMember own;
  if (sender) add_protocol_members(own, request, *sender);
  if (!meta.progress_token.empty()) own.add(mcp::meta_key::kProgressToken, id_);
  add_vendor_members(own, meta, request);
  own.close();
  if (params_.source().empty()) {
    params_ = json::Splice(kEmptyObject);
    params_.insert(kEmptyObject.data() + 1, own.member());
  } else if (!meta.raw.empty()) {
    params_.replace(meta.raw, own.object());
  } else {
    json::rewrite_members(params_, request.params->object, [](const json::Member&) { return false; }, own.member());
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
