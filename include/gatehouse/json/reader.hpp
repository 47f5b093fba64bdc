#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/json/splice.hpp>

namespace gatehouse::json {

class Tokens;

enum class Type { object, array, string, number, boolean, null };

/// A value during a walk. It may be looked at in any order and more than once, as long as the walk lasts; each look at a
/// container's inside reads it again. Errors of all operations: Kind::parse_error where the text is not JSON;
/// Kind::invalid_params (origin client) where the value has another type than asked for.
class Node {
 public:
  /// Told by the first byte; the rest is checked when the value is used.
  [[nodiscard]] Result<Type> type() const;
  /// The value's bytes in the source, without surrounding white space. Costs nothing more after a visit.
  /// A number or literal that `validate` did not check may be malformed.
  [[nodiscard]] Result<std::string_view> raw();
  /// The unescaped string; a view into the source, or, if it was written with escapes, into memory that ends with the walk.
  [[nodiscard]] Result<std::string_view> string();
  /// Calls `visit(key, key_begin, value)` for each member and returns the object's bytes. `key_begin` points at the key's
  /// quote. `key` is unescaped: a view into the source where `key.data() == key_begin + 1`, else into memory that ends with
  /// the walk (ObjectView::add keeps it). Duplicate keys are passed on: who needs one checks that it comes once.
  [[nodiscard]] Result<std::string_view> members(
      FunctionRef<Result<void>(std::string_view key, const char* key_begin, Node& value)> visit);
  /// Calls `visit` for each element and returns the array's bytes.
  [[nodiscard]] Result<std::string_view> elements(FunctionRef<Result<void>(Node& value)> visit);
  /// All members with their raw values, in order.
  [[nodiscard]] Result<ObjectView> object();

  struct Walk;
  Node(Walk& walk, std::uint32_t token) : walk_(&walk), token_(token) {}

 private:
  friend class Reader;
  bool pass();

  Walk* walk_;
  std::uint32_t token_;       // the value's first token
  std::uint32_t behind_ = 0;  // the token behind it, once known
};

/// Reads JSON in one pass without building a tree. Owns the parser's scratch memory: one Reader per thread. A walk started
/// by a visitor works, at the price of temporary memory. Scratch for texts above `kKeepBytes` is released after use.
class Reader {
 public:
  static constexpr std::size_t kKeepBytes = 1u << 20;

  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Checks the whole text: grammar of every value, UTF-8, no trailing bytes, no byte order mark, at most `max_depth` nested
  /// containers. Numbers of any size and half surrogate pairs are grammatical (RFC 8259, sections 6 and 8.2).
  /// REQUIRES: `kSlack` readable bytes behind `text`, of any content. Errors: Kind::parse_error (origin client); its message
  /// names the place.
  [[nodiscard]] Result<void> validate(std::string_view text, std::size_t max_depth);

  /// Walks `text`, whose root may be any value. What the visitor skips is checked for UTF-8, closed strings and as many
  /// closing as opening brackets only: use `validate` first for input that must be correct throughout.
  /// On an error what the visitors saw is void: it may stand elsewhere in the text than it seemed.
  /// REQUIRES: `kSlack` readable bytes behind `text`, of any content. Errors: Kind::parse_error (origin client), or what
  /// `visit` returns.
  [[nodiscard]] Result<void> walk(std::string_view text, FunctionRef<Result<void>(Node& root)> visit);

  /// `validate` and `walk` for the price of little more than one of them.
  [[nodiscard]] Result<void> walk_valid(std::string_view text, std::size_t max_depth,
                                        FunctionRef<Result<void>(Node& root)> visit);

 private:
  static Result<void> visit_root(std::string_view text, const Tokens& tokens,
                                 FunctionRef<Result<void>(Node& root)> visit);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The Reader of the current thread.
[[nodiscard]] Reader& reader();

}  // namespace gatehouse::json
