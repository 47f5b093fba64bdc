#include "gateway/pins/filter.hpp"

namespace gatehouse::pins {
namespace {

constexpr std::size_t kMaxSeen =
    1000;  // lists: a few of each server, and those of sessions with processes of their own

}  // namespace

std::shared_ptr<const catalog::ServerLists> Filter::show(const std::string& server,
                                                         const std::shared_ptr<const catalog::ServerLists>& lists,
                                                         mcp::WallTime now, HeldTools& held) {
  if (!lists) return lists;
  auto found = seen_.find(lists.get());
  if (found == seen_.end()) {
    if (seen_.size() >= kMaxSeen) seen_.clear();
    const std::size_t known = book_.pins().size();
    std::vector<ToolKey> news;
    Shown shown = book_.look(server, lists, options_, now, &news);
    found = seen_.emplace(lists.get(), Seen{lists, std::move(shown)}).first;
    if (!news.empty() || book_.pins().size() != known) noted_(news);
  }
  const Shown& shown = found->second.shown;
  if (!shown.held.empty()) held[server].insert(shown.held.begin(), shown.held.end());
  return shown.lists;
}

void Filter::set_options(Options options) {
  options_ = options;
  seen_.clear();
}

void Filter::take(Book::Pins written) {
  book_.take(std::move(written));
  seen_.clear();
}

}  // namespace gatehouse::pins
