#include <gatehouse/identity/api_key_verifier.hpp>

#include <algorithm>

#include <gatehouse/base/log.hpp>

#include "src/identity/digest.hpp"
#include "src/identity/recently_used.hpp"

namespace gatehouse::identity {
namespace {

constexpr unsigned kNetworkBitsV4 = 24, kNetworkBitsV6 = 48;

mcp::WallTime minute_of(mcp::WallTime now) { return std::chrono::floor<std::chrono::minutes>(now); }

}  // namespace

struct ApiKeyVerifier::Known {
  explicit Known(std::size_t most) : max_known(most), seen(most) {}
  struct Seen {
    ApiKeys::Proof proof;  // of the keys in force
    State* state = nullptr;
  };
  std::size_t max_known;
  Digester name;
  RecentlyUsed<Digest, Seen, DigestHash> seen;
};

ApiKeyVerifier::ApiKeyVerifier(const ApiKeyVerifierOptions& options)
    : known_(std::make_unique<Known>(options.max_known)) {}
ApiKeyVerifier::~ApiKeyVerifier() = default;

void ApiKeyVerifier::set_options(const ApiKeyVerifierOptions& options) {
  if (options.max_known != known_->max_known) known_ = std::make_unique<Known>(options.max_known);
}

void ApiKeyVerifier::replace(std::shared_ptr<const ApiKeys> keys) {
  keys_ = std::move(keys);
  known_->seen.clear();
}

std::optional<Verdict> ApiKeyVerifier::known(std::string_view key, const Circumstances& around) {
  return check(key, around);
}

Task<Verdict> ApiKeyVerifier::verify(std::string_view key, const Circumstances& around) {
  co_return check(key, around);
}

Verdict ApiKeyVerifier::check(std::string_view key, const Circumstances& around) {
  const std::string_view address = around.exchange.peer_address();
  const net::PeerCertificate* const certificate = around.exchange.peer_certificate();
  const KeySender sender{.address = address,
                         .endpoint = around.place.path,
                         .certificate = certificate ? std::string_view(certificate->thumbprint) : std::string_view()};
  const Digest name = known_->name({}, key);
  Known::Seen* seen = known_->seen.find(name);
  const bool is_new = !seen;
  if (is_new) {
    const auto proof = keys_->prove(key);
    if (!proof) return refuse(proof.error().why, proof.error().id, around);
    seen = &known_->seen.put(name, {*proof, nullptr});  // a key that may not be used was not used: it has no state
  }
  const auto match = keys_->check(seen->proof, sender, around.now);
  if (!match) return refuse(match.error(), keys_->records()[seen->proof.record].id, around);
  if (!seen->state) seen->state = &states_.try_emplace(match->record.id).first->second;
  if (!is_new) ++counters_.known;
  used(*match, *seen->state, key, address, around.now);
  return match->who;
}

Verdict ApiKeyVerifier::refuse(KeyRefusal why, std::string_view id, const Circumstances& around) {
  ++counters_.refused[static_cast<std::size_t>(why)];
  std::string reason = "API key";
  if (!id.empty()) reason.append(" ").append(id);
  reason.append(" from ").append(around.exchange.peer_address()).append(": ").append(to_string(why));
  if (why == KeyRefusal::foreign_endpoint)
    return fail(Kind::denied, Origin::client, "This API key is not for this endpoint.", std::move(reason));
  return not_good(around.place, std::move(reason));
}

void ApiKeyVerifier::used(const ApiKeys::Match& match, State& state, std::string_view key, std::string_view address,
                          mcp::WallTime now) {
  ++counters_.accepted;
  if (match.is_old_secret()) {
    ++counters_.old_secret;
    if (std::exchange(state.use.old_secret_until, *match.hash.not_after) != *match.hash.not_after)
      state.use.old_secret_uses = 0;
    ++state.use.old_secret_uses;
    state.use.old_secret_used_at = minute_of(now);
    state.changed = true;
  }
  if (match.hash.pepper != keys_->peppers().newest().id()) rehash(match, state, key);
  if (state.last_address != address) arrived_from(match.record.id, state, address);
  if (now - state.use.last_used_at < std::chrono::minutes(1)) return;
  state.use.last_used_at = minute_of(now);
  state.changed = true;
}

void ApiKeyVerifier::rehash(const ApiKeys::Match& match, State& state, std::string_view key) {
  if (std::exchange(state.rehashed, match.hash.value) == match.hash.value) return;
  ApiKeyHash hash = match.hash;
  hash.pepper = keys_->peppers().newest().id();
  hash.value = keys_->peppers().newest().hash(parse_api_key(key)->proof);
  rehashed_.push_back({match.record.id, match.hash.value, std::move(hash)});
}

void ApiKeyVerifier::arrived_from(std::string_view id, State& state, std::string_view address) {
  state.last_address = address;
  const auto parsed = IpAddress::parse(address);
  auto& networks = state.use.networks;
  if (!parsed || std::ranges::any_of(networks, [&](const AddressRange& one) { return one.contains(*parsed); })) return;
  const std::string network = parsed->network(parsed->is_v4() ? kNetworkBitsV4 : kNetworkBitsV6);
  log::write(networks.empty() ? log::Level::info : log::Level::warn,
             networks.empty() ? "an API key is used for the first time" : "an API key is used from a new network",
             {{"key", id}, {"network", network}, {"address", address}});
  if (networks.size() == ApiKeyUse::kMaxNetworks) networks.erase(networks.begin());
  networks.push_back(*AddressRange::parse(network));
  state.changed = true;
}

const ApiKeyUse* ApiKeyVerifier::use_of(std::string_view id) const {
  const auto known = states_.find(id);
  return known == states_.end() ? nullptr : &known->second.use;
}

void ApiKeyVerifier::restore(std::string_view id, ApiKeyUse use) {
  states_.insert_or_assign(std::string(id), State{.use = std::move(use), .last_address = {}});
}

void ApiKeyVerifier::take_changed_uses(FunctionRef<void(const std::string& id, const ApiKeyUse&)> visit) {
  for (auto& [id, state] : states_)
    if (std::exchange(state.changed, false)) visit(id, state.use);
}

}  // namespace gatehouse::identity
