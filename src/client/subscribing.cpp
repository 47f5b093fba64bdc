#include "src/client/subscribing.hpp"

#include <algorithm>

namespace gatehouse::client {
namespace {

constexpr Milliseconds kPushPatience{2'000};  // a GET that is not answered for so long is an open stream

}  // namespace

void Subscribing::watch(std::vector<std::string> uris) {
  wanted_ = {std::make_move_iterator(uris.begin()), std::make_move_iterator(uris.end())};
  changed_.notify();
}

void Subscribing::can_push(bool can) {
  can_push_ = can;
  changed_.notify();
}

void Subscribing::interrupted() {
  for (const auto& [uri, accepted] : settled_) {
    if (!accepted) continue;
    mcp::Message message;
    message.rpc.type = jsonrpc::Type::notification;
    message.rpc.method = mcp::notification::kResourceUpdated;
    message.params.uri = uri;
    listener_.notified(message);
  }
}

Task<void> Subscribing::run(Cancel& cancel) {
  const Cancel::Hook stop(cancel, [this] { changed_.notify(); });
  while (!cancel.requested()) {
    const bool same = std::ranges::equal(wanted_, settled_, {}, {}, &std::pair<const std::string, bool>::first);
    if (same) {
      co_await changed_.wait();
    } else if (!can_push_) {
      co_await know_channel(cancel);
    } else {
      co_await one_change(cancel);
    }
  }
}

Task<void> Subscribing::know_channel(Cancel& cancel) {
  Cancel late;
  const net::Deadline deadline(loop_.timers(), kPushPatience, late);
  const Cancel::Hook give_up(late, [this] { changed_.notify(); });
  while (!can_push_ && !late.requested() && !cancel.requested()) co_await changed_.wait();
  if (!can_push_) can_push_ = true;
}

Task<void> Subscribing::one_change(Cancel& cancel) {
  const auto gone = std::ranges::find_if(settled_, [this](const auto& item) { return !wanted_.contains(item.first); });
  if (gone != settled_.end()) {
    const auto [uri, accepted] = *gone;
    settled_.erase(gone);
    if (accepted) (void)co_await ask(mcp::Method::resources_unsubscribe, uri, cancel);
    co_return;
  }
  const auto fresh = std::ranges::find_if(wanted_, [this](const auto& uri) { return !settled_.contains(uri); });
  if (fresh == wanted_.end()) co_return;
  const std::vector<std::string> asked{*fresh};
  bool accepted = *can_push_;
  if (accepted) accepted = co_await ask(mcp::Method::resources_subscribe, asked.front(), cancel);
  if (cancel.requested()) co_return;
  settled_[asked.front()] = accepted;
  listener_.watching(asked, std::span(asked.data(), accepted ? 1U : 0U));
}

Task<bool> Subscribing::ask(mcp::Method method, const std::string& uri, Cancel& cancel) {
  const Buffer text = Buffer::copy_of(json::Value::object({{"uri", uri}}).str());
  const auto params = mcp::read_params(text.view());
  if (!params) co_return false;
  Request request;
  request.method = method;
  request.method_name = mcp::to_string(method);
  request.params = &*params;
  request.idle_timeout = timeout_;
  request.max_timeout = timeout_;
  // The link tells a request's cancellation from the end of its time by the same wish, so each request has its own.
  Cancel own;
  const Cancel::Hook stop(cancel, [&own, &cancel] { own.request(cancel.reason()); });
  const auto reply = co_await post_(request, listener_, own);
  co_return reply && !(*reply)->is_error;
}

}  // namespace gatehouse::client
