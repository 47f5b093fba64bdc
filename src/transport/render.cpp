#include <gatehouse/transport/render.hpp>

#include <algorithm>
#include <charconv>

#include <gatehouse/json/value.hpp>

namespace gatehouse::transport {
namespace {

using mcp::ResultKind;

constexpr std::size_t kKeptScratch = 4096;

/// `_meta` members that belong to one hop and are never passed on in a result.
bool is_hop_member(const json::Member& member) {
  return member.key == mcp::meta_key::kServerInfo || member.key == mcp::meta_key::kSubscriptionId;
}

/// `_meta` members of the tasks of 2025-11-25, which mean nothing to stateless clients (gateway rule 4.5).
bool is_task_member(const json::Member& member) {
  return member.key == mcp::meta_key::kRelatedTask || member.key == mcp::meta_key::kImmediateResponse;
}

bool is_envelope_member(const json::Member& member) {
  return member.key == "resultType" || member.key == "ttlMs" || member.key == "cacheScope" || member.key == "_meta";
}

std::string_view kind_name(const mcp::Answer& answer) {
  switch (answer.kind) {
    case ResultKind::complete: return "complete";
    case ResultKind::input_required: return "input_required";
    case ResultKind::task: return "task";
    case ResultKind::extension: return answer.kind_name;
  }
  return "complete";
}

void append_number(std::string& out, std::int64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

/// Appends what is in `_meta`: the vendors' members that came with the result and, for modern clients, who answers.
void append_meta(std::string& out, const mcp::Answer& answer, std::string_view server_info) {
  const std::size_t begin = out.size();
  const auto comma = [&] { return out.size() == begin ? "" : ","; };
  for (const auto& member : answer.view.meta.members) {
    if (is_hop_member(member) || (!server_info.empty() && is_task_member(member))) continue;
    out.append(comma()).append(member.begin, member.value.data() + member.value.size());
  }
  if (!answer.extra_meta.empty()) out.append(comma()).append(answer.extra_meta);
  if (!server_info.empty())
    out.append(comma()).append("\"").append(mcp::meta_key::kServerInfo).append("\":").append(server_info);
}

/// Appends members to a result made here, which is compact and has no envelope members.
void append_members(json::Splice& body, std::string_view added) {
  const std::string_view source = body.source();
  const char* end = source.data() + source.size() - 1;
  std::string text(source.size() > 2 ? "," : "");
  body.insert(end, text.append(added));
}

void add_modern_envelope(mcp::Answer& answer, std::string_view server_info) {
  thread_local std::string added;  // memory that the thread keeps
  if (added.capacity() > kKeptScratch) std::string().swap(added);
  added.assign("\"resultType\":\"").append(kind_name(answer)).append("\"");
  if (answer.cache) {
    added += ",\"ttlMs\":";
    append_number(added, answer.cache->ttl_ms);
    added +=
        answer.cache->scope == mcp::CacheScope::shared ? R"(,"cacheScope":"public")" : R"(,"cacheScope":"private")";
  }
  added.append(",\"_meta\":{");
  append_meta(added, answer, server_info);
  added += '}';
  if (answer.view.object.text.empty()) return append_members(answer.body, added);
  json::rewrite_members(
      answer.body, answer.view.object, [](const json::Member& member) { return is_envelope_member(member); }, added);
}

void remove_modern_envelope(mcp::Answer& answer) {
  if (answer.view.object.text.empty()) {
    if (!answer.extra_meta.empty()) append_members(answer.body, "\"_meta\":{" + answer.extra_meta + "}");
    return;
  }
  const auto& meta = answer.view.meta.members;
  const bool new_meta = !answer.extra_meta.empty() || std::any_of(meta.begin(), meta.end(), is_hop_member);
  const auto& members = answer.view.object.members;
  const bool envelope = std::any_of(members.begin(), members.end(), [](const json::Member& member) {
    return is_envelope_member(member) && member.key != "_meta";
  });
  if (!envelope && !new_meta) return;
  std::string kept;
  if (new_meta) append_meta(kept, answer, {});
  const std::string added = kept.empty() ? "" : "\"_meta\":{" + kept + "}";
  json::rewrite_members(
      answer.body, answer.view.object,
      [&](const json::Member& member) { return is_envelope_member(member) && (member.key != "_meta" || new_meta); },
      added);
}

}  // namespace

Rendered::Rendered(std::string_view id, mcp::Answer& answer, mcp::Revision revision, std::string_view server_info) {
  head_.append(R"({"jsonrpc":"2.0","id":)").append(id);
  head_.append(answer.is_error ? R"(,"error":)" : R"(,"result":)");
  if (answer.is_error) {
    if (mcp::is_modern(revision) && mcp::is_modern_only(answer.error_code)) http_status_ = 400;
  } else if (mcp::has_result_type(revision)) {
    add_modern_envelope(answer, server_info);
  } else {
    remove_modern_envelope(answer);
  }
  pieces_.push_back(head_.view());
  answer.body.append_to(pieces_);
  pieces_.push_back("}");
}

Rendered::Rendered(std::string_view id, const Error& error, mcp::Revision revision) {
  const auto [code, status] = mcp::wire_error(error.kind, revision);
  http_status_ = status;
  head_.append(jsonrpc::error_response(id, code, error.message, error.data));
  pieces_.push_back(head_.view());
}

std::size_t Rendered::size() const {
  std::size_t total = 0;
  for (const auto piece : pieces_) total += piece.size();
  return total;
}

}  // namespace gatehouse::transport
