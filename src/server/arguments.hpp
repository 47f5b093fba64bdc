#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/request.hpp>

namespace gatehouse::server {

/// A tool's schema: an object with `"type":"object"` (LF-1803). Errors: invalid_config, naming `what`.
[[nodiscard]] Result<json::Value> parse_schema(std::string_view text, std::string_view what);

/// The first thing wrong with `arguments`: a required member that is missing, or a member whose type is not the one that the
/// schema's top level names. This is where full JSON Schema validation goes.
[[nodiscard]] std::optional<std::string> find_mismatch(const json::Value& schema, const json::Value& arguments);

/// The member `key` of the parameters, which has to be an object; an absent one is `{}`. Errors: invalid_params.
[[nodiscard]] Result<json::Value> object_param(const mcp::Params& params, std::string_view key);

}  // namespace gatehouse::server
