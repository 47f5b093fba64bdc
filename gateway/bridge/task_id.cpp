#include "gateway/bridge/task_id.hpp"

namespace gatehouse::bridge {
namespace {

using json::Value;

constexpr std::int64_t kGraceMs = 3'600'000;
constexpr std::int64_t kLongestMs = std::int64_t{100} * 365 * 24 * 3'600'000;

seal::Time expiry(std::optional<std::int64_t> ttl_ms, WallTime now) {
  if (!ttl_ms || *ttl_ms > kLongestMs) return seal::kNeverExpires;
  return std::chrono::ceil<std::chrono::seconds>(now + std::chrono::milliseconds(*ttl_ms + kGraceMs));
}

}  // namespace

Error no_such_task() { return {Kind::not_found, Origin::client, "Task not found: it never existed or is over."}; }

std::string seal_task_id(const seal::KeyRing& keys, std::string_view caller, const TaskAddress& address,
                         std::optional<std::int64_t> ttl_ms, WallTime now) {
  auto content = Value::object({{"s", address.server}, {"t", address.id}});
  if (address.capabilities != mcp::ClientCapabilities{})
    content.set("c", mcp::to_json(address.capabilities, mcp::kLatest));
  return keys.seal(seal::Purpose::task, caller, content.str(), expiry(ttl_ms, now));
}

Result<TaskAddress> open_task_id(const seal::KeyRing& keys, std::string_view caller, std::string_view token,
                                 WallTime now) {
  const auto opened = keys.open(seal::Purpose::task, caller, token, std::chrono::floor<std::chrono::seconds>(now));
  if (!opened) return fail(no_such_task());
  const auto content = json::parse(*opened);
  if (!content) return fail(no_such_task());
  const Value* capabilities = content->find("c");
  return TaskAddress{
      .server = std::string(content->text("s")),
      .id = std::string(content->text("t")),
      .capabilities = capabilities ? mcp::read_client_capabilities(capabilities->str()) : mcp::ClientCapabilities{}};
}

}  // namespace gatehouse::bridge
