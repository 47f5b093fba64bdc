#include "gateway/catalog/header_parameters.hpp"

#include <algorithm>
#include <array>

#include <gatehouse/mcp/header_value.hpp>

namespace gatehouse::catalog {
namespace {

constexpr std::string_view kHeaderPrefix = "Mcp-Param-";

/// Keywords that hold one schema, a list of schemas, or schemas by name, and from where no annotation is reachable.
constexpr std::array<std::string_view, 10> kSchemas = {
    "items",         "contains",         "additionalProperties", "not", "if", "then", "else",
    "propertyNames", "unevaluatedItems", "unevaluatedProperties"};
constexpr std::array<std::string_view, 4> kSchemaLists = {"oneOf", "anyOf", "allOf", "prefixItems"};
constexpr std::array<std::string_view, 4> kSchemaMaps = {"$defs", "definitions", "patternProperties",
                                                         "dependentSchemas"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kMarks.contains(c);
  });
}

/// Only what a plain text can say exactly; `null` beside it means that the value may be absent.
bool is_mirrorable(const json::Value& property) {
  const auto fits = [](std::string_view type) { return type == "string" || type == "integer" || type == "boolean"; };
  const json::Value* type = property.find("type");
  if (!type) return false;
  if (const auto* text = type->as_string()) return fits(*text);
  const auto* types = type->as_array();
  if (!types) return false;
  const auto named = [&](std::string_view name) {
    return std::ranges::count_if(*types, [&](const auto& one) { return one.as_string() && *one.as_string() == name; });
  };
  return types->size() == 2 && named("null") == 1 && named("string") + named("integer") + named("boolean") == 1;
}

/// Walks a schema and decides about each annotation.
class Walk {
 public:
  Walk(bool strip_valid, bool strip_invalid) : strip_valid_(strip_valid), strip_invalid_(strip_invalid) {}

  void schema(json::Value& node, bool reachable) {
    if (!node.is_object()) return;
    if (const json::Value* annotation = node.find(kHeaderAnnotation)) {
      const bool valid = take(*annotation, node, reachable);
      if (valid ? strip_valid_ : strip_invalid_) node.erase(kHeaderAnnotation), stripped_ = true;
    }
    if (json::Value* properties = node.find("properties"); properties && properties->is_object()) {
      for (auto& [name, property] : *properties->as_object()) {
        path_.push_back(name);
        schema(property, reachable);
        path_.pop_back();
      }
    }
    unreachable(node);
  }

  Annotations found;
  [[nodiscard]] bool stripped() const { return stripped_; }

 private:
  void unreachable(json::Value& node) {
    for (auto& [keyword, value] : *node.as_object()) {
      if (std::ranges::find(kSchemas, keyword) != kSchemas.end()) schema(value, false);
      if (std::ranges::find(kSchemaLists, keyword) != kSchemaLists.end() && value.is_array())
        for (json::Value& one : *value.as_array()) schema(one, false);
      if (std::ranges::find(kSchemaMaps, keyword) != kSchemaMaps.end() && value.is_object())
        for (auto& [name, one] : *value.as_object()) schema(one, false);
    }
  }

  bool take(const json::Value& annotation, const json::Value& property, bool reachable) {
    const std::string* name = annotation.as_string();
    if (!name || !is_token(*name)) return problem("has to be the name of a header");
    if (!reachable || path_.empty()) return problem("\"" + *name + "\" stands where no property of the arguments is");
    if (!is_mirrorable(property))
      return problem("\"" + *name + "\" needs a property of type string, integer or boolean");
    const std::string header = std::string(kHeaderPrefix) + *name;
    const auto same = [&](const HeaderParameter& other) { return same_name(other.header, header); };
    if (std::ranges::any_of(found.valid, same)) return problem("\"" + *name + "\" is given twice");
    if (found.valid.size() == kMaxHeaderParameters) return problem("\"" + *name + "\" is one header too many");
    found.valid.push_back({header, path_});
    return true;
  }
  bool problem(const std::string& what) {
    found.problems.push_back(std::string(kHeaderAnnotation) + " " + what);
    return false;
  }

  bool strip_valid_, strip_invalid_, stripped_ = false;
  std::vector<std::string> path_;
};

