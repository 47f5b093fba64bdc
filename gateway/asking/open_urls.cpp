#include "gateway/asking/open_urls.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::asking {

void OpenUrls::keep(std::string_view session, std::string call, Standing standing, TimePoint now, TimePoint until) {
  if (standing.state && standing.state->size() > kMaxStateBytes) return;
  const auto is_over = [now](const Kept& kept) { return kept.until <= now; };
  if (by_session_.size() >= kMaxSessions) {
    boost::unordered::erase_if(by_session_,
                               [&](const auto& entry) { return std::ranges::all_of(entry.second, is_over); });
    if (by_session_.size() >= kMaxSessions) return;
  }
  auto& calls = by_session_.try_emplace(std::string(session)).first->second;
  std::erase_if(calls, [&](const Kept& kept) { return is_over(kept) || kept.call == call; });
  if (calls.size() >= kMaxCalls) calls.erase(calls.begin());
  calls.push_back({std::move(call), std::move(standing), until});
}

std::optional<OpenUrls::Standing> OpenUrls::take(std::string_view session, std::string_view call, TimePoint now) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return std::nullopt;
  auto& calls = found->second;
  std::erase_if(calls, [now](const Kept& kept) { return kept.until <= now; });
  std::optional<Standing> standing;
  if (const auto kept = std::ranges::find(calls, call, &Kept::call); kept != calls.end()) {
    standing = std::move(kept->standing);
    calls.erase(kept);
  }
  if (calls.empty()) by_session_.erase(found);
  return standing;
}

void OpenUrls::forget(std::string_view session) {
  if (const auto found = by_session_.find(session); found != by_session_.end()) by_session_.erase(found);
}

}  // namespace gatehouse::asking
