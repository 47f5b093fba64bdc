// Which connection a call takes, and one attempt to make it there.
#include <gatehouse/base/log.hpp>

#include "gateway/upstream/upstream.hpp"

namespace gatehouse::upstream {
namespace {

constexpr std::size_t kMaxAffinity = 66;  // 64 characters in quotes

/// Requests with the same principal, abilities and affinity may share a connection (GB-081, GB-111).
std::string slot_owner(const mcp::Call& call, const mcp::ClientCapabilities& declared) {
  std::string owner(call.client.principal());
  owner.append(1, '\0').append(mcp::to_json(declared, mcp::kLatestLegacy).str()).append(1, '\0');
  for (const auto& member : call.request.params.meta.others)
    if (member.key == "io.gatehouse/affinity" && member.value.size() <= kMaxAffinity) owner.append(member.value);
  return owner;
}

/// Makes a task, or asks for one.
bool is_about_task(const mcp::Message& request) {
  return mcp::target_of(request.method) == mcp::Target::task ||
         (request.method == mcp::Method::tools_call && request.params.object.find("task"));
}

/// A server may know a task only on the connection that made it: all of one user's tasks share one, whatever carries it. What is asked
/// for a task names it.
std::string task_owner(const mcp::Call& call, const mcp::ClientCapabilities& declared) {
  std::string owner("task");
  owner.append(1, '\0').append(call.client.principal()).append(1, '\0');
  return owner.append(mcp::to_json(declared, mcp::kLatestLegacy).str());
}

}  // namespace

mcp::ClientCapabilities Upstream::declared(const mcp::Client& client) const {
  mcp::ClientCapabilities known = client.capabilities;
  known.roots = known.roots && options_.roots;
  // Stateless clients never say that their roots changed.
  known.roots_changed = known.roots && known.roots_changed && mcp::has_sessions(client.revision);
  known.sampling_context = known.sampling_context && options_.sampling_context;
  // With a credential that users share, a server would connect what they sign in to with all of them (GB-152).
  const bool shared_credential =
      client.principal() != mcp::kAnonymous && !(options_.headers.empty() && options_.env.empty());
  known.elicitation_url = known.elicitation_url && !shared_credential;
  return known;
}

void Upstream::expire_connections() {
  bindings_.expire(Clock::now());
  slots_.expire(Clock::now());
}

/// A stateless client that can be asked something, or wants log lines, needs a connection that is only its own.
bool Upstream::wants_slot(const mcp::Call& call) const {
  const mcp::Client& client = call.client;
  if (!client.session.empty() || !(client.capabilities.any_callback() || client.log_level)) return false;
  const bool about_task = is_about_task(call.request);
  return (about_task ? client.capabilities.any_callback() : mcp::may_require_input(call.request.method)) &&
         options_.legacy_scope != LegacyScope::shared && options_.max_bindings > 0 && options_.max_slots > 0 &&
         mcp::has_sessions(main_->link->peer().revision);
}

/// Whether the session has something on the server's side that it must not share.
bool Upstream::wants_own_binding(const mcp::Client& client) const {
  const bool legacy = mcp::has_sessions(main_->link->peer().revision);
  return legacy && !client.session.empty() && (client.capabilities.any_callback() || client.log_level);
}

Task<Result<std::shared_ptr<Binding>>> Upstream::own_binding(const mcp::Client& client) {
  const auto shared = main_;
  auto binding = co_await bindings_.get(client, declared(client));
  if (!binding || *binding) co_return binding;
  log::warn("session shares a connection: max_bindings is reached", {{"server", name()}});
  co_return shared;
}

/// `shared`: requests of other clients travel on the same connection.
Task<Result<Answered>> Upstream::send(std::shared_ptr<Binding> binding, bool shared, const mcp::Call& call, Lower lower,
                                      client::Listener& listener) {
  client::Link& link = *binding->link;
  const auto wanted = call.client.log_level;
  const bool has_level = wanted && mcp::has_sessions(link.peer().revision);
  if (has_level) co_await raise_level(binding, *wanted);
  auto request = lower(link.peer());
  if (!request) {
    if (has_level && shared) wishes_.remove(*wanted);
    co_return fail(std::move(request.error()));
  }
  request->idle_timeout = options_.timeout;
  request->max_timeout = options_.max_timeout;
  request->first_timeout = options_.first_byte_timeout;
  request->takes_unattributed = !shared || mcp::is_modern(link.peer().revision);
  ++binding->in_use;
  auto reply = co_await link.request(*request, listener, call.cancel);
  --binding->in_use;
  if (has_level && shared) wishes_.remove(*wanted), cool_down();
  if (!shared) binding->last_used = Clock::now();
  if (!reply) {
    if (shared) failed(reply.error());
    co_return fail(std::move(reply.error()));
  }
  co_return Answered{std::move(*reply), link.peer().revision};
}

/// A process of its own, or a connection with a state of its own: what changes there is announced there.
void Upstream::opened(client::Link& link) {
  if (!link.separates_requests()) hub_->joined(link);
}

void Upstream::closed(client::Link& link) { hub_->left(link); }

/// Changes are everybody's business; log lines and what else belongs to no call are nobody's (GB-142).
void Upstream::heard(const mcp::Message& notification) {
  if (notification.rpc.method != mcp::notification::kMessage) notified(notification);
}

Task<Result<Answered>> Upstream::attempt_in_slot(const mcp::Call& call, Lower lower, client::Listener& listener) {
  const bool alone = !main_->link->separates_requests();
  const auto known = declared(call.client);
  const bool once = options_.legacy_scope == LegacyScope::request;
  Slots::Wish wish;
  wish.owner = once ? std::to_string(++requests_) : slot_owner(call, known);
  wish.capabilities = known;
  wish.alone = alone;
  wish.once = once;
  if (is_about_task(call.request)) {
    wish.owner = task_owner(call, known);
    wish.alone = wish.once = false;
  }
  auto taken = co_await slots_.take(std::move(wish), call.cancel);
  if (!taken) co_return fail(std::move(taken.error()));
  const std::shared_ptr<Slot> slot = std::move(*taken);
  Slot::User user(*slot, listener);
  const std::shared_ptr<Binding> binding(slot, &slot->binding);
  if (known.roots) co_await slot->ready(call.cancel);
  Result<Answered> answered = fail(Kind::cancelled, Origin::client, "The request was cancelled.");
  if (!call.cancel.requested()) answered = co_await send(binding, false, call, lower, listener);
  co_await user.end();
  slots_.give_back(slot);
  co_return answered;
}

Task<Result<Answered>> Upstream::attempt_in_session(const mcp::Call& call, Lower lower, client::Listener& listener) {
  auto binding = co_await own_binding(call.client);
  if (!binding) co_return fail(std::move(binding.error()));
  const bool shared = *binding == main_;
  if (!shared) (*binding)->last_used = Clock::now();
  auto answered = co_await send(std::move(*binding), shared, call, lower, listener);
  co_return answered;
}

Task<Result<Answered>> Upstream::attempt(const mcp::Call& call, Lower lower, client::Listener& listener) {
  if (!main_ || state_ == State::down) return refuse();  // lost while its caller waited
  if (wants_slot(call)) return attempt_in_slot(call, lower, listener);
  if (wants_own_binding(call.client)) return attempt_in_session(call, lower, listener);
  return send(main_, true, call, lower, listener);
}

}  // namespace gatehouse::upstream
