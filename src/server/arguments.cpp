#include "src/server/arguments.hpp"

#include <algorithm>

namespace gatehouse::server {
namespace {

bool is_integer(const json::Value& value) {
  const auto* number = value.as_number();
  return number && (value.as_int() || number->text.find_first_of(".eE") == std::string::npos);
}

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "number") return value.is_number();
  if (type == "integer") return is_integer(value);
  if (type == "boolean") return value.is_bool();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "null") return value.is_null();
  return true;
}

/// `type` of a property's schema: a name or a list of names. What is neither says nothing.
bool matches(const json::Value& value, const json::Value& type) {
  if (const auto* name = type.as_string()) return has_type(value, *name);
  const auto* names = type.as_array();
  return !names || std::ranges::any_of(*names, [&](const json::Value& name) {
    return !name.is_string() || has_type(value, *name.as_string());
  });
}

}  // namespace

Result<json::Value> parse_schema(std::string_view text, std::string_view what) {
  auto schema = json::parse(text);
  const auto wrong = [what](std::string_view problem) {
    return fail(Kind::invalid_config, Origin::gateway, std::string(what) + " " + std::string(problem));
  };
  if (!schema) return wrong("is not JSON: " + schema.error().message);
  if (!schema->is_object()) return wrong("is not an object");
  if (schema->text("type") != "object") return wrong(R"(needs "type":"object")");
  const auto* properties = schema->find("properties");
  if (properties && !properties->is_object()) return wrong("has properties that are no object");
  const auto* required = schema->find("required");
  if (required && !required->is_array()) return wrong("has a required that is no array");
  return schema;
}

std::optional<std::string> find_mismatch(const json::Value& schema, const json::Value& arguments) {
  if (const auto* required = schema.find("required")) {
    for (const json::Value& name : *required->as_array()) {
      if (name.is_string() && !arguments.find(*name.as_string())) return "Missing argument: " + *name.as_string();
    }
  }
  const auto* properties = schema.find("properties");
  for (const auto& [name, value] : *arguments.as_object()) {
    const auto* property = properties ? properties->find(name) : nullptr;
    const auto* type = property ? property->find("type") : nullptr;
    if (type && !matches(value, *type)) return "Argument " + name + " has to be of type " + type->str() + ".";
  }
  return std::nullopt;
}

Result<json::Value> object_param(const mcp::Params& params, std::string_view key) {
  const auto* member = params.object.find(key);
  if (!member) return json::Value::object();
  auto value = json::parse(member->value);
  if (value && value->is_object()) return value;
  return fail(Kind::invalid_params, Origin::client,
              "params: member \"" + std::string(key) + "\" has to be an object without duplicate keys.");
}

}  // namespace gatehouse::server
