// Reads of a JSON-RPC message what a caller must check, without keeping the message.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace loadgen {

/// The first bytes of a text; what does not fit is dropped.
class TextStart {
 public:
  static constexpr std::size_t kCapacity = 34;

  void clear() { size_ = 0; }
  void append(std::string_view more) {
    const std::size_t taken = std::min(more.size(), kCapacity - size_);
    std::copy_n(more.data(), taken, bytes_.data() + size_);
    size_ += taken;
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kCapacity> bytes_{};
  std::size_t size_ = 0;
};

/// One pass over a JSON-RPC message that may arrive in any number of pieces; memory does not depend on its size.
/// It looks at the members `id`, `result`, `error`, `method` of the top level, at `isError` of the result, and at the
/// first string called `text` inside the result. It does not validate JSON beyond brackets and strings.
class MessageScanner {
 public:
  void reset() { *this = MessageScanner{}; }
  void feed(std::string_view piece);

  [[nodiscard]] bool is_empty() const { return !started_; }
  /// The outermost value was closed and nothing but white space followed.
  [[nodiscard]] bool is_complete() const { return started_ && depth_ == 0 && !trailing_garbage_; }
  [[nodiscard]] bool has_result() const { return has_result_; }
  [[nodiscard]] bool has_error() const { return has_error_; }
  [[nodiscard]] bool has_method() const { return has_method_; }
  [[nodiscard]] bool has_id() const { return !id_.view().empty(); }
  [[nodiscard]] bool is_tool_error() const { return is_tool_error_; }
  /// The id as it was written, with the quotes of a string: `7` and `"7"` are different ids.
  [[nodiscard]] std::string_view id() const { return id_.view(); }
  /// The first bytes of the result's first text.
  [[nodiscard]] std::string_view text_start() const { return text_.view(); }

 private:
  enum class State { structure, string, escape, literal };
  enum class Member { other, id, result, error, method };

  std::size_t feed_string(std::string_view piece);
  void feed_structure(char c);
  void end_string();
  void end_literal();
  void take_key();

  State state_ = State::structure;
  int depth_ = 0;
  bool started_ = false;
  bool trailing_garbage_ = false;
  bool is_value_ = false;          // the next string or literal stands after a colon
  Member member_ = Member::other;  // of the top level, in whose value the scanner is
  bool key_is_text_ = false;
  bool key_is_tool_error_ = false;
  bool has_result_ = false;
  bool has_error_ = false;
  bool has_method_ = false;
  bool is_tool_error_ = false;
  bool has_text_ = false;
  TextStart token_;  // of the string or literal being read
  TextStart id_;
  TextStart text_;
};

}  // namespace loadgen
