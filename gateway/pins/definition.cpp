#include "gateway/pins/definition.hpp"

#include <array>
#include <string_view>

#include "gateway/bridge/canonical.hpp"
#include "gateway/bridge/digest.hpp"

namespace gatehouse::pins {

json::Value pinned_part(const json::Value& tool) {
  static constexpr std::array<std::string_view, 6> kMembers = {"name",        "title",        "description",
                                                               "inputSchema", "outputSchema", "annotations"};
  json::Value part = json::Value::object();
  for (const std::string_view member : kMembers)
    if (const json::Value* value = tool.find(member)) part.set(member, *value);
  return part;
}

std::string definition_hash(const json::Value& tool) {
  return bridge::sha256_text(bridge::canonical(pinned_part(tool)));
}

}  // namespace gatehouse::pins
