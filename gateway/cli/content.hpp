#pragma once
#include <string>

#include <gatehouse/json/value.hpp>

/// What a tool answered, for people.
namespace gatehouse::cli {

/// The content blocks of a tool's result, each on lines of its own: texts as they are, others described in brackets.
/// Without blocks: the structured content, if there is one. Ends with a line break unless it is empty.
[[nodiscard]] std::string content_text(const json::Value& result);

/// The arguments that a tool takes, in the order of its input schema: `city [days]`; those in brackets may be left out.
[[nodiscard]] std::string signature(const json::Value& tool);

}  // namespace gatehouse::cli
