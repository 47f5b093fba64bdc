#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include <gatehouse/base/error.hpp>

namespace gatehouse::transport {

/// The messages of a JSON-RPC batch as views into `text`, which has `kSlack` readable bytes behind it.
/// Errors: parse_error; invalid_request for an empty batch or more than `max_batch` messages.
[[nodiscard]] Result<std::vector<std::string_view>> split_batch(std::string_view text, std::size_t max_depth,
                                                                std::size_t max_batch);

}  // namespace gatehouse::transport
