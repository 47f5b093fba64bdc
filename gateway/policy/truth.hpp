#pragma once
#include <cstdint>

namespace gatehouse::policy {

/// What a condition may turn out to be: a set of yes, no and unknown (Kleene's third value: a member is missing, types do not fit).
/// During a call it has one element. While a list is made, what depends on arguments is still open and may be any of the three.
class Truth {
 public:
  [[nodiscard]] static constexpr Truth yes() { return Truth(kYes); }
  [[nodiscard]] static constexpr Truth no() { return Truth(kNo); }
  [[nodiscard]] static constexpr Truth unknown() { return Truth(kUnknown); }
  [[nodiscard]] static constexpr Truth open() { return Truth(kYes | kNo | kUnknown); }
  [[nodiscard]] static constexpr Truth of(bool known) { return known ? yes() : no(); }

  [[nodiscard]] constexpr bool can_be_yes() const { return (set_ & kYes) != 0; }
  [[nodiscard]] constexpr bool can_be_no() const { return (set_ & kNo) != 0; }
  [[nodiscard]] constexpr bool can_be_unknown() const { return (set_ & kUnknown) != 0; }
  /// One element.
  [[nodiscard]] constexpr bool is_settled() const { return (set_ & (set_ - 1)) == 0; }

  [[nodiscard]] constexpr Truth operator!() const {
    return Truth((can_be_no() ? kYes : 0) | (can_be_yes() ? kNo : 0) | (set_ & kUnknown));
  }
  [[nodiscard]] constexpr Truth operator&&(Truth other) const {
    const bool both_unknown = (can_be_unknown() && (other.set_ & (kYes | kUnknown)) != 0) ||
                              (other.can_be_unknown() && (set_ & (kYes | kUnknown)) != 0);
    return Truth((can_be_yes() && other.can_be_yes() ? kYes : 0) | (can_be_no() || other.can_be_no() ? kNo : 0) |
                 (both_unknown ? kUnknown : 0));
  }
  [[nodiscard]] constexpr Truth operator||(Truth other) const { return !(!*this && !other); }
  constexpr bool operator==(const Truth&) const = default;

 private:
  static constexpr unsigned kYes = 1, kNo = 2, kUnknown = 4;
  constexpr explicit Truth(unsigned set) : set_(static_cast<std::uint8_t>(set)) {}

  std::uint8_t set_;
};

}  // namespace gatehouse::policy
