// Names and types of expressions.
#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "gateway/policy/program.hpp"

namespace gatehouse::policy {
namespace {

constexpr std::array kFields = {
    FieldName{"principal", "subject", Field::principal_subject, Type::text},
    FieldName{"principal", "issuer", Field::principal_issuer, Type::text},
    FieldName{"principal", "kind", Field::principal_kind, Type::text},
    FieldName{"principal", "tenant", Field::principal_tenant, Type::text},
    FieldName{"principal", "client", Field::principal_client, Type::text},
    FieldName{"principal", "roles", Field::principal_roles, Type::list},
    FieldName{"principal", "groups", Field::principal_groups, Type::list},
    FieldName{"principal", "scopes", Field::principal_scopes, Type::list},
    FieldName{"principal", "acr", Field::principal_acr, Type::text},
    FieldName{"principal", "amr", Field::principal_amr, Type::list},
    FieldName{"principal", "method", Field::principal_method, Type::text},
    FieldName{"principal", "claims", Field::principal_claims, Type::map},
    FieldName{"request", "method", Field::request_method, Type::text},
    FieldName{"request", "endpoint", Field::request_endpoint, Type::text},
    FieldName{"request", "address", Field::request_address, Type::text},
    FieldName{"request", "protocol", Field::request_protocol, Type::text},
    FieldName{"request", "time", Field::request_time, Type::integer},
    FieldName{"request", "hour", Field::request_hour, Type::integer},
    FieldName{"request", "weekday", Field::request_weekday, Type::integer},
    FieldName{"tool", "server", Field::tool_server, Type::text},
    FieldName{"tool", "name", Field::tool_name, Type::text},
    FieldName{"tool.annotations", "readOnlyHint", Field::tool_read_only, Type::boolean},
    FieldName{"tool.annotations", "destructiveHint", Field::tool_destructive, Type::boolean},
    FieldName{"tool.annotations", "idempotentHint", Field::tool_idempotent, Type::boolean},
    FieldName{"tool.annotations", "openWorldHint", Field::tool_open_world, Type::boolean},
};

using Judged = std::expected<Type, std::string>;

bool fits(Type type, Type wanted) { return type == Type::any || type == wanted; }

std::unexpected<std::string> misfit(std::string_view what, Type wanted, Type got) {
  return std::unexpected(std::string(what) + " takes " + std::string(to_string(wanted)) + ", not " +
                         std::string(to_string(got)));
}

Judged conditions(std::string_view what, const std::vector<Type>& types) {
  for (const Type type : types)
    if (!fits(type, Type::boolean)) return misfit(what, Type::boolean, type);
  return Type::boolean;
}

Judged comparison(const std::vector<Type>& types, bool ordered) {
  const auto [a, b] = std::pair(types[0], types[1]);
  if (a == Type::map || b == Type::map) return std::unexpected("maps cannot be compared; compare their members");
  if (ordered) {
    for (const Type type : types)
      if (type == Type::null || type == Type::boolean || type == Type::list)
        return std::unexpected("only numbers and texts have an order");
  } else if (a == Type::null || b == Type::null) {
    return Type::boolean;
  }
  if (a != Type::any && b != Type::any && a != b)
    return std::unexpected("these can never be compared: " + std::string(to_string(a)) + " and " +
                           std::string(to_string(b)) + "; nothing is converted");
  return Type::boolean;
}

Judged arithmetic(Op op, const std::vector<Type>& types) {
  Type out = Type::any;
  for (const Type type : types) {
    if (type == Type::any) continue;
    const bool number = type == Type::integer || type == Type::real;
    if (!number && !(op == Op::add && type == Type::text))
      return std::unexpected("cannot calculate with " + std::string(to_string(type)));
    if (out != Type::any && out != type)
      return std::unexpected("cannot calculate with " + std::string(to_string(out)) + " and " +
                             std::string(to_string(type)) + " together; nothing is converted");
    out = type;
  }
  return out;
}

Judged one_of(std::string_view what, Type type, std::initializer_list<Type> wanted, Type out) {
  const bool right = type == Type::any || std::ranges::find(wanted, type) != wanted.end();
  return right ? Judged(out) : misfit(what, *wanted.begin(), type);
}

Judged texts(std::string_view what, const std::vector<Type>& types) {
  for (const Type type : types)
    if (!fits(type, Type::text)) return misfit(what, Type::text, type);
  return Type::boolean;
}

}  // namespace

Judged type_of(Op op, const std::vector<Type>& types) {
  switch (op) {
    case Op::invert: return conditions("'!'", types);
    case Op::conjunction: return conditions("'&&'", types);
    case Op::disjunction: return conditions("'||'", types);
    case Op::equal:
    case Op::not_equal: return comparison(types, false);
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return comparison(types, true);
    case Op::in: return one_of("'in'", types[1], {Type::list, Type::map}, Type::boolean);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::negate: return arithmetic(op, types);
    case Op::size: return one_of("'size'", types[0], {Type::text, Type::list, Type::map}, Type::integer);
    case Op::to_double: return one_of("'double'", types[0], {Type::integer, Type::real}, Type::real);
    case Op::index:
      if (auto container = one_of("'[]'", types[0], {Type::list, Type::map}, Type::any); !container) return container;
      return one_of("'[]'", types[1], {Type::integer, Type::text}, Type::any);
    case Op::member: return one_of("'.'", types[0], {Type::map}, Type::any);
    case Op::ip_in: return texts("'ip_in'", types);
    case Op::starts_with: return texts("'startsWith'", types);
    case Op::ends_with: return texts("'endsWith'", types);
    case Op::contains: return texts("'contains'", types);
    case Op::matches: return texts("'matches'", types);
    default: return Type::boolean;
  }
}

const FieldName* find_field(std::string_view root, std::string_view name) {
  const auto found =
      std::ranges::find_if(kFields, [&](const FieldName& f) { return f.root == root && f.name == name; });
  return found == kFields.end() ? nullptr : &*found;
}

std::string names_behind(std::string_view root) {
  std::string out;
  for (const FieldName& field : kFields)
    if (field.root == root) out += (out.empty() ? "" : ", ") + std::string(field.name);
  if (root == "tool") out += ", annotations";
  return out;
}

std::string_view to_string(Type type) {
  switch (type) {
    case Type::any: return "anything";
    case Type::null: return "null";
    case Type::boolean: return "a condition";
    case Type::integer: return "an integer";
    case Type::real: return "a decimal number";
    case Type::text: return "a text";
    case Type::list: return "a list";
    case Type::map: return "a map";
  }
  return "";
}

Expression::Program::Program() = default;
Expression::Program::~Program() = default;

}  // namespace gatehouse::policy
