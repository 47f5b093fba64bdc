#pragma once
#include <string>

#include <gatehouse/json/value.hpp>

/// What of a tool's definition is pinned: whatever tells a model or a person what the tool is and does. Pure.
namespace gatehouse::pins {

/// Name, title, description, schemas and annotations; nothing else.
[[nodiscard]] json::Value pinned_part(const json::Value& tool);

/// Identifies them, however they are written. Rule: security design 5.6.
[[nodiscard]] std::string definition_hash(const json::Value& tool);

}  // namespace gatehouse::pins
