#include "gateway/upstream/bindings.hpp"

#include <gatehouse/base/log.hpp>

namespace gatehouse::upstream {
namespace {

constexpr auto kIdleTime = std::chrono::minutes(10);

/// What a server says or asks on a session's own connection goes to that session.
class SessionListener final : public client::Listener {
 public:
  SessionListener(SessionFinder find, const Bindings& bindings, Bindings::Observer& observer, std::string_view session,
                  const Binding& binding, const Asking& asking)
      : find_(std::move(find)),
        bindings_(bindings),
        observer_(observer),
        session_(session),
        binding_(binding),
        asking_(asking) {}

  void notified(const mcp::Message& notification) override {
    const std::string_view method = notification.rpc.method;
    const bool completed = method == mcp::notification::kElicitationComplete;
    if (method != mcp::notification::kMessage && !completed) {
      if (const auto binding = bindings_.find(session_)) observer_.heard(session_, binding, notification);
      return;
    }
    const auto session = find_(session_);
    if (!session) return;
    std::string params;
    if (completed)
      params = bridge::exposed_completion(asking_.server_name, notification.params.object.text);
    else if (bridge::wants_line(notification.params.level, session->log_level, session->revision(), asking_.log))
      params = bridge::lift_log(notification, asking_.server_name, asking_.log);
    if (!params.empty()) session->send(method, json::Splice(params));
  }

  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override {
    const auto session = find_(session_);
    if (!session) co_return fail(Kind::state_lost, Origin::client, "The client's session has ended.");
    auto question = bridge::read_question(request.rpc.method, request.rpc.params);
    if (!question) co_return fail(Kind::method_not_found, Origin::client, "The client cannot be asked this.");
    const mcp::Client client = session->client(session->who(), {}, {});
    const bridge::Asked asked{
        .client = client.revision, .server_name = asking_.server_name, .may_share_context = asking_.may_share_context};
    const mcp::Revision server = binding_.link ? binding_.link->peer().revision : mcp::kLatestLegacy;
    asking::Route route(client, session->events(), asked, server);
    route.declared = asking_.declared(client);
    co_return co_await asking::ask_client(asking_.means, route, std::move(*question), cancel);
  }

 private:
  SessionFinder find_;
  const Bindings& bindings_;
  Bindings::Observer& observer_;
  std::string session_;
  const Binding& binding_;
  const Asking& asking_;
};

}  // namespace

Task<Result<std::shared_ptr<Binding>>> Bindings::get(const mcp::Client& client, mcp::ClientCapabilities declared) {
  const std::string session(client.session);
  while (true) {
    const auto found = by_session_.find(session);
    if (found == by_session_.end()) break;
    if (found->second.binding && found->second.binding->link->usable()) co_return found->second.binding;
    if (found->second.binding) {
      end(session);  // dead: open it anew
    } else {
      co_await opened_.wait();
    }
  }
  if (by_session_.size() >= most_) co_return std::shared_ptr<Binding>();
  by_session_.emplace(session, Entry{});
  auto binding = std::make_shared<Binding>();
  binding->listener = std::make_unique<SessionListener>(find_session_, *this, observer_, session, *binding, asking_);
  binding->last_used = Clock::now();
  auto link = co_await open_(declared, binding->listener.get());
  const auto entry = by_session_.find(session);
  opened_.notify_all();
  if (!link) {
    if (entry != by_session_.end()) by_session_.erase(entry);
    co_return fail(std::move(link.error()));
  }
  binding->link = std::move(*link);
  if (entry == by_session_.end()) {  // the session ended meanwhile
    tasks_.spawn(close(binding));
    co_return fail(Kind::state_lost, Origin::client, "The session has ended.");
  }
  entry->second.binding = binding;
  observer_.opened(session, binding);
  co_return binding;
}

std::shared_ptr<Binding> Bindings::find(std::string_view session) const {
  const auto found = by_session_.find(session);
  return found == by_session_.end() ? nullptr : found->second.binding;
}

void Bindings::end(std::string_view session) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  auto binding = std::move(found->second.binding);
  by_session_.erase(found);
  observer_.closed(session);
  if (binding) tasks_.spawn(close(std::move(binding)));
}

void Bindings::expire(TimePoint now) {
  std::vector<std::string> over;
  for (const auto& [session, entry] : by_session_) {
    if (!entry.binding || entry.binding->in_use > 0) continue;
    if (!entry.binding->link->usable() || now - entry.binding->last_used > kIdleTime) over.push_back(session);
  }
  for (const std::string& session : over) end(session);
}

Task<void> Bindings::close(std::shared_ptr<Binding> binding) { co_await binding->link->close(); }

Task<void> Bindings::close_all() {
  while (!by_session_.empty()) end(std::string(by_session_.begin()->first));
  co_await tasks_.join();
}

}  // namespace gatehouse::upstream
