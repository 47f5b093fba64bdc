#pragma once
#include <optional>
#include <string>
#include <vector>

#include <gatehouse/json/value.hpp>

/// Forms of newer servers for clients of 2025-06-18, and their answers back. Pure. Rule: gateway rules, section 6.5.
namespace gatehouse::bridge {

/// A form that an old client can show: no `mode`, no defaults but of booleans, `enum` and `enumNames` for titled choices, one boolean
/// per choice for lists of choices.
class OldForm {
 public:
  static constexpr std::size_t kMaxChoices = 12;  ///< Of a list of choices; more cannot be asked in a sensible way.

  /// `params` of an `elicitation/create`. None: it cannot be asked.
  [[nodiscard]] static std::optional<OldForm> of(const json::Value& params);

  [[nodiscard]] const json::Value& params() const { return params_; }
  /// The answer's `content` in the form the server asked for.
  [[nodiscard]] json::Value restore(const json::Value& content) const;

 private:
  struct Expanded {
    std::string name;
    std::vector<std::string> values;  // of the choices, by the number of their boolean
  };
  bool expand(const std::string& name, const json::Value& property, json::Value& properties);
  json::Value params_;
  std::vector<Expanded> expanded_;
};

}  // namespace gatehouse::bridge
