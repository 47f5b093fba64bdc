#include "gateway/app/key_ring.hpp"

#include <algorithm>
#include <map>

#include <gatehouse/base/log.hpp>

#include "gateway/keyfile/files.hpp"
#include "gateway/keyfile/issue.hpp"
#include "gateway/keyfile/uses.hpp"

namespace gatehouse::app {
namespace {

constexpr Milliseconds kWriteInterval{60'000};
constexpr std::size_t kMaxTold = 100;  // changed keys that are named one by one

void tell(const config::Problems& problems, log::Level level, std::string_view event) {
  for (const config::Problem& problem : problems) log::write(level, event, {{"problem", problem.str()}});
}

std::string all_of(const config::Problems& problems) {
  std::string text;
  for (const config::Problem& problem : problems) text.append(text.empty() ? "" : "\n").append(problem.str());
  return text;
}

/// What became of a key, for people; empty: nothing that matters to them.
std::string_view change_of(const identity::ApiKeyRecord* before, const identity::ApiKeyRecord& now) {
  if (!before) return now.revoked_at ? "" : "added";
  if (!before->revoked_at && now.revoked_at) return "revoked";
  if (before->revoked_at && !now.revoked_at) return "taken back into use";
  return before->hashes.front().value != now.hashes.front().value ? "rotated" : "";
}

}  // namespace

KeyRing::KeyRing(net::Loop& loop, keyfile::Place place)
    : loop_(loop), place_(std::move(place)), writer_(loop.timers()) {}

Result<void> KeyRing::load() {
  watch_.emplace(loop_, std::vector{place_.file, place_.pepper_file()}, [this] { changed(); });
  auto loaded = keyfile::load(place_);
  if (!loaded) return fail(Kind::invalid_config, Origin::gateway, all_of(loaded.error()));
  tell(loaded->warnings, log::Level::warn, "API keys");
  log::info("API keys loaded", {{"file", place_.file}, {"keys", std::to_string(loaded->records.size()), true}});
  verifier_->replace(std::make_shared<const identity::ApiKeys>(std::move(loaded->records), std::move(loaded->peppers)));
  if (const auto text = keyfile::read_if_there(keyfile::uses_file(place_.file)))
    for (auto& [id, use] : keyfile::read_uses(*text)) verifier_->restore(id, std::move(use));
  write_soon();
  return {};
}

void KeyRing::move_to(keyfile::Place place) {
  place_ = std::move(place);
  watch_.emplace(loop_, std::vector{place_.file, place_.pepper_file()}, [this] { changed(); });
  changed();
}

void KeyRing::changed() {
  if (std::exchange(reading_, true))
    changed_meanwhile_ = true;
  else
    tasks_.spawn(read_again());
}

/// On another thread: a long file must not keep calls waiting.
Task<void> KeyRing::read_again() {
  do {
    changed_meanwhile_ = false;
    const keyfile::Place place = place_;
    std::optional<Loaded> loaded;
    co_await loop_.offload([&loaded, &place] { loaded.emplace(keyfile::load(place)); });
    take(std::move(*loaded));
    ++reads_;
  } while (changed_meanwhile_ && !tasks_.cancelled());
  reading_ = false;
}

void KeyRing::take(Loaded loaded) {
  if (!loaded) return tell(loaded.error(), log::Level::error, "API keys not loaded, the old ones stay");
  // It may be on its way to another place, or gone by mistake; to end all keys, one revokes them.
  if (loaded->records.empty() && !verifier_->keys().records().empty()) {
    const auto text = keyfile::read_if_there(place_.file);
    if (text && text->empty())
      return log::error("API keys not loaded, the old ones stay", {{"problem", place_.file + " is gone or empty"}});
  }
  tell(loaded->warnings, log::Level::warn, "API keys");
  tell_changes(loaded->records);
  log::info("API keys loaded", {{"file", place_.file}, {"keys", std::to_string(loaded->records.size()), true}});
  verifier_->replace(std::make_shared<const identity::ApiKeys>(std::move(loaded->records), std::move(loaded->peppers)));
}

void KeyRing::tell_changes(const keyfile::Records& records) const {
  std::map<std::string_view, const identity::ApiKeyRecord*> before;
  for (const identity::ApiKeyRecord& record : verifier_->keys().records()) before.emplace(record.id, &record);
  std::size_t told = 0;
  const auto say = [&told](const identity::ApiKeyRecord& record, std::string_view change) {
    if (!change.empty() && ++told <= kMaxTold)
      log::info("an API key changed", {{"key", record.id}, {"name", record.name}, {"change", change}});
  };
  for (const identity::ApiKeyRecord& record : records) {
    const auto known = before.find(record.id);
    say(record, change_of(known == before.end() ? nullptr : known->second, record));
    if (known != before.end()) before.erase(known);
  }
  for (const auto& [id, record] : before) say(*record, "removed");
}

void KeyRing::write_soon() {
  writer_.arm(kWriteInterval, [this] {
    write_soon();
    tasks_.spawn(write_uses());
  });
}

Task<void> KeyRing::write_uses() {
  co_await write_rehashed();
  keyfile::Uses uses;
  verifier_->take_changed_uses(
      [&uses](const std::string& id, const identity::ApiKeyUse& use) { uses.emplace(id, use); });
  if (uses.empty()) co_return;
  const std::string file = place_.file;
  const keyfile::Records records = verifier_->keys().records();
  Result<void> written;
  co_await loop_.offload([&] { written = keyfile::merge_uses(file, uses, records); });
  if (!written && !std::exchange(cannot_write_, true))
    log::warn("uses of API keys cannot be written down", {{"reason", written.error().message}});
  if (written) cannot_write_ = false;
}

/// Older peppers are not needed for ever: whoever still comes is stored with the newest.
Task<void> KeyRing::write_rehashed() {
  const auto rehashed = verifier_->take_rehashed();
  if (rehashed.empty()) co_return;
  const keyfile::Place place = place_;
  Result<void> written;
  co_await loop_.offload([&] {
    written = keyfile::edit(place, [&](keyfile::Records& records, const identity::Peppers&) {
      for (const auto& one : rehashed) keyfile::replace_hash(records, one.id, one.before, one.after);
      return Result<void>{};
    });
  });
  if (!written) log::warn("API keys cannot be stored with the newest pepper", {{"reason", written.error().message}});
}

Task<void> KeyRing::end(std::unique_ptr<KeyRing> ring) { co_await ring->stop(); }

Task<void> KeyRing::stop() {
  if (watch_) watch_->stop();
  writer_.disarm();
  tasks_.cancel().request(CancelReason::shutting_down);
  co_await tasks_.join();
  co_await write_uses();
}

}  // namespace gatehouse::app
