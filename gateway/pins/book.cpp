#include "gateway/pins/book.hpp"

#include <algorithm>

#include "gateway/pins/definition.hpp"

namespace gatehouse::pins {

std::optional<Held> Book::judge(Pin& pin, Version now, const Options& options, bool* is_news) const {
  if (pin.approved && pin.approved->hash == now.hash) {
    pin.waiting.reset();  // the server took it back
    return std::nullopt;
  }
  if (!pin.approved && options.on_new == OnNew::approve && !pin.waiting) {
    pin.approved = std::move(now);
    return std::nullopt;
  }
  if (!pin.waiting || pin.waiting->hash != now.hash) {
    *is_news = true;
    pin.waiting = std::move(now);
  }
  if (!pin.approved) return options.on_new == OnNew::hide ? std::optional(Held::hidden) : std::nullopt;
  switch (options.on_change) {
    case OnChange::alert: return std::nullopt;
    case OnChange::hide: return Held::hidden;
    case OnChange::refuse: return Held::refused;
  }
  return Held::refused;
}

Shown Book::look(const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists,
                 const Options& options, mcp::WallTime now, std::vector<ToolKey>* news) {
  Shown shown{.lists = lists, .held = {}};
  if (!lists) return shown;
  for (const catalog::Item& item : lists->of(mcp::ListKind::tools)) {
    const auto tool = json::parse(item.form.text);
    if (!tool) continue;
    const ToolKey key{server, item.key};
    bool is_news = false;
    const auto held = judge(pins_[key], {definition_hash(*tool), pinned_part(*tool), now}, options, &is_news);
    if (is_news) news->push_back(key);
    if (held) shown.held.emplace(item.key, *held);
  }
  if (shown.held.empty()) return shown;
  auto changed = std::make_shared<catalog::ServerLists>(*lists);
  auto& tools = changed->of(mcp::ListKind::tools);
  const auto held_as = [&](const catalog::Item& item) {
    const auto found = shown.held.find(item.key);
    return found == shown.held.end() ? std::nullopt : std::optional(found->second);
  };
  std::erase_if(tools, [&](const catalog::Item& item) { return held_as(item) == Held::hidden; });
  for (catalog::Item& item : tools) {
    if (held_as(item) != Held::refused) continue;
    auto form = catalog::read_form(mcp::ListKind::tools, pins_[{server, item.key}].approved->definition.str());
    if (!form) continue;
    item.form = std::move(*form);
    item.details = nullptr;
  }
  shown.lists = std::move(changed);
  return shown;
}

bool Book::approve(const ToolKey& tool) {
  const auto found = pins_.find(tool);
  if (found == pins_.end() || !found->second.waiting) return false;
  found->second.approved = std::move(found->second.waiting);
  found->second.waiting.reset();
  return true;
}

void Book::take(Pins written) {
  for (auto& [tool, pin] : pins_) {
    const auto [place, is_new] = written.try_emplace(tool, pin);
    if (is_new) continue;
    Pin& theirs = place->second;
    const std::optional<Version>& seen = pin.waiting ? pin.waiting : pin.approved;
    // What the server was heard to say last is known here; what is approved is known there.
    if (seen && (!theirs.approved || theirs.approved->hash != seen->hash)) theirs.waiting = seen;
  }
  pins_ = std::move(written);
}

std::size_t Book::waiting() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(pins_, [](const auto& entry) { return entry.second.waiting.has_value(); }));
}

}  // namespace gatehouse::pins
