#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gateway/config/keys.hpp"

/// Words for writing tables of keys: `in(1, 100, {"max_batch", Shape::count, at<&Limits::max_batch>, "…"})`.
namespace gatehouse::config {

template <auto Member>
struct Field;
template <class Owner, class Value, Value Owner::* Member>
struct Field<Member> {
  static Slot slot(void* owner) {
    Value& field = static_cast<Owner*>(owner)->*Member;
    if constexpr (std::is_enum_v<Value>) {
      return Choice{&field, [](const void* f) { return static_cast<std::size_t>(*static_cast<const Value*>(f)); },
                    [](void* f, std::size_t index) { *static_cast<Value*>(f) = static_cast<Value>(index); }};
    } else {
      return &field;
    }
  }
};
template <auto Member>
constexpr auto at = &Field<Member>::slot;

/// How a section lies in a field: once.
template <class Value>
struct Lies {
  static constexpr auto kForm = Nested::Form::always;
  static void* open(Value& field) { return &field; }
  static std::size_t count(const Value&) { return 1; }
  static void* item(Value& field, std::size_t) { return &field; }
};
template <class Value>
struct Lies<std::optional<Value>> {
  static constexpr auto kForm = Nested::Form::optional;
  static void* open(std::optional<Value>& field) { return &(field ? *field : field.emplace()); }
  static std::size_t count(const std::optional<Value>& field) { return field ? 1 : 0; }
  static void* item(std::optional<Value>& field, std::size_t) { return &*field; }
};
template <class Value>
struct Lies<std::vector<Value>> {
  static constexpr auto kForm = Nested::Form::list;
  static void* open(std::vector<Value>& field) { return &field.emplace_back(); }
  static std::size_t count(const std::vector<Value>& field) { return field.size(); }
  static void* item(std::vector<Value>& field, std::size_t index) { return &field[index]; }
};

/// `part<&Auth::issuers, issuer_section>(…)`: the form follows from the type of the field.
template <auto Member, const Section& (*Of)()>
struct Part;
template <class Owner, class Value, Value Owner::* Member, const Section& (*Of)()>
struct Part<Member, Of> {
  static Value& field(void* owner) { return static_cast<Owner*>(owner)->*Member; }
  static constexpr Nested nested{
      Of, Lies<Value>::kForm, [](void* owner) -> void* { return Lies<Value>::open(field(owner)); },
      [](void* owner) -> std::size_t { return Lies<Value>::count(field(owner)); },
      [](void* owner, std::size_t index) -> void* { return Lies<Value>::item(field(owner), index); }};
};
template <auto Member, const Section& (*Of)()>
constexpr Key part(std::string_view name, std::string_view meaning) {
  Key key{name, Shape::section, nullptr, meaning};
  key.nested = &Part<Member, Of>::nested;
  return key;
}

template <class Owner>
void* fresh() {
  static Owner owner;
  return &owner;
}

inline constexpr std::uint64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
inline constexpr std::uint64_t kKiB = 1u << 10, kMiB = 1u << 20, kGiB = 1u << 30;

constexpr Key program(Key key) { return key.side = Side::program, key; }
constexpr Key address(Key key) { return key.side = Side::address, key; }
constexpr Key secret(Key key) { return key.secret = true, key; }
constexpr Key or_one(Key key) { return key.or_one = true, key; }
constexpr Key filled(Key key) { return key.filled = true, key; }
constexpr Key one_of(std::span<const std::string_view> choices, Key key) { return key.choices = choices, key; }
constexpr Key in(std::uint64_t least, std::uint64_t most, Key key) { return key.least = least, key.most = most, key; }

}  // namespace gatehouse::config
