#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/function_ref.hpp>

#include "gateway/bridge/input_required.hpp"

/// The `inputRequests` of a task of the extension. Pure.
namespace gatehouse::bridge {

/// Raw object.
[[nodiscard]] std::string write_input_requests(const std::vector<KeyedQuestion>& questions);
/// The same questions as their client gets them (question.hpp, `prepare`), with the URIs that it knows; those that nobody may be asked
/// are left out.
[[nodiscard]] std::string prepare_input_requests(std::string_view raw, const Asked& asked,
                                                 FunctionRef<std::string(std::string_view local)> expose_uri);

}  // namespace gatehouse::bridge
