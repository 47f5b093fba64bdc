#include "gateway/policy/evaluation.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>

namespace gatehouse::policy {
namespace {

using Tag = Value::Tag;

/// What cannot be read because an operand is not known, or not known yet.
Value lacking(const Value& a) { return a.is(Tag::none) ? a : Value::unknown(); }
Truth lacking(const Value& a, const Value& b) {
  if (a.is(Tag::none) && b.is(Tag::none)) return a.truth == Truth::open() ? a.truth : b.truth;
  if (a.is(Tag::none)) return a.truth;
  return b.is(Tag::none) ? b.truth : Truth::unknown();
}

template <class T>
bool compare(Op op, const T& a, const T& b) {
  switch (op) {
    case Op::less: return a < b;
    case Op::less_equal: return a <= b;
    case Op::greater: return a > b;
    default: return a >= b;
  }
}

/// Callers choose both texts, so that their lengths must not multiply, as they do in std::string_view::find.
bool holds(std::string_view text, std::string_view part) {
  return part.empty() || ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

std::int64_t characters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

}  // namespace

Truth Expression::evaluate(const Facts& facts) const {
  return Evaluation(*program_, facts).value_of(program_->root).as_condition();
}

Value Evaluation::value_of(std::uint32_t ref) {
  const Node& node = program_.nodes[ref];
  if (!spend(1)) return Value::unknown();
  const auto operand = [&](std::size_t i) { return value_of(node.operands[i]); };
  switch (node.op) {
    case Op::null: return Value::null();
    case Op::yes: return Value::of(Truth::yes());
    case Op::no: return Value::of(Truth::no());
    case Op::integer: return Value::of(node.integer);
    case Op::real: return Value::of(node.real);
    case Op::text: return Value::of(std::string_view(node.text));
    case Op::list: return Value::unknown();  // only behind `in`, which looks into it
    case Op::arguments: return arguments();
    case Op::field: return field(node.field);
    case Op::member: return member(operand(0), node.text);
    case Op::index: return index(operand(0), operand(1));
    case Op::invert: return Value::of(!operand(0).as_condition());
    case Op::conjunction: {
      const Truth left = operand(0).as_condition();
      return left == Truth::no() ? Value::of(left) : Value::of(left && operand(1).as_condition());
    }
    case Op::disjunction: {
      const Truth left = operand(0).as_condition();
      return left == Truth::yes() ? Value::of(left) : Value::of(left || operand(1).as_condition());
    }
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return Value::of(comparison(node));
    case Op::in: return Value::of(in(node));
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::negate:
    case Op::to_double: return arithmetic(node);
    case Op::has: return Value::of(has(node));
    case Op::size: return size(operand(0));
    case Op::ip_in:
    case Op::starts_with:
    case Op::ends_with:
    case Op::contains:
    case Op::matches: return Value::of(text_test(node));
  }
  return Value::unknown();
}

Value Evaluation::arguments() const {
  Arguments* arguments = facts_.circumstances.arguments;
  if (!arguments) return facts_.circumstances.is_open() ? Value::open() : Value::unknown();
  const json::Value* value = arguments->value();
  return value ? Value::of(*value) : Value::unknown();
}

Value Evaluation::member(const Value& map, std::string_view name) {
  if (!map.is(Tag::json)) return lacking(map);
  const auto* members = map.json->as_object();
  if (!members || !spend(members->size())) return Value::unknown();
  const json::Value* found = map.json->find(name);
  return found ? Value::of(*found) : Value::unknown();
}

Value Evaluation::index(const Value& container, const Value& key) {
  if (container.is(Tag::none) || key.is(Tag::none)) {
    const Truth truth = lacking(container, key);
    return truth == Truth::open() ? Value::open() : Value::unknown();
  }
  if (key.is(Tag::string)) return member(container, key.string);
  if (!key.is(Tag::integer) || key.integer < 0) return Value::unknown();
  const auto at = static_cast<std::uint64_t>(key.integer);
  if (container.is(Tag::texts))
    return at < container.texts.size() ? Value::of(std::string_view(container.texts[at])) : Value::unknown();
  const auto* items = container.is(Tag::json) ? container.json->as_array() : nullptr;
  return items && at < items->size() ? Value::of((*items)[at]) : Value::unknown();
}

/// Not there is `no`; nothing can be said of members of what is no map. A key that only differs in case may be taken for the one
/// that is meant by a careless server.
Truth Evaluation::has_member(const Value& map, std::string_view name) {
  if (!map.is(Tag::json)) return lacking(map).as_condition();
  const auto* members = map.json->as_object();
  if (!members || !spend(members->size())) return Truth::unknown();
  if (map.json->find(name)) return Truth::yes();
  const bool similar = std::ranges::any_of(*members, [name](const auto& m) { return folds_to(m.first, name); });
  return similar ? Truth::unknown() : Truth::no();
}

Truth Evaluation::has(const Node& node) {
  const Node& asked = program_.nodes[node.operands[0]];
  if (asked.op == Op::field) {
    const Value value = field(asked.field);
    return value.is(Tag::none) && value.truth == Truth::unknown() ? Truth::no()
           : value.is(Tag::none)                                  ? value.truth
                                                                  : Truth::yes();
  }
  const Value container = value_of(asked.operands[0]);
  if (asked.op == Op::member) return has_member(container, asked.text);
  const Value key = value_of(asked.operands[1]);
  if (key.is(Tag::string)) return has_member(container, key.string);
  if (container.is(Tag::none) || key.is(Tag::none)) return lacking(container, key);
  if (!key.is(Tag::integer)) return Truth::unknown();
  const auto* items = container.is(Tag::json) ? container.json->as_array() : nullptr;
  if (!items && !container.is(Tag::texts)) return Truth::unknown();
  const std::size_t count = items ? items->size() : container.texts.size();
  return Truth::of(key.integer >= 0 && static_cast<std::uint64_t>(key.integer) < count);
}

Truth Evaluation::in(const Node& node) {
  const Value wanted = value_of(node.operands[0]);
  const Node& right = program_.nodes[node.operands[1]];
  Truth found = Truth::no();
  const auto try_one = [&](const Value& element) {
    found = found || equal(wanted, element);
    return found != Truth::yes();
  };
  if (right.op == Op::list) {
    for (const std::uint32_t element : right.operands)
      if (!try_one(value_of(element))) break;
    return found;
  }
  const Value container = value_of(node.operands[1]);
  if (container.is(Tag::texts)) {
    for (const std::string& element : container.texts)
      if (!spend(1))
        return Truth::unknown();
      else if (!try_one(Value::of(std::string_view(element))))
        break;
    return found;
  }
  if (!container.is(Tag::json)) return lacking(container, wanted);
  if (const auto* items = container.json->as_array()) {
    for (const json::Value& element : *items)
      if (!spend(1))
        return Truth::unknown();
      else if (!try_one(Value::of(element)))
        break;
    return found;
  }
  return wanted.is(Tag::string) ? has_member(container, wanted.string) : lacking(wanted).as_condition();
}

Truth Evaluation::is_null(const Value& value) const {
  return value.is(Tag::none) ? value.truth : Truth::of(value.is(Tag::null));
}

Truth Evaluation::comparison(const Node& node) {
  const bool inverted = node.op == Op::not_equal;
  if (node.op == Op::equal || inverted) {
    const Node &left = program_.nodes[node.operands[0]], &right = program_.nodes[node.operands[1]];
    // Whether something is null is a question with an answer, whatever it is; other types do not mix.
    const Truth same = left.op == Op::null    ? is_null(value_of(node.operands[1]))
                       : right.op == Op::null ? is_null(value_of(node.operands[0]))
                                              : equal(value_of(node.operands[0]), value_of(node.operands[1]));
    return inverted ? !same : same;
  }
  return ordered(node.op, value_of(node.operands[0]), value_of(node.operands[1]));
}

Truth Evaluation::equal(const Value& a, const Value& b) {
  if (a.is(Tag::boolean) && b.is(Tag::boolean)) return (a.truth && b.truth) || (!a.truth && !b.truth);
  if (a.is(Tag::boolean) && b.is(Tag::none)) return b.truth;
  if (a.is(Tag::none) && b.is(Tag::boolean)) return a.truth;
  if (a.tag != b.tag || a.is(Tag::none)) return lacking(a, b);
  switch (a.tag) {
    case Tag::null: return Truth::yes();
    case Tag::integer: return Truth::of(a.integer == b.integer);
    case Tag::real: return Truth::of(a.real == b.real);
    case Tag::string:
      return spend(a.string.size() / kBytesPerStep) ? Truth::of(a.string == b.string) : Truth::unknown();
    default: return Truth::unknown();
  }
}

Truth Evaluation::ordered(Op op, const Value& a, const Value& b) {
  if (a.tag != b.tag || a.is(Tag::none)) return lacking(a, b);
  if (a.is(Tag::integer)) return Truth::of(compare(op, a.integer, b.integer));
  if (a.is(Tag::real)) return Truth::of(compare(op, a.real, b.real));
  if (a.is(Tag::string) && spend(a.string.size() / kBytesPerStep)) return Truth::of(compare(op, a.string, b.string));
  return Truth::unknown();
}

Value Evaluation::size(const Value& value) {
  if (value.is(Tag::texts)) return Value::of(static_cast<std::int64_t>(value.texts.size()));
  if (value.is(Tag::string))
    return spend(value.string.size() / kBytesPerStep) ? Value::of(characters(value.string)) : Value::unknown();
  if (!value.is(Tag::json)) return lacking(value);
  const auto* items = value.json->as_array();
  return Value::of(static_cast<std::int64_t>(items ? items->size() : value.json->as_object()->size()));
}

Truth Evaluation::text_test(const Node& node) {
  const Value text = value_of(node.operands[0]);
  const bool one_operand = node.op == Op::ip_in || node.op == Op::matches;
  const Value other = one_operand ? Value::of(std::string_view()) : value_of(node.operands[1]);
  if (!text.is(Tag::string) || !other.is(Tag::string)) return lacking(text, other);
  const std::size_t steps = text.string.size() / kBytesPerStep * (node.op == Op::matches ? 8 : 1);
  if (!spend(steps + other.string.size() / kBytesPerStep)) return Truth::unknown();
  switch (node.op) {
    case Op::starts_with: return Truth::of(text.string.starts_with(other.string));
    case Op::ends_with: return Truth::of(text.string.ends_with(other.string));
    case Op::contains: return Truth::of(holds(text.string, other.string));
    case Op::matches: {
      const re2::StringPiece piece(text.string.data(), text.string.size());
      return Truth::of(re2::RE2::FullMatch(piece, *program_.regexes[static_cast<std::size_t>(node.integer)]));
    }
    default: break;
  }
  const auto address = IpAddress::parse(text.string);
  if (!address) return Truth::unknown();
  return Truth::of(std::ranges::any_of(node.networks, [&](const AddressRange& n) { return n.contains(*address); }));
}

}  // namespace gatehouse::policy
