#include <algorithm>

#include <gatehouse/json/value.hpp>

#include "gateway/config/keys.hpp"
#include "gateway/config/load.hpp"

namespace gatehouse::config {
namespace {

using json::Value;

/// Markdown of the manual as plain text.
std::string plain(std::string_view text) {
  std::string out(text);
  std::erase(out, '`');
  return out;
}

Value ref(std::string_view name) { return Value::object({{"$ref", "#/$defs/" + std::string(name)}}); }
Value any_of(Value first, Value second) {
  return Value::object({{"anyOf", Value::array({std::move(first), std::move(second)})}});
}
Value typed(std::string_view type) { return Value::object({{"type", type}}); }

/// What YAML 1.1 editors read `off` as is allowed, too.
Value off() { return Value::object({{"enum", Value::array({"off", false})}}); }

Value choices(const Key& key) {
  Value::Array words;
  for (const std::string_view choice : key.choices) words.emplace_back(choice);
  if (key.name == "prefix") words.insert(words.end(), {Value(true), Value(false)});
  if (key.name == "level") words.emplace_back(false);  // what YAML 1.1 editors read `off` as
  return Value::object({{"enum", Value(std::move(words))}});
}

Value texts(const Key& key) {
  const Value item = key.choices.empty() ? ref("scalar") : choices(key);
  Value list = Value::object({{"type", "array"}, {"items", item}});
  if (key.filled) list.set("minItems", 1);
  return key.or_one ? any_of(item, std::move(list)) : list;
}

Value pairs(const Key& key) {
  Value map = Value::object({{"type", "object"}, {"additionalProperties", ref("scalar")}});
  if (key.filled) map.set("minProperties", 1);
  return map;
}

Value value_schema(const Key& key) {
  switch (key.shape) {
    case Shape::text:
    case Shape::url:
    case Shape::address: return typed("string");
    case Shape::flag: return any_of(typed("boolean"), ref("reference"));
    case Shape::duration: return any_of(ref("duration"), ref("reference"));
    case Shape::bytes: return any_of(ref("size"), ref("reference"));
    case Shape::count: {
      Value count = typed("integer");
      count.set("minimum", Value(key.least));
      count.set("maximum", Value(key.most));
      return any_of(std::move(count), ref("reference"));
    }
    case Shape::choice: return any_of(choices(key), ref("reference"));
    case Shape::rate: return any_of(ref("rate"), ref("reference"));
    case Shape::texts: return texts(key);
    case Shape::groups:
      return Value::object(
          {{"type", "object"}, {"additionalProperties", Value::object({{"type", "array"}, {"items", ref("scalar")}})}});
    case Shape::pairs: return pairs(key);
    case Shape::section: break;
  }
  return Value::object();
}

void add_default(Value& schema, const Key& key, const Section& section) {
  const Slot slot = key.slot(section.fresh());
  if (const auto* const* texts = std::get_if<Texts*>(&slot)) {
    if ((*texts)->empty()) return;
    Value list = Value::array();
    for (const std::string& text : **texts) list.push(text);
    return schema.set("default", std::move(list));
  }
  const std::string text = scalar_text(key, slot);
  if (text.empty()) return;
  if (key.shape == Shape::flag) return schema.set("default", text == "true");
  schema.set("default", key.shape == Shape::count ? Value::number(text) : Value(text));
}

Value section_schema(const Section& section);

Value nested_schema(const Nested& nested) {
  Value part = section_schema(nested.section());
  if (nested.form != Nested::Form::list) return part;
  return Value::object({{"type", "array"}, {"items", std::move(part)}});
}

/// The keys of a section; what lies inside it without a table of its own is added by the caller.
Value section_schema(const Section& section) {
  Value properties = Value::object();
  for (const Key& key : section.keys) {
    Value schema = key.nested ? nested_schema(*key.nested) : value_schema(key);
    schema.set("description", plain(key.meaning));
    if (key.slot) add_default(schema, key, section);
    properties.set(key.name, std::move(schema));
  }
  return Value::object({{"type", "object"},
                        {"description", plain(section.meaning)},
                        {"additionalProperties", false},
                        {"properties", std::move(properties)}});
}

Value server_schema() {
  const auto one_side = [](std::string_view required, Side side) {
    Value absent = Value::object();
    for (const Key& key : server_section().keys)
      if (key.side != Side::both && key.side != side) absent.set(key.name, false);
    return Value::object({{"required", Value::array({required})}, {"properties", std::move(absent)}});
  };
  Value schema = section_schema(server_section());
  Value& properties = *schema.find("properties");
  for (const ServerPart& part : server_parts()) {
    Value either = any_of(off(), section_schema(part.section));
    either.set("description", properties.find(part.name)->text("description"));
    properties.set(part.name, std::move(either));
  }
  schema.set("oneOf", Value::array({one_side("command", Side::program), one_side("url", Side::address)}));
  return schema;
}

Value definitions() {
  return Value::object({
      {"reference", Value::object({{"type", "string"},
                                   {"pattern", "\\$\\{[^}]+\\}"},
                                   {"description", "A value from the environment: ${NAME} or ${NAME:-otherwise}."}})},
      {"scalar", Value::object({{"type", Value::array({"string", "number", "boolean"})}})},
      {"duration",
       Value::object(
           {{"anyOf", Value::array({Value::object({{"const", 0}}),
                                    Value::object({{"type", "string"}, {"pattern", "^(0|[0-9]+ ?(ms|s|m|h|d))$"}})})}})},
      {"size",
       Value::object(
           {{"anyOf", Value::array({Value::object({{"type", "integer"}, {"minimum", 0}}),
                                    Value::object({{"type", "string"},
                                                   {"pattern", "^[0-9]+ ?(B|kB|KB|MB|GB|KiB|MiB|GiB)?$"}})})}})},
      {"rate", any_of(off(), Value::object({{"type", "string"}, {"pattern", "^[0-9]+/[smhd]$"}}))},
      {"server", server_schema()},
  });
}

/// A list of rates, or everything by name.
Value limits_schema() {
  Value schema = section_schema(limits_section());
  Value rates = *schema.find("properties")->find("rates");
  return any_of(std::move(rates), std::move(schema));
}

}  // namespace

std::string schema_json() {
  Value schema = section_schema(top_section());
  Value& properties = *schema.find("properties");
  const auto describe = [&](std::string_view name, Value value) {
    value.set("description", properties.find(name)->text("description"));
    properties.set(name, std::move(value));
  };
  describe("admin", any_of(off(), section_schema(admin_section())));
  describe("endpoints",
           Value::object({{"type", "array"}, {"minItems", 1}, {"items", section_schema(endpoint_section())}}));
  describe("servers",
           Value::object({{"type", Value::array({"object", "null"})},
                          {"propertyNames", Value::object({{"pattern", "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"}})},
                          {"additionalProperties", ref("server")}}));
  describe("limits", limits_schema());
  Value out = Value::object(
      {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Gatehouse configuration"}});
  for (auto& [name, value] : *schema.as_object()) out.set(name, std::move(value));
  out.set("$defs", definitions());
  return out.pretty() + "\n";
}

}  // namespace gatehouse::config
