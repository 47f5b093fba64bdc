#include "gateway/pins/book.hpp"

#include <algorithm>
#include <set>

#include "gateway/pins/definition.hpp"

namespace gatehouse::pins {
namespace {

std::size_t bytes_of(const Pin& pin) {
  return (pin.approved ? pin.approved->bytes : 0) + (pin.waiting ? pin.waiting->bytes : 0);
}

/// What cannot be compared with anything is a risk only where somebody asked for being kept from risks.
std::optional<Held> hold_unpinned(const Options& options) {
  const bool only_watches = options.on_change == OnChange::alert && options.on_new == OnNew::approve;
  return only_watches ? std::nullopt : std::optional(Held::hidden);
}

/// The server's lists without what is hidden, and with approved definitions in place of those that are refused.
std::shared_ptr<const catalog::ServerLists> shown_lists(const std::string& server, const catalog::ServerLists& lists,
                                                        Shown& shown, const Book::Pins& pins) {
  auto changed = std::make_shared<catalog::ServerLists>(lists);
  auto& tools = changed->of(mcp::ListKind::tools);
  for (catalog::Item& item : tools) {
    const auto held = shown.held.find(item.key);
    if (held == shown.held.end() || held->second != Held::refused) continue;
    auto form = catalog::read_form(mcp::ListKind::tools, pins.at({server, item.key}).approved->definition.str());
    if (form) {
      item.form = std::move(*form);
      item.details = nullptr;
    } else {
      held->second = Held::hidden;
    }
  }
  std::erase_if(tools, [&](const catalog::Item& item) {
    const auto held = shown.held.find(item.key);
    return held != shown.held.end() && held->second == Held::hidden;
  });
  return changed;
}

}  // namespace

/// What is the same for all tools of a list, and what is left of the server's room.
struct Book::Look {
  const Options& options;
  std::vector<News>* news;
  std::size_t tools, bytes;

  [[nodiscard]] bool has_room(std::size_t more) const { return more <= bytes; }
  std::optional<Held> unpinned(const ToolKey& tool, News::What why) const {
    news->push_back({tool, why});
    return hold_unpinned(options);
  }
};

Version make_version(const json::Value& tool, mcp::WallTime seen_at) {
  Version version{.hash = definition_hash(tool), .definition = pinned_part(tool), .seen_at = seen_at};
  version.bytes = version.definition.str().size();
  return version;
}

Book::Look Book::begin(const std::string& server, const catalog::ServerLists& lists, const Options& options,
                       std::vector<News>* news) {
  const auto of_server = [&] {
    std::pair<std::size_t, std::size_t> used;
    for (auto pin = pins_.lower_bound({server, ""}); pin != pins_.end() && pin->first.first == server; ++pin) {
      ++used.first;
      used.second += bytes_of(pin->second);
    }
    return used;
  };
  auto used = of_server();
  if (used.first > options.max_tools / 2 || used.second > options.max_bytes / 2) {
    forget_unapproved(server, lists);
    used = of_server();
  }
  return {.options = options,
          .news = news,
          .tools = options.max_tools - std::min(options.max_tools, used.first),
          .bytes = options.max_bytes - std::min(options.max_bytes, used.second)};
}

/// A server must not fill the book with tools that come and go. Those that were approved stay: otherwise they could come back as new.
void Book::forget_unapproved(const std::string& server, const catalog::ServerLists& lists) {
  std::set<std::string_view> there;
  for (const catalog::Item& item : lists.of(mcp::ListKind::tools)) there.insert(item.key);
  const auto gone = [&](const auto& entry) {
    return entry.first.first == server && !entry.second.approved && !there.contains(entry.first.second);
  };
  changes_ += std::erase_if(pins_, gone);
}

std::optional<Held> Book::judge(Look& look, const ToolKey& tool, Version now) {
  const auto known = pins_.find(tool);
  if (known != pins_.end()) return compare(look, known->second, tool, std::move(now));
  if (look.tools == 0 || !look.has_room(now.bytes)) return look.unpinned(tool, News::What::no_room);
  --look.tools;
  return compare(look, pins_[tool], tool, std::move(now));
}

std::optional<Held> Book::compare(Look& look, Pin& pin, const ToolKey& tool, Version now) {
  const auto drop_waiting = [&] {
    if (!pin.waiting) return;
    look.bytes += pin.waiting->bytes;
    pin.waiting.reset();
    ++changes_;
  };
  const Options& options = look.options;
  if (pin.approved && pin.approved->hash == now.hash) {
    drop_waiting();  // the server took it back
    return std::nullopt;
  }
  if (!pin.waiting || pin.waiting->hash != now.hash) {
    drop_waiting();
    if (!look.has_room(now.bytes)) {
      if (!pin.approved) pins_.erase(tool);
      return look.unpinned(tool, News::What::no_room);
    }
    look.bytes -= now.bytes;
    ++changes_;
    const bool is_trusted = !pin.approved && options.on_new == OnNew::approve;
    if (!is_trusted) look.news->push_back({tool, pin.approved ? News::What::changed : News::What::unknown});
    pin.waiting = std::move(now);
  }
  if (!pin.approved && options.on_new == OnNew::hide) return Held::hidden;
  if (!pin.approved) {
    pin.approved = std::exchange(pin.waiting, std::nullopt);
    ++changes_;
    return std::nullopt;
  }
  switch (options.on_change) {
    case OnChange::alert: return std::nullopt;
    case OnChange::hide: return Held::hidden;
    case OnChange::refuse: return Held::refused;
  }
  return Held::refused;
}

Shown Book::look(const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists,
                 const Options& options, mcp::WallTime now, std::vector<News>* news) {
  Shown shown{.lists = lists, .held = {}};
  if (!lists) return shown;
  Look look = begin(server, *lists, options, news);
  for (const catalog::Item& item : lists->of(mcp::ListKind::tools)) {
    const ToolKey tool{server, item.key};
    const auto definition = json::parse(item.form.text, json::kMaxValueDepth);
    const auto held =
        definition ? judge(look, tool, make_version(*definition, now)) : look.unpinned(tool, News::What::unreadable);
    if (held) shown.held.emplace(item.key, *held);
  }
  if (!shown.held.empty()) shown.lists = shown_lists(server, *lists, shown, pins_);
  return shown;
}

bool Book::approve(const ToolKey& tool) {
  const auto found = pins_.find(tool);
  if (found == pins_.end() || !found->second.waiting) return false;
  found->second.approved = std::exchange(found->second.waiting, std::nullopt);
  ++changes_;
  return true;
}

void Book::take(Pins written) {
  for (auto& [tool, pin] : pins_) {
    const auto [place, is_new] = written.try_emplace(tool, pin);
    if (is_new) continue;
    Pin& theirs = place->second;
    const std::optional<Version>& seen = pin.waiting ? pin.waiting : pin.approved;
    // What the server was heard to say last is known here; what is approved is known there.
    if (!seen) continue;
    if (theirs.approved && theirs.approved->hash == seen->hash)
      theirs.waiting.reset();
    else
      theirs.waiting = seen;
  }
  ++changes_;
  pins_ = std::move(written);
}

std::size_t Book::waiting() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(pins_, [](const auto& entry) { return entry.second.waiting.has_value(); }));
}

}  // namespace gatehouse::pins
