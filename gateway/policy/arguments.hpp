#pragma once
#include <string>
#include <string_view>

#include <gatehouse/json/value.hpp>

namespace gatehouse::policy {

/// The arguments of one call, read when a rule looks at them first. The bytes are forwarded as they came, so they are judged only
/// if every reader must understand them alike: objects whose members differ in more than upper and lower case, keys without escape
/// sequences, strings that are whole characters, at most `kMaxDepth` levels and `kMaxBytes`.
class Arguments {
 public:
  static constexpr std::size_t kMaxBytes = 1u << 20, kMaxDepth = 64;

  /// `raw` is a JSON value that was validated, or empty: then there are no arguments, which is an empty object.
  explicit Arguments(std::string_view raw) : raw_(raw) {}

  /// Null if they cannot be judged; `refusal` says why.
  [[nodiscard]] const json::Value* value();
  /// For the client. Empty as long as nobody looked or nothing is wrong.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  void read();

  std::string_view raw_;
  bool is_read_ = false;
  json::Value value_;
  std::string refusal_;
};

/// Equal but for the case of letters, as readers that ignore case see it: A to Z, and the two characters beyond ASCII that fold to
/// letters of ASCII.
[[nodiscard]] bool folds_to(std::string_view a, std::string_view b);

}  // namespace gatehouse::policy
