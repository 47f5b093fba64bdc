#include "gateway/catalog/tool_forms.hpp"

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

bool fit_output(mcp::Revision revision, json::Value& tool) {
  json::Value* schema = tool.find("outputSchema");
  if (!schema) return false;
  const bool sayable = mcp::has_structured_content(revision) &&
                       (mcp::has_open_structured_content(revision) || is_object_schema(*schema));
  if (sayable) return !mcp::has_boolean_schemas(revision) && spell_out_booleans(*schema);
  tool.erase("outputSchema");
  return true;
}

}  // namespace

Dialect dialect_of(mcp::Revision revision) {
  if (mcp::has_open_structured_content(revision)) return Dialect::modern;
  return mcp::has_structured_content(revision) ? Dialect::structured : Dialect::plain;
}

std::optional<json::Value> tool_for(Dialect dialect, const json::Value& tool) {
  const mcp::Revision revision = revision_of(dialect);
  json::Value fitted = tool;
  bool changed = false;
  if (json::Value* schema = fitted.find("inputSchema"); schema && schema->is_object())
    changed = fit_input(revision, *schema);
  changed = fit_output(revision, fitted) || changed;
  if (!mcp::may_show_execution(revision) && fitted.find("execution")) fitted.erase("execution"), changed = true;
  if (!changed) return std::nullopt;
  return fitted;
}

}  // namespace gatehouse::catalog
