#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gatehouse/base/error.hpp>
#include <gatehouse/json/text.hpp>

namespace gatehouse::json {

/// A JSON value for configuration, catalogues and cold paths. Objects keep their order; numbers keep their text, so that
/// nothing is lost by reading and writing. The hot path splices bytes instead (splice.hpp).
/// Writing and destroying take no stack per level; copying and comparing do.
class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<std::pair<std::string, Value>>;
  struct Number {
    std::string text;
    bool operator==(const Number&) const = default;
  };

  Value() = default;  ///< null
  Value(std::nullptr_t) {}
  template <std::same_as<bool> Flag>  // a pointer must not become true
  Value(Flag flag) : data_(flag) {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  Value(Integer number) : data_(Number{std::to_string(number)}) {}
  Value(double number);  ///< Null for what JSON cannot say: NaN and infinities.
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(Array items) : data_(std::move(items)) {}
  Value(Object members) : data_(std::move(members)) {}
  Value(const Value&) = default;
  Value(Value&&) noexcept = default;
  Value& operator=(const Value&) = default;
  Value& operator=(Value&&) noexcept = default;
  ~Value();

  /// REQUIRES: `text` is a JSON number.
  static Value number(std::string text) { return Value(Number{std::move(text)}); }
  static Value array(std::initializer_list<Value> items = {}) { return Value(Array(items)); }
  static Value object(std::initializer_list<std::pair<std::string, Value>> members = {}) {
    return Value(Object(members));
  }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(data_); }
  [[nodiscard]] bool is_number() const { return std::holds_alternative<Number>(data_); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(data_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(data_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(data_); }

  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<std::int64_t> as_int() const;  ///< Only for whole numbers in range; `2.0` is one. Exact.
  [[nodiscard]] std::optional<double> as_double() const;     ///< The nearest; none for what is out of a double's range.
  [[nodiscard]] const Number* as_number() const { return std::get_if<Number>(&data_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&data_); }

  /// The member, or null for a missing one or when this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
  /// The member's string, or `otherwise`.
  [[nodiscard]] std::string_view text(std::string_view key, std::string_view otherwise = {}) const;
  void set(std::string_view key, Value value);  ///< Replaces or appends. A non-object becomes an object.
  void erase(std::string_view key);
  void push(Value value);  ///< A non-array becomes an array.

  [[nodiscard]] std::string str() const;     ///< Compact JSON.
  [[nodiscard]] std::string pretty() const;  ///< Two-space indented JSON.
  void append_to(std::string& out) const;
  bool operator==(const Value&) const = default;

 private:
  explicit Value(Number number) : data_(std::move(number)) {}
  std::variant<std::monostate, bool, Number, std::string, Array, Object> data_;
};

/// Nesting that `parse` never exceeds, whatever its caller asks for: copying and comparing values take stack.
inline constexpr std::size_t kMaxValueDepth = 1000;

/// Parses a whole text (any bytes; it is copied for padding). Duplicate keys are an error. Half a surrogate pair in a string
/// (`"\ud83d"`, what is left of a cut emoji) becomes U+FFFD. May be called during a walk.
/// Errors: Kind::parse_error (origin client).
[[nodiscard]] Result<Value> parse(std::string_view text, std::size_t max_depth = 128);

}  // namespace gatehouse::json
