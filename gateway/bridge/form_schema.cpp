#include "gateway/bridge/form_schema.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::bridge {
namespace {

using json::Value;
using Problem = std::optional<std::string>;

/// `enum` with `enumNames`, or a list of `{const, title}` under `titled`.
std::vector<Choice> choices(const Value& owner, std::string_view titled) {
  std::vector<Choice> out;
  const Value* plain = owner.find("enum");
  if (plain && plain->is_array()) {
    const Value* names = owner.find("enumNames");
    const auto* titles = names ? names->as_array() : nullptr;
    for (std::size_t i = 0; i < plain->as_array()->size(); ++i) {
      const auto* value = (*plain->as_array())[i].as_string();
      if (!value) continue;
      const auto* title = titles && i < titles->size() ? (*titles)[i].as_string() : nullptr;
      out.push_back({*value, title ? *title : *value});
    }
    return out;
  }
  const Value* list = owner.find(titled);
  if (!list || !list->is_array()) return out;
  for (const Value& option : *list->as_array()) {
    const std::string value(option.text("const"));
    if (option.find("const")) out.push_back({value, std::string(option.text("title", value))});
  }
  return out;
}

bool among(const std::vector<Choice>& options, const std::string& value) {
  return std::ranges::find(options, value, &Choice::value) != options.end();
}

std::optional<std::int64_t> limit(const Value& property, std::string_view name) {
  const Value* value = property.find(name);
  return value ? value->as_int() : std::nullopt;
}

/// Characters, as JSON Schema counts them.
std::int64_t length_of(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Problem check_range(std::int64_t size, const Value& property, std::string_view least, std::string_view most) {
  if (const auto bound = limit(property, least); bound && size < *bound)
    return fmt::format("has to be at least {} long", *bound);
  if (const auto bound = limit(property, most); bound && size > *bound)
    return fmt::format("has to be at most {} long", *bound);
  return std::nullopt;
}

Problem check_text(const Value& property, const Value& value) {
  const auto* text = value.as_string();
  if (!text) return "has to be a text";
  if (const auto options = single_choices(property); !options.empty())
    return among(options, *text) ? Problem() : "has to be one of the choices";
  return check_range(length_of(*text), property, "minLength", "maxLength");
}

Problem check_number(const Value& property, const Value& value, bool whole) {
  const auto number = value.as_double();
  if (!number) return "has to be a number";
  if (whole && !value.as_int()) return "has to be a whole number";
  const Value* least = property.find("minimum");
  const Value* most = property.find("maximum");
  if (least && least->as_double() && *number < *least->as_double()) return "is too small";
  if (most && most->as_double() && *number > *most->as_double()) return "is too large";
  return std::nullopt;
}

Problem check_list(const Value& property, const Value& value) {
  const auto* items = value.as_array();
  if (!items) return "has to be a list";
  const auto options = multi_choices(property);
  for (const Value& item : *items) {
    const auto* text = item.as_string();
    if (!text || (!options.empty() && !among(options, *text))) return "has to be a list of the choices";
  }
  return check_range(static_cast<std::int64_t>(items->size()), property, "minItems", "maxItems");
}

Problem check_property(const Value& property, const Value& value) {
  const std::string_view type = property.text("type");
  if (type == "boolean") return value.is_bool() ? Problem() : "has to be true or false";
  if (type == "number" || type == "integer") return check_number(property, value, type == "integer");
  if (type == "array") return check_list(property, value);
  if (type == "string" || !single_choices(property).empty()) return check_text(property, value);
  return std::nullopt;  // of a kind that no revision defines: the server knows
}

}  // namespace

std::vector<Choice> single_choices(const Value& property) { return choices(property, "oneOf"); }

std::vector<Choice> multi_choices(const Value& property) {
  const Value* items = property.find("items");
  return items ? choices(*items, "anyOf") : std::vector<Choice>();
}

bool is_multi_select(const Value& property) { return property.text("type") == "array"; }

Problem check_form(const Value& schema, const Value& content) {
  if (!content.is_object()) return "the form's content is missing";
  if (const Value* required = schema.find("required"); required && required->is_array()) {
    for (const Value& name : *required->as_array())
      if (name.as_string() && !content.find(*name.as_string()))
        return fmt::format("\"{}\" is missing", *name.as_string());
  }
  const Value* properties = schema.find("properties");
  if (!properties || !properties->is_object()) return std::nullopt;
  for (const auto& [name, property] : *properties->as_object()) {
    const Value* value = content.find(name);
    if (!value) continue;
    if (const Problem problem = check_property(property, *value)) return fmt::format("\"{}\" {}", name, *problem);
  }
  return std::nullopt;
}

}  // namespace gatehouse::bridge
