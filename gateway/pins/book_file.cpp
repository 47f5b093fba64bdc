// The text of the file with the book.
#include <gatehouse/json/value.hpp>

#include "gateway/pins/book.hpp"

namespace gatehouse::pins {
namespace {

constexpr std::int64_t kVersion = 1;

std::unexpected<Error> wrong(std::string what) {
  return fail(Kind::invalid_config, Origin::gateway, "The file of pinned tools " + std::move(what));
}

json::Value to_json(const Version& version) {
  return json::Value::object({{"hash", version.hash},
                              {"seen_at", static_cast<std::int64_t>(version.seen_at.time_since_epoch().count())},
                              {"definition", version.definition}});
}

/// None for one that is not there or was damaged.
std::optional<Version> read_version(const json::Value* value, std::string_view tool) {
  if (!value || !value->is_object()) return std::nullopt;
  const json::Value* seen_at = value->find("seen_at");
  const auto seconds = seen_at ? seen_at->as_int() : std::nullopt;
  const json::Value* definition = value->find("definition");
  if (!seconds || !definition || definition->text("name") != tool) return std::nullopt;
  Version version = make_version(*definition, mcp::WallTime{std::chrono::seconds{*seconds}});
  if (version.hash != value->text("hash")) return std::nullopt;
  return version;
}

}  // namespace

std::string write_book(const Book::Pins& pins) {
  json::Value tools = json::Value::array();
  for (const auto& [tool, pin] : pins) {
    auto entry = json::Value::object({{"server", tool.first}, {"tool", tool.second}});
    if (pin.approved) entry.set("approved", to_json(*pin.approved));
    if (pin.waiting) entry.set("waiting", to_json(*pin.waiting));
    tools.push(std::move(entry));
  }
  return json::Value::object({{"version", kVersion}, {"tools", std::move(tools)}}).pretty() + "\n";
}

Result<Book::Pins> read_book(std::string_view text) {
  Book::Pins pins;
  if (text.empty()) return pins;
  const auto book = json::parse(text, json::kMaxValueDepth);
  if (!book) return wrong("is not JSON: " + book.error().message);
  const json::Value* version = book->find("version");
  if (!version || version->as_int() != kVersion) return wrong("is of another version.");
  const json::Value* tools = book->find("tools");
  if (!tools || !tools->as_array()) return wrong("has no list 'tools'.");
  for (const json::Value& entry : *tools->as_array()) {
    const ToolKey key{std::string(entry.text("server")), std::string(entry.text("tool"))};
    if (key.first.empty() || key.second.empty()) return wrong("has an entry without 'server' or 'tool'.");
    Pin pin{read_version(entry.find("approved"), key.second), read_version(entry.find("waiting"), key.second)};
    const bool lost = (entry.find("approved") && !pin.approved) || (entry.find("waiting") && !pin.waiting);
    if (lost || (!pin.approved && !pin.waiting)) return wrong("has a broken entry: " + key.first + "." + key.second);
    if (!pins.emplace(key, std::move(pin)).second) return wrong("names a tool twice: " + key.first + "." + key.second);
  }
  return pins;
}

}  // namespace gatehouse::pins
