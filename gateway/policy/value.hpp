#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <gatehouse/json/value.hpp>

#include "gateway/policy/truth.hpp"

namespace gatehouse::policy {

/// A value while an expression is evaluated. Borrows from what it was read from.
struct Value {
  enum class Tag : std::uint8_t {
    none,     ///< Unknown, or still open: see `truth`.
    boolean,  ///< See `truth`.
    null,
    integer,
    real,
    string,
    texts,  ///< A list of strings.
    json,   ///< A list or a map.
  };
  Tag tag = Tag::none;
  Truth truth = Truth::unknown();
  std::int64_t integer = 0;
  double real = 0;
  std::string_view string;
  std::span<const std::string> texts;
  const json::Value* json = nullptr;

  [[nodiscard]] static Value unknown() { return {}; }
  [[nodiscard]] static Value open() { return {.truth = Truth::open()}; }
  [[nodiscard]] static Value of(Truth truth) { return {.tag = Tag::boolean, .truth = truth}; }
  [[nodiscard]] static Value of(std::int64_t number) { return {.tag = Tag::integer, .integer = number}; }
  [[nodiscard]] static Value of(double number) { return {.tag = Tag::real, .real = number}; }
  [[nodiscard]] static Value of(std::string_view text) { return {.tag = Tag::string, .string = text}; }
  [[nodiscard]] static Value of(std::span<const std::string> list) { return {.tag = Tag::texts, .texts = list}; }
  [[nodiscard]] static Value null() { return {.tag = Tag::null}; }
  /// A number that neither type can hold exactly is unknown.
  [[nodiscard]] static Value of(const json::Value& value);

  [[nodiscard]] bool is(Tag t) const { return tag == t; }
  /// As a condition: what is no boolean is unknown.
  [[nodiscard]] Truth as_condition() const {
    return tag == Tag::boolean || tag == Tag::none ? truth : Truth::unknown();
  }
};

/// A JSON number as it is judged: without point and exponent an integer, else a double, in either case only if nothing is lost. A
/// decimal that is not the shortest way to write its double (zeros at the end do not count) is unknown: a server may read it with
/// more digits than the gateway.
[[nodiscard]] Value exact_number(std::string_view text);

}  // namespace gatehouse::policy
