#include "gateway/pins/filter.hpp"

#include <algorithm>

namespace gatehouse::pins {
std::shared_ptr<const catalog::ServerLists> Filter::show(const std::string& server,
                                                         const std::shared_ptr<const catalog::ServerLists>& lists,
                                                         mcp::WallTime now, HeldTools& held) {
  if (!lists) return lists;
  const auto found = seen_.find(lists.get());
  const bool is_known = found != seen_.end() && found->second.said.lock() == lists;
  const Shown& shown = is_known ? found->second.shown : look(server, lists, now);
  if (!shown.held.empty()) held[server].insert(shown.held.begin(), shown.held.end());
  return shown.lists ? shown.lists : lists;
}

const Shown& Filter::look(const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists,
                          mcp::WallTime now) {
  forget_old();
  const std::uint64_t before = book_.changes();
  std::vector<News> news;
  Shown shown = book_.look(server, lists, options_, now, &news);
  if (shown.lists == lists) shown.lists = nullptr;
  Seen& seen = seen_[lists.get()] = Seen{lists, std::move(shown)};
  if (!news.empty() || book_.changes() != before) noted_(news);
  return seen.shown;
}

/// Now and then, so that a thousand sessions with lists of their own cost no more than their lists.
void Filter::forget_old() {
  if (seen_.size() < forget_at_) return;
  std::erase_if(seen_, [](const auto& entry) { return entry.second.said.expired(); });
  forget_at_ = std::max(kForgetAt, 2 * seen_.size());
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