const json::Value* at_path(const json::Value& arguments, const std::vector<std::string>& path) {
  const json::Value* value = &arguments;
  for (const std::string& name : path) {
    value = value->find(name);
    if (!value) return nullptr;
  }
  return value->is_null() ? nullptr : value;
}

/// Whole numbers in decimal, so that `42.0` and `42` say the same; none for what has no text form.
std::optional<std::string> text_of(const json::Value& value) {
  if (const auto* text = value.as_string()) return *text;
  if (const auto flag = value.as_bool()) return *flag ? "true" : "false";
  if (const auto whole = value.as_int()) return std::to_string(*whole);
  if (const auto* number = value.as_number()) return number->text;
  return std::nullopt;
}

bool matches(const json::Value& value, std::string_view header) {
  const auto text = text_of(value);
  if (text && *text == header) return true;
  if (!value.is_number()) return false;
  const auto number = json::parse(header);
  return number && number->is_number() && value.as_int() && number->as_int() == value.as_int();
}

Result<json::Value> read_arguments(std::string_view raw) {
  if (raw.empty()) return json::Value::object();
  return json::parse(raw, json::kMaxValueDepth);
}

std::unexpected<Error> mismatch(const std::string& header, std::string_view what) {
  return fail(Kind::header_mismatch, Origin::client, "The header " + header + " " + std::string(what));
}

Result<void> check_one(const HeaderParameter& parameter, std::span<const net::Header> headers,
                       const json::Value& arguments) {
  const net::Header* header = nullptr;
  for (const net::Header& one : headers) {
    if (!same_name(one.name, parameter.header)) continue;
    if (header) return mismatch(parameter.header, "is given twice.");
    header = &one;
  }
  const json::Value* value = at_path(arguments, parameter.path);
  if (!value && !header) return {};
  if (!value) return mismatch(parameter.header, "repeats an argument that is not there.");
  if (!header) return mismatch(parameter.header, "is missing; it has to repeat an argument.");
  auto text = mcp::decode_header_value(header->value);
  if (!text) return fail(std::move(text.error()));
  if (!matches(*value, *text)) return mismatch(parameter.header, "does not match the body.");
  return {};
}

}  // namespace

Annotations read_annotations(const json::Value& input_schema) {
  json::Value schema = input_schema;
  Walk walk(false, false);
  walk.schema(schema, true);
  return std::move(walk.found);
}

bool strip_annotations(json::Value& input_schema, Strip which) {
  Walk walk(which == Strip::all, true);
  walk.schema(input_schema, true);
  return walk.stripped();
}

Result<void> check_header_parameters(const HeaderParameters& parameters, std::span<const net::Header> headers,
                                     std::string_view arguments) {
  const auto parsed = read_arguments(arguments);
  if (!parsed)
    return fail(Kind::header_mismatch, Origin::client, "The arguments cannot be compared with their headers.");
  for (const HeaderParameter& parameter : parameters)
    if (auto checked = check_one(parameter, headers, *parsed); !checked) return checked;
  return {};
}

Result<std::vector<MadeHeader>> make_header_parameters(const HeaderParameters& parameters, std::string_view arguments) {
  const auto parsed = read_arguments(arguments);
  if (!parsed)
    return fail(Kind::invalid_params, Origin::client, "params.arguments has a member twice, or is nested too deeply.");
  std::vector<MadeHeader> made;
  for (const HeaderParameter& parameter : parameters) {
    const json::Value* value = at_path(*parsed, parameter.path);
    const auto text = value ? text_of(*value) : std::nullopt;
    if (text) made.push_back({parameter.header, mcp::encode_header_value(*text)});
  }
  return made;
}

std::vector<net::Header> merge_headers(std::span<const MadeHeader> made, std::span<const net::Header> from_client) {
  std::vector<net::Header> merged;
  for (const MadeHeader& header : made) merged.push_back({header.name, header.value});
  for (const net::Header& header : from_client) {
    const auto same = [&](const MadeHeader& other) { return same_name(other.name, header.name); };
    if (std::ranges::none_of(made, same)) merged.push_back(header);
  }
  return merged;
}

}  // namespace gatehouse::catalog
