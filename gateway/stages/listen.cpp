#include "gateway/stages/listen.hpp"

#include <array>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::stages {
namespace {

struct Topic {
  std::string_view filter;  ///< Member of the request's `notifications`.
  std::string_view notification;
};
constexpr std::array kTopics = {Topic{"toolsListChanged", mcp::notification::kToolsChanged},
                                Topic{"promptsListChanged", mcp::notification::kPromptsChanged},
                                Topic{"resourcesListChanged", mcp::notification::kResourcesChanged}};

std::uint8_t bit(std::size_t topic) { return static_cast<std::uint8_t>(1U << topic); }

std::uint8_t bit_of(mcp::ListKind kind) {
  for (std::size_t i = 0; i < kTopics.size(); ++i)
    if (kTopics[i].notification == mcp::changed_notification(kind)) return bit(i);
  return 0;
}

/// One client's stream: the acknowledgement first, then what it asked for, each tagged with its subscription.
class ListStream final : public mcp::Stream {
 public:
  ListStream(Subscribers& subscribers, std::string_view id, std::uint8_t wanted) : id_(id), wanted_(wanted) {
    subscribers.push_back(subscriber_);
  }

  Task<void> run(mcp::Events& events, Cancel& cancel) override {
    acknowledge(events);
    const Cancel::Hook over(cancel, [this] { subscriber_.changed.notify(); });
    while (!cancel.requested()) {
      const std::uint8_t news = std::exchange(subscriber_.pending, 0) & wanted_;
      for (std::size_t i = 0; i < kTopics.size(); ++i)
        if (news & bit(i)) send(events, kTopics[i].notification, {});
      co_await subscriber_.changed.wait();
    }
  }

 private:
  void acknowledge(mcp::Events& events) const {
    auto accepted = json::Value::object();
    for (std::size_t i = 0; i < kTopics.size(); ++i)
      if (wanted_ & bit(i)) accepted.set(kTopics[i].filter, true);
    send(events, mcp::notification::kAcknowledged, ",\"notifications\":" + accepted.str());
  }

  void send(mcp::Events& events, std::string_view method, std::string_view more) const {
    const std::string params = fmt::format(R"({{"_meta":{{"{}":{}}}{}}})", mcp::meta_key::kSubscriptionId, id_, more);
    events.notify(method, json::Splice(params));
  }

  Subscriber subscriber_;
  std::string id_;  // raw token of the request
  std::uint8_t wanted_;
};

}  // namespace

void announce(Subscribers& subscribers, mcp::ListKind kind) {
  for (Subscriber& subscriber : subscribers) {
    subscriber.pending |= bit_of(kind);
    subscriber.changed.notify();
  }
}

Task<mcp::Reply> Listen::handle(Call& call, Next next) {
  if (call.in.request.method == mcp::Method::subscriptions_listen) return listen(call);
  if (call.in.request.method == mcp::Method::logging_set_level) {
    return []() -> Task<mcp::Reply> { co_return mcp::Answer::of("{}"); }();
  }
  return next(call);
}

Task<mcp::Reply> Listen::listen(const Call& call) {
  const json::Member* filter = call.in.request.params.object.find("notifications");
  const auto wanted = filter ? json::parse(filter->value) : Result<json::Value>(json::Value());
  if (!wanted || !wanted->is_object())
    co_return fail(Kind::invalid_params, Origin::client, "params.notifications has to be an object.");
  std::uint8_t topics = 0;
  for (std::size_t i = 0; i < kTopics.size(); ++i) {
    const json::Value* flag = wanted->find(kTopics[i].filter);
    if (flag && flag->as_bool().value_or(false)) topics |= bit(i);
  }
  const std::string id(call.in.request.rpc.id);
  auto answer = mcp::Answer::of("{}");
  answer->extra_meta = fmt::format(R"("{}":{})", mcp::meta_key::kSubscriptionId, id);
  answer->stream = std::make_unique<ListStream>(subscribers_, id, topics);
  co_return answer;
}

}  // namespace gatehouse::stages
