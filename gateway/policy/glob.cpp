#include "gateway/policy/glob.hpp"

#include <algorithm>

#include <gatehouse/base/wildcard.hpp>

namespace gatehouse::policy {

Glob::Glob(std::string pattern)
    : pattern_(std::move(pattern)), literal_(std::min(pattern_.find_first_of("*?"), pattern_.size())) {}

bool Glob::matches(std::string_view text) const {
  const std::string_view pattern = pattern_;
  return text.starts_with(pattern.substr(0, literal_)) &&
         matches_wildcards(pattern.substr(literal_), text.substr(literal_));
}

bool Globs::match(std::string_view text) const {
  return std::ranges::any_of(all_, [text](const Glob& glob) { return glob.matches(text); });
}

bool Globs::match_any(std::span<const std::string> texts) const {
  return std::ranges::any_of(texts, [this](const std::string& text) { return match(text); });
}

}  // namespace gatehouse::policy
