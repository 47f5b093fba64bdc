#pragma once
#include <span>
#include <string>

#include <gatehouse/base/error.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::cli {

/// The arguments of a tool call as people write them. `text`: a JSON object, `@FILE` with one in it, `-` for one on standard input,
/// or empty. Each of `pairs` is `key=value` and sets a member: the value counts as JSON if it is JSON, else as a string.
/// Errors: invalid_params (origin client), naming what is wrong; io.
[[nodiscard]] Result<json::Value> read_arguments(const std::string& text, std::span<const std::string> pairs);

}  // namespace gatehouse::cli
