#pragma once
#include <string>

#include "gateway/policy/source.hpp"

namespace gatehouse::policy {

/// The whole policy as one text; equal policies have equal texts, different ones different texts.
[[nodiscard]] std::string canonical_text(const PolicySource& source);

/// Appends `text` so that no other sequence of texts looks the same.
void append_part(std::string& out, std::string_view text);
void append_parts(std::string& out, const Texts& texts);

}  // namespace gatehouse::policy
