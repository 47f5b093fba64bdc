// Values that names stand for, and what can be calculated from them.
#include <cmath>

#include "gateway/policy/evaluation.hpp"

namespace gatehouse::policy {
namespace {

using Tag = Value::Tag;

/// What nobody said is missing, not empty.
Value said(std::string_view text) { return text.empty() ? Value::unknown() : Value::of(text); }

}  // namespace

Value Evaluation::field(Field field) const {
  const Subject& subject = facts_.subject;
  switch (field) {
    case Field::principal_subject: return said(subject.subject);
    case Field::principal_issuer: return said(subject.issuer);
    case Field::principal_kind: return Value::of(mcp::to_string(subject.kind));
    case Field::principal_tenant: return Value::of(std::string_view(subject.tenant));
    case Field::principal_client: return said(subject.client);
    case Field::principal_roles: return Value::of(std::span<const std::string>(subject.roles));
    case Field::principal_groups: return Value::of(std::span<const std::string>(subject.groups));
    case Field::principal_scopes: return Value::of(std::span<const std::string>(subject.scopes));
    case Field::principal_acr: return said(subject.acr);
    case Field::principal_amr: return Value::of(std::span<const std::string>(subject.amr));
    case Field::principal_method: return said(subject.method);
    case Field::principal_claims: return Value::of(subject.claims);
    case Field::request_method: return Value::of(facts_.item.method);
    case Field::request_endpoint: return Value::of(facts_.item.endpoint);
    case Field::request_address:
    case Field::request_protocol:
    case Field::request_time:
    case Field::request_hour:
    case Field::request_weekday: return circumstance(field);
    default: return tool(field);
  }
}

Value Evaluation::circumstance(Field field) const {
  const Circumstances& now = facts_.circumstances;
  if (now.is_open()) return Value::open();
  const auto day = std::chrono::floor<std::chrono::days>(*now.now);
  switch (field) {
    case Field::request_address: return said(now.address);
    case Field::request_protocol: return said(now.protocol);
    case Field::request_time: return Value::of(static_cast<std::int64_t>(now.now->time_since_epoch().count()));
    case Field::request_hour: return Value::of(static_cast<std::int64_t>((*now.now - day).count() / 3600));
    default: return Value::of(static_cast<std::int64_t>(std::chrono::weekday(day).iso_encoding()));
  }
}

Value Evaluation::tool(Field field) const {
  const Item& item = facts_.item;
  if (item.kind != Item::Kind::tool) return Value::unknown();
  if (field == Field::tool_server) return Value::of(item.server);
  if (field == Field::tool_name) return Value::of(item.name);
  if (!facts_.believes_hints) return Value::unknown();
  switch (field) {
    case Field::tool_read_only: return Value::of(Truth::of(item.hints.read_only));
    case Field::tool_destructive: return Value::of(Truth::of(item.hints.destructive));
    case Field::tool_idempotent: return Value::of(Truth::of(item.hints.idempotent));
    default: return Value::of(Truth::of(item.hints.open_world));
  }
}

Value Evaluation::arithmetic(const Node& node) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const Value a = value_of(node.operands[0]);
  if (node.op == Op::to_double) {
    if (a.is(Tag::real)) return a;
    if (!a.is(Tag::integer)) return a.is(Tag::none) ? a : Value::unknown();
    return a.integer >= -kExact && a.integer <= kExact ? Value::of(static_cast<double>(a.integer)) : Value::unknown();
  }
  const Value zero = a.is(Tag::real) ? Value::of(0.0) : Value::of(std::int64_t{0});
  const bool negate = node.op == Op::negate;
  const Value left = negate && !a.is(Tag::none) ? zero : a;
  const Value right = negate ? a : value_of(node.operands[1]);
  if (left.is(Tag::none) || right.is(Tag::none)) {
    const bool open =
        (left.is(Tag::none) && left.truth == Truth::open()) || (right.is(Tag::none) && right.truth == Truth::open());
    return open ? Value::open() : Value::unknown();
  }
  if (left.tag != right.tag) return Value::unknown();
  if (left.is(Tag::string) && node.op == Op::add) return joined(left.string, right.string);
  if (left.is(Tag::integer)) {
    std::int64_t out = 0;
    const bool overflow = node.op == Op::add        ? __builtin_add_overflow(left.integer, right.integer, &out)
                          : node.op == Op::multiply ? __builtin_mul_overflow(left.integer, right.integer, &out)
                                                    : __builtin_sub_overflow(left.integer, right.integer, &out);
    return overflow ? Value::unknown() : Value::of(out);
  }
  if (!left.is(Tag::real)) return Value::unknown();
  const double out = node.op == Op::add        ? left.real + right.real
                     : node.op == Op::multiply ? left.real * right.real
                                               : left.real - right.real;
  return std::isfinite(out) ? Value::of(out) : Value::unknown();
}

Value Evaluation::joined(std::string_view a, std::string_view b) {
  if (a.size() + b.size() > kMaxText || !spend((a.size() + b.size()) / kBytesPerStep)) return Value::unknown();
  return Value::of(std::string_view(made_.emplace_front(std::string(a) + std::string(b))));
}

}  // namespace gatehouse::policy
