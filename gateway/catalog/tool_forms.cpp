#include "gateway/catalog/tool_forms.hpp"

#include <algorithm>

#include "gateway/catalog/header_parameters.hpp"

namespace gatehouse::catalog {
namespace {

/// One revision for each dialect's questions.
mcp::Revision revision_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::modern: return mcp::kLatest;
    case Dialect::structured: return mcp::Revision::v2025_06_18;
    case Dialect::plain: return mcp::Revision::v2024_11_05;
  }
  return mcp::kLatest;
}

/// `true` -> `{}`, `false` -> `{"not":{}}`, which say the same.
bool spell_out_booleans(json::Value& schema) {
  bool changed = false;
  json::Value* properties = schema.find("properties");
  if (!properties || !properties->is_object()) return false;
  for (auto& [name, property] : *properties->as_object()) {
    if (const auto flag = property.as_bool()) {
      property = *flag ? json::Value::object() : json::Value::object({{"not", json::Value::object()}});
      changed = true;
    } else {
      changed = spell_out_booleans(property) || changed;
    }
  }
  return changed;
}

bool is_object_schema(const json::Value& schema) { return schema.text("type") == "object"; }

/// In front of the other keywords, where everybody looks for it.
void add_type(json::Value& schema) {
  json::Value::Object members{{"type", "object"}};
  for (auto& member : *schema.as_object()) members.push_back(std::move(member));
  schema = std::move(members);
}

bool fit_input(mcp::Revision revision, json::Value& schema) {
  bool changed = false;
  if (!schema.find("type")) add_type(schema), changed = true;
  if (!mcp::has_header_parameters(revision)) changed = strip_annotations(schema, Strip::all) || changed;
  if (!mcp::has_boolean_schemas(revision)) changed = spell_out_booleans(schema) || changed;
  return changed;
}

/// A reference into the schema itself still leads there when the schema is a part of another one.
bool may_move(const json::Value& schema) {
  if (const auto* list = schema.as_array()) return std::ranges::all_of(*list, may_move);
  const auto* members = schema.as_object();
  if (!members) return true;
  return std::ranges::all_of(*members, [](const auto& member) {
    const auto& [key, value] = member;
    const bool refers = key == "$ref" || key == "$dynamicRef" || key == "$recursiveRef";
    const std::string* target = refers ? value.as_string() : nullptr;
    if (target && target->starts_with('#') && !target->starts_with("#/$defs/") && !target->starts_with("#/definitions/"))
      return false;
    return may_move(value);
  });
}

/// An object with the value as its only member; what the schema refers to stays at the root.
json::Value wrapped(const json::Value& schema) {
  auto outer = json::Value::object({{"type", "object"}});
  json::Value inner = schema;
  for (const std::string_view root : {"$schema", "$id", "$defs", "definitions"}) {
    if (const json::Value* member = schema.find(root)) outer.set(root, *member);
    inner.erase(root);
  }
  outer.set("properties", json::Value::object({{"value", std::move(inner)}}));
  outer.set("required", json::Value::Array{"value"});
  return outer;
}

bool fit_output(mcp::Revision revision, const ToolWords& words, json::Value& tool) {
  json::Value* schema = tool.find("outputSchema");
  if (!schema) return false;
  const bool sayable = mcp::has_structured_content(revision) &&
                       (mcp::has_open_structured_content(revision) || is_object_schema(*schema));
  if (sayable) return !mcp::has_boolean_schemas(revision) && spell_out_booleans(*schema);
  if (words.wraps_values && mcp::has_structured_content(revision) && schema->is_object() && may_move(*schema)) {
    *schema = wrapped(*schema);
    if (!mcp::has_boolean_schemas(revision)) spell_out_booleans(*schema);
  } else {
    tool.erase("outputSchema");
  }
  return true;
}

/// In front of the other keywords, where everybody looks for it.
bool name_dialect(json::Value* schema, const std::string& dialect) {
  if (dialect.empty() || !schema || !schema->is_object() || schema->find("$schema")) return false;
  json::Value::Object members{{"$schema", dialect}};
  for (auto& member : *schema->as_object()) members.push_back(std::move(member));
  *schema = std::move(members);
  return true;
}

}  // namespace

Dialect dialect_of(mcp::Revision revision) {
  if (mcp::has_open_structured_content(revision)) return Dialect::modern;
  return mcp::has_structured_content(revision) ? Dialect::structured : Dialect::plain;
}

std::optional<json::Value> tool_for(Dialect dialect, const json::Value& tool, const ToolWords& words) {
  const mcp::Revision revision = revision_of(dialect);
  json::Value fitted = tool;
  bool changed = false;
  if (json::Value* schema = fitted.find("inputSchema"); schema && schema->is_object())
    changed = fit_input(revision, *schema);
  changed = fit_output(revision, words, fitted) || changed;
  if (dialect == Dialect::modern) {
    changed = name_dialect(fitted.find("inputSchema"), words.schema_dialect) || changed;
    changed = name_dialect(fitted.find("outputSchema"), words.schema_dialect) || changed;
  }
  if (!mcp::may_show_execution(revision) && fitted.find("execution")) fitted.erase("execution"), changed = true;
  if (!changed) return std::nullopt;
  return fitted;
}

}  // namespace gatehouse::catalog
