#include "gateway/bridge/old_form.hpp"

#include <algorithm>

#include "gateway/bridge/form_schema.hpp"

namespace gatehouse::bridge {
namespace {

using json::Value;

std::string flag_name(const std::string& field, std::size_t index) { return field + "__" + std::to_string(index); }

Value plain_choice(Value property) {
  const auto options = single_choices(property);
  if (property.find("oneOf")) {
    auto values = Value::array(), names = Value::array();
    for (const Choice& option : options) {
      values.push(option.value);
      names.push(option.title);
    }
    property.erase("oneOf");
    property.set("enum", std::move(values));
    property.set("enumNames", std::move(names));
  }
  if (property.text("type") != "boolean") property.erase("default");
  return property;
}

}  // namespace

bool OldForm::expand(const std::string& name, const Value& property, Value& properties) {
  const auto options = multi_choices(property);
  if (options.empty() || options.size() > kMaxChoices) return false;
  const std::string title(property.text("title", name));
  const Value* defaults = property.find("default");
  Expanded expanded{.name = name, .values = {}};
  for (const Choice& option : options) {
    auto flag = Value::object({{"type", "boolean"}, {"title", title + ": " + option.title}});
    if (const auto description = property.text("description"); !description.empty())
      flag.set("description", description);
    const auto* chosen = defaults ? defaults->as_array() : nullptr;
    if (chosen && std::ranges::find(*chosen, Value(option.value)) != chosen->end()) flag.set("default", true);
    const auto flag_key = flag_name(name, expanded.values.size());
    if (properties.find(flag_key)) return false;
    properties.set(flag_key, std::move(flag));
    expanded.values.push_back(option.value);
  }
  expanded_.push_back(std::move(expanded));
  return true;
}

std::optional<OldForm> OldForm::of(const Value& params) {
  OldForm form;
  form.params_ = params;
  form.params_.erase("mode");
  Value* schema = form.params_.find("requestedSchema");
  const Value* given = schema ? schema->find("properties") : nullptr;
  if (!given || !given->is_object()) return form;
  auto properties = Value::object();
  for (const auto& [name, property] : *given->as_object()) {
    if (!is_multi_select(property)) {
      properties.set(name, plain_choice(property));
    } else if (!form.expand(name, property, properties)) {
      return std::nullopt;
    }
  }
  schema->set("properties", std::move(properties));
  if (const Value* required = schema->find("required"); required && required->is_array() && !form.expanded_.empty()) {
    auto kept = Value::array();
    for (const Value& name : *required->as_array()) {
      const bool was_expanded =
          std::ranges::any_of(form.expanded_, [&name](const Expanded& one) { return Value(one.name) == name; });
      if (!was_expanded) kept.push(name);
    }
    schema->set("required", std::move(kept));
  }
  return form;
}

Value OldForm::restore(const Value& content) const {
  if (!content.is_object()) return content;
  Value restored = content;
  for (const Expanded& one : expanded_) {
    auto chosen = Value::array();
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      const Value* flag = content.find(flag_name(one.name, i));
      if (flag && flag->as_bool().value_or(false)) chosen.push(one.values[i]);
      restored.erase(flag_name(one.name, i));
    }
    restored.set(one.name, std::move(chosen));
  }
  return restored;
}

}  // namespace gatehouse::bridge
