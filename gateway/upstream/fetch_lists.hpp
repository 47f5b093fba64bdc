#pragma once
#include <functional>
#include <string>
#include <vector>

#include <gatehouse/client/link.hpp>

#include "gateway/catalog/server_lists.hpp"
#include "gateway/catalog/settle.hpp"

namespace gatehouse::upstream {

/// How one server's lists are read.
struct FetchOptions {
  std::string server_name;
  Milliseconds timeout{60'000};
  catalog::SettleRules rules;
  /// Gets the pictures that `rules.icon` will be asked for; may be empty.
  std::function<Task<void>(std::vector<std::string> sources)> get_icons = {};
  bool public_lists = false;        ///< The operator says that everybody sees the same (GB-313).
  bool tasks_for_all = false;       ///< Every tool is shown as one that may run as a task (task_tools.hpp).
  Milliseconds legacy_ttl{60'000};  ///< Of lists without hints whose changes are announced (GB-312).
};

struct Fetched {
  catalog::ServerLists lists;
  catalog::Freshness freshness;
};

/// Reads every list that the server declares, all pages. A list that fails fails the whole: half a catalogue would make tools vanish.
/// Bounded: 100,000 items per list. Errors: as client::Link::request, bad_reply.
Task<Result<Fetched>> fetch_lists(client::Link& link, FetchOptions options, Cancel& cancel);

}  // namespace gatehouse::upstream
