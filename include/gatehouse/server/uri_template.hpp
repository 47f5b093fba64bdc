#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/base/error.hpp>

namespace gatehouse::server {

/// What a URI has in the places of a template's variables, percent-decoded. A value may contain anything, `/` and `..` too,
/// if the client encoded it: check before using it as a file name (LF-906).
class Variables {
 public:
  /// Empty if there is no such variable.
  [[nodiscard]] std::string_view operator[](std::string_view name) const;
  void add(std::string name, std::string value) { values_.emplace_back(std::move(name), std::move(value)); }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// A URI template of simple expressions: `note:///{id}`. Rule: RFC 6570, level 1.
class UriTemplate {
 public:
  /// Errors: invalid_config for operators and modifiers (levels 2 to 4), unpaired braces, a variable named twice, and two
  /// variables without a character between them.
  [[nodiscard]] static Result<UriTemplate> parse(std::string_view text);

  /// The variables' values if `uri` is one of the template. A value has at least one character and no `/`, `?` or `#`.
  [[nodiscard]] std::optional<Variables> match(std::string_view uri) const;
  [[nodiscard]] const std::vector<std::string>& variables() const { return names_; }

 private:
  std::vector<std::string> literals_;  // one more than names: before, between and after the variables
  std::vector<std::string> names_;
};

}  // namespace gatehouse::server
