#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/json/splice.hpp>
#include <gatehouse/mcp/call.hpp>

/// Log messages of servers on their way to clients. Pure. Rule: gateway rule 6.10.
namespace gatehouse::bridge {

struct LogRules {
  mcp::LogLevel unasked = mcp::LogLevel::warning;  ///< Least level for sessions that never set one.
  std::size_t max_data_bytes = 64u << 10;          ///< Longer `data` is replaced by a sentence.
};

/// Whether a client gets a line of this level. Stateless clients get none that they did not ask for (LF-603).
[[nodiscard]] bool wants_line(std::string_view level, std::optional<mcp::LogLevel> least, mcp::Revision client,
                              const LogRules& rules);

/// The params with the server's name in front of the logger's (GB-221). Lines of stateless servers lose what belongs to their hop.
[[nodiscard]] std::string lift_log(const mcp::Message& notification, std::string_view server_name,
                                   const LogRules& rules);

}  // namespace gatehouse::bridge
