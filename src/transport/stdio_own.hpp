#pragma once
#include <memory>

#include <gatehouse/net/pipe.hpp>
#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::transport {

/// The channel behind `stdio_channel`, over any two pipes.
[[nodiscard]] std::unique_ptr<Channel> line_channel(net::Pipe in, net::Pipe out, const StdioOptions& options);

}  // namespace gatehouse::transport
