#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/load.hpp"

/// A configuration text as a tree with line numbers, whatever language it was written in.
namespace gatehouse::config {

struct Member;

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  int line = 0;
  std::string text;             ///< Of a scalar, without quotes.
  bool quoted = false;          ///< Written as a string: `"8080"`.
  std::vector<Node> items;      ///< Of a list.
  std::vector<Member> members;  ///< Of a map, in order, duplicates included.

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  std::string key;
  int line = 0;
  Node value;
};

/// "a list", "text", …: for messages.
[[nodiscard]] std::string_view kind_name(const Node& node);

inline constexpr std::size_t kMaxFileBytes = 4u << 20;
inline constexpr int kMaxTreeDepth = 64;
inline constexpr int kMaxTreeNodes = 200'000;  ///< Aliases multiply; a small file must not become a large tree.

/// Errors: a problem with line and message; file and key are left to the caller.
[[nodiscard]] std::expected<Node, Problem> read_yaml(std::string_view text);
/// JSON with `//` and `/* */` comments, trailing commas and a byte order mark, as editors write it.
[[nodiscard]] std::expected<Node, Problem> read_json(std::string_view text);

}  // namespace gatehouse::config
