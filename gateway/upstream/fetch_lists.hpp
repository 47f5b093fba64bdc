#pragma once
#include <string>

#include <gatehouse/client/link.hpp>

#include "gateway/catalog/server_lists.hpp"

namespace gatehouse::upstream {

/// Reads every list that the server declares, all pages. A list that fails fails the whole: half a catalogue would make tools vanish.
/// Bounded: `max_items` per list. Errors: as client::Link::request, bad_reply.
Task<Result<catalog::ServerLists>> fetch_lists(client::Link& link, std::string server_name, Milliseconds timeout,
                                               Cancel& cancel);

}  // namespace gatehouse::upstream
