#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {

/// Exposes the URIs in the params of `sampling/createMessage`: links and embedded resources in `messages[].content`, those inside
/// results of tools included. True if there were any. Texts are never looked into (GB-054). Rule: gateway rule 4.2.
bool expose_question_uris(json::Value& params, FunctionRef<std::string(std::string_view local)> expose);

}  // namespace gatehouse::bridge
