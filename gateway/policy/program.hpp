#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/address_range.hpp>

#include "gateway/policy/expression.hpp"

namespace re2 {
class RE2;
}

/// Expressions as trees.
namespace gatehouse::policy {

enum class Op : std::uint8_t {
  null,
  yes,
  no,
  integer,
  real,
  text,  // literals
  arguments,
  field,
  member,
  index,
  list,
  negate,
  invert,
  conjunction,
  disjunction,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  add,
  subtract,
  multiply,
  has,
  size,
  to_double,
  ip_in,
  starts_with,
  ends_with,
  contains,
  matches,
};

/// What is known of a value before anything is evaluated.
enum class Type : std::uint8_t { any, null, boolean, integer, real, text, list, map };
[[nodiscard]] std::string_view to_string(Type type);

struct Node {
  Op op = Op::null;
  Type type = Type::any;
  Field field = Field::principal_subject;
  std::uint32_t at = 0;                      // byte in the text
  std::vector<std::uint32_t> operands = {};  // nodes
  std::int64_t integer = 0;                  // literal; or index into regexes
  double real = 0;
  std::string text = {};  // literal; name of a member
  std::vector<AddressRange> networks = {};
};

struct Expression::Program {
  std::string source;
  std::vector<Node> nodes;
  std::uint32_t root = 0;
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  Reads reads;

  Program();
  ~Program();
};

/// The type of `op` applied to operands of these types. Errors: what does not fit, for the author of the rule.
[[nodiscard]] std::expected<Type, std::string> type_of(Op op, const std::vector<Type>& operands);

struct FieldName {
  std::string_view root, name;
  Field field;
  Type type;
};
/// Null for an unknown one.
[[nodiscard]] const FieldName* find_field(std::string_view root, std::string_view name);
/// "subject, issuer, …": what there is behind a root.
[[nodiscard]] std::string names_behind(std::string_view root);

}  // namespace gatehouse::policy
