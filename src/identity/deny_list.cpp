#include <gatehouse/identity/deny_list.hpp>

#include <set>
#include <unordered_map>

#include <gatehouse/base/log.hpp>

#include "src/identity/digest.hpp"

namespace gatehouse::identity {

struct DenyList::Impl {
  struct Entry {
    std::optional<mcp::WallTime> issued_until;
    mcp::WallTime keep_until;
  };
  using Entries = std::unordered_map<Digest, Entry, DigestHash>;

  Digest name(Revocation::Of of, std::string_view issuer, std::string_view value) {
    scope.assign(1, static_cast<char>('0' + static_cast<int>(of))).append(issuer);
    return digest(scope, value);
  }
  void remove(Entries::iterator entry) {
    by_end.erase({entry->second.keep_until, entry->first});
    entries.erase(entry);
  }
  void drop_ended(mcp::WallTime now) {
    while (!by_end.empty() && by_end.begin()->first <= now) remove(entries.find(by_end.begin()->second));
  }
  bool has(Revocation::Of of, const mcp::Principal& who, std::string_view value, mcp::WallTime now) {
    if (value.empty()) return false;
    const auto found = entries.find(name(of, who.issuer, value));
    if (found == entries.end() || found->second.keep_until <= now) return false;
    const auto& until = found->second.issued_until;
    return !until || !who.auth.issued_at || *who.auth.issued_at <= *until;
  }

  DenyListOptions options;
  Entries entries;
  std::set<std::pair<mcp::WallTime, Digest>> by_end;
  std::function<void(const Revocation&)> tell;
  std::uint64_t generation = 0, evicted = 0;
  Digester digest;
  std::string scope;
};

DenyList::DenyList(const DenyListOptions& options) : impl_(std::make_unique<Impl>()) { impl_->options = options; }
DenyList::~DenyList() = default;

void DenyList::set_options(const DenyListOptions& options) { impl_->options = options; }

void DenyList::add(const Revocation& revocation, mcp::WallTime now) {
  Impl& self = *impl_;
  self.drop_ended(now);
  if (revocation.keep_until <= now) return;
  const std::string id = revocation.of == Revocation::Of::token ? token_id(revocation.issuer, revocation.value) : "";
  const Digest name = self.name(revocation.of, revocation.issuer, id.empty() ? revocation.value : id);
  Impl::Entry entry{revocation.issued_until, revocation.keep_until};
  if (const auto known = self.entries.find(name); known != self.entries.end()) {
    const Impl::Entry& old = known->second;
    const bool old_is_wider = !old.issued_until || (entry.issued_until && *old.issued_until >= *entry.issued_until);
    if (old_is_wider && old.keep_until >= entry.keep_until) return;
    if (old_is_wider) entry.issued_until = old.issued_until;
    entry.keep_until = std::max(entry.keep_until, old.keep_until);
    self.remove(known);
  }
  while (self.entries.size() >= self.options.max_entries && !self.by_end.empty()) {
    if (self.evicted++ == 0) log::warn("deny list full", {{"entries", std::to_string(self.entries.size()), true}});
    self.remove(self.entries.find(self.by_end.begin()->second));
  }
  self.entries.emplace(name, entry);
  self.by_end.emplace(entry.keep_until, name);
  ++self.generation;
  if (self.tell) self.tell(revocation);
}

void DenyList::on_added(std::function<void(const Revocation&)> tell) { impl_->tell = std::move(tell); }

bool DenyList::denies(const mcp::Principal& who, mcp::WallTime now) const {
  if (impl_->entries.empty()) return false;
  using enum Revocation::Of;
  return impl_->has(token, who, who.auth.credential_id, now) || impl_->has(session, who, who.session_id, now) ||
         impl_->has(subject, who, who.subject, now);
}

std::uint64_t DenyList::generation() const { return impl_->generation; }
std::size_t DenyList::size() const { return impl_->entries.size(); }
std::uint64_t DenyList::evicted() const { return impl_->evicted; }

std::string DenyList::token_id(std::string_view issuer, std::string_view jti) { return short_id(issuer, jti); }

}  // namespace gatehouse::identity
