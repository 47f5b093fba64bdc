#pragma once
#include <string>

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {

/// One spelling per JSON value: members sorted by key, no white space, numbers by what they are worth (`1`, `1.0` and `10e-1` are one
/// number, of any size). In the style of RFC 8785. Pure.
[[nodiscard]] std::string canonical(const json::Value& value);

}  // namespace gatehouse::bridge
