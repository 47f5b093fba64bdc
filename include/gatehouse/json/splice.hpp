#pragma once
#include <cstdint>
#include <forward_list>
#include <memory>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include <gatehouse/base/function_ref.hpp>

namespace gatehouse::json {

/// What one gather-write sends, in order.
using Pieces = boost::container::small_vector<std::string_view, 16>;

/// A JSON text with a few places replaced: the untouched bytes are never copied.
/// Edits may be made in any order; an edit inside a range that another edit removes is dropped with it. An insertion at the
/// very edge of a range is outside. Of two edits of exactly the same range the later one holds; insertions at the same
/// place keep their order. Does not own `source`. Sources and insertions of 4 GiB and more are not supported.
class Splice {
 public:
  Splice() = default;
  explicit Splice(std::string_view source) : source_(source) {}

  [[nodiscard]] std::string_view source() const { return source_; }
  [[nodiscard]] bool edited() const { return !edits_.empty(); }

  /// Replaces `part`, a view into the source, by `text`, which is copied.
  void replace(std::string_view part, std::string_view text);
  void erase(std::string_view part) { replace(part, {}); }
  /// Inserts in front of the byte at `position`, a pointer into the source (its end is allowed).
  void insert(const char* position, std::string_view text) { replace({position, 0}, text); }

  void append_to(Pieces& out) const;  ///< Views stay valid as long as this object is neither changed nor moved.
  [[nodiscard]] std::string str() const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Edit {
    std::uint32_t at, length, text_at, text_length;
  };
  void sort() const;
  template <class Take>
  void each_piece(Take take) const;

  std::string_view source_;
  mutable boost::container::small_vector<Edit, 4> edits_;  // sorted on first use
  std::string text_;
};

/// One member of an object: where its key begins (the quote) and its value.
struct Member {
  std::string_view key;  ///< Unescaped; a view into the source, or, if it was written with escapes, into other memory.
  std::string_view value;       ///< Raw bytes in the source.
  const char* begin = nullptr;  ///< The key's opening quote.
};

/// The object `text` with its members in order, for removing and adding members without disturbing the rest.
struct ObjectView {
  std::string_view text;  ///< From `{` to `}`.
  boost::container::small_vector<Member, 8> members;
  /// Texts of keys that were written with escapes; shared, so that views in copies hold.
  std::shared_ptr<std::forward_list<std::string>> unescaped;

  /// Appends what Node::members tells its visitor. Unlike a plain push_back this keeps keys with escapes beyond the walk.
  void add(std::string_view key, const char* key_begin, std::string_view value);
  [[nodiscard]] const Member* find(std::string_view key) const;
};

/// Removes the members for which `drop` holds (asked once each, in order) and appends `added`
/// (`"key":value,"key":value`, may be empty). Edits inside the values that stay may be made before or after.
/// At most once per object.
void rewrite_members(Splice& splice, const ObjectView& object, FunctionRef<bool(const Member&)> drop,
                     std::string_view added);

}  // namespace gatehouse::json
