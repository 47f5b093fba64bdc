#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/call.hpp>

/// Arguments of a tool that travel in HTTP headers, too (`x-mcp-header`). Pure.
/// Rule: MCP 2026-07-28, basic/transports/streamable-http, "Custom Headers from Tool Parameters"; gateway rule 6.12.
namespace gatehouse::catalog {

inline constexpr std::string_view kHeaderAnnotation = "x-mcp-header";
inline constexpr std::size_t kMaxHeaderParameters = 32;  ///< Of one tool.

/// One valid annotation.
struct HeaderParameter {
  std::string header;             ///< "Mcp-Param-Site"
  std::vector<std::string> path;  ///< Names of properties, from `arguments` downward; at least one.
};
using HeaderParameters = std::vector<HeaderParameter>;

struct Annotations {
  HeaderParameters valid;
  std::vector<std::string> problems;  ///< One sentence for each annotation that breaks a rule (TR-552 to TR-554).
};
[[nodiscard]] Annotations read_annotations(const json::Value& input_schema);

enum class Strip { all, invalid };
/// Removes annotations from a schema; true if there were any to remove.
bool strip_annotations(json::Value& input_schema, Strip which);

/// Checks that the headers of a `tools/call` repeat its arguments, for every parameter of the tool: the header of a present value is
/// there and equal (whole numbers by value), an absent or null one has none. `arguments`: raw object, or empty.
/// Errors: header_mismatch (-32020, HTTP 400; origin client). Rule: TR-560, TR-563 to TR-565.
[[nodiscard]] Result<void> check_header_parameters(const HeaderParameters& parameters,
                                                   std::span<const net::Header> headers, std::string_view arguments);

/// Owns the texts of headers made for one request.
struct MadeHeader {
  std::string name, value;
};
/// The headers for a call of this tool. Values that are objects or arrays have none: the server will refuse them anyway.
/// Errors: invalid_params when the arguments name a property twice. Rule: TR-556, TR-559, TR-561.
[[nodiscard]] Result<std::vector<MadeHeader>> make_header_parameters(const HeaderParameters& parameters,
                                                                     std::string_view arguments);
/// What a request to a server carries: the made ones, and those of the client whose names are not among them (TR-566, GB-252).
[[nodiscard]] std::vector<net::Header> merge_headers(std::span<const MadeHeader> made,
                                                     std::span<const net::Header> from_client);

}  // namespace gatehouse::catalog
