#pragma once
#include <string_view>

#include "gateway/config/reading.hpp"

namespace gatehouse::config {

/// Reads one server of a client's file into `server`, whose name is set. Keys of all clients are known at once: their names do
/// not contradict each other. What Gatehouse has no use for is a warning.
void read_client_entry(Reading& reading, const Node& node, Server& server);

/// The lines `NAME=value` of an env file: comments, `export` and surrounding quotes are removed, nothing is expanded.
[[nodiscard]] Pairs parse_env_file(std::string_view text);

}  // namespace gatehouse::config
