#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::policy {

/// A pattern for a whole text: `*` stands for any characters, none included, `?` for exactly one. Everything else, upper and lower
/// case included, stands for itself; there is no escape.
class Glob {
 public:
  explicit Glob(std::string pattern);
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] bool matches_everything() const { return pattern_ == "*"; }
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  std::string pattern_;
  std::size_t literal_;  // bytes in front of the first wildcard
};

/// Several patterns; an empty list is one that was not given and says nothing.
class Globs {
 public:
  Globs() = default;
  explicit Globs(std::span<const std::string> patterns) : all_(patterns.begin(), patterns.end()) {}
  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] bool match(std::string_view text) const;
  [[nodiscard]] bool match_any(std::span<const std::string> texts) const;
  [[nodiscard]] const std::vector<Glob>& all() const { return all_; }

 private:
  std::vector<Glob> all_;
};

}  // namespace gatehouse::policy
