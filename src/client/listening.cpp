#include "src/client/listening.hpp"

#include <algorithm>

#include "src/client/http_link.hpp"

namespace gatehouse::client {
namespace {

constexpr Milliseconds kForever = std::chrono::hours(24 * 365);
constexpr Milliseconds kFirstDelay{1000};
constexpr Milliseconds kDebounce{20};  // several new wishes make one new stream
constexpr Milliseconds kAckTime{10'000};
constexpr Milliseconds kOverlap{100};  // what the old stream brings late is still heard
constexpr std::size_t kMaxGathered = 10'000;

std::vector<std::string> acknowledged_uris(const mcp::Message& message) {
  const json::Member* member = message.params.object.find("notifications");
  const auto filter = member ? json::parse(member->value) : Result<json::Value>(json::Value());
  const json::Value* list = filter ? filter->find("resourceSubscriptions") : nullptr;
  std::vector<std::string> uris;
  if (!list || !list->as_array()) return uris;
  for (const json::Value& uri : *list->as_array()) {
    if (uri.as_string()) uris.push_back(*uri.as_string());
  }
  return uris;
}

}  // namespace

/// One listen request; it lives as long as anybody may still hear of it.
struct Listening::Stream final : Listener {
  Stream(Listening& listening, std::vector<std::string> watched) : owner(listening), uris(std::move(watched)) {}
  void notified(const mcp::Message& message) override { owner.take(*this, message); }
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override {
    co_return fail(Kind::method_not_found, Origin::client, "Nobody can be asked on this stream.");
  }

  Listening& owner;
  std::vector<std::string> uris, accepted;
  Cancel cancel;
  bool acknowledged = false, ended = false, refused = false;
};

Listening::Listening(net::Loop& loop, Post post, Listener& listener, const mcp::ServerCapabilities& capabilities)
    : loop_(loop), post_(std::move(post)), listener_(listener), capabilities_(capabilities), delay_(kFirstDelay) {}

Listening::~Listening() = default;

void Listening::watch(std::vector<std::string> uris) {
  uris_ = std::move(uris);
  changed_.notify();
}

bool Listening::wants_nothing(const std::vector<std::string>& uris) const {
  return uris.empty() && !capabilities_.tools_changed && !capabilities_.prompts_changed &&
         !capabilities_.resources_changed;
}

std::string Listening::params(const std::vector<std::string>& uris) const {
  auto wanted = json::Value::object();
  if (capabilities_.tools_changed) wanted.set("toolsListChanged", true);
  if (capabilities_.prompts_changed) wanted.set("promptsListChanged", true);
  if (capabilities_.resources_changed) wanted.set("resourcesListChanged", true);
  if (!uris.empty()) wanted.set("resourceSubscriptions", json::Value::Array(uris.begin(), uris.end()));
  return json::Value::object({{"notifications", std::move(wanted)}}).str();
}

Task<void> Listening::run(Cancel& cancel) {
  const Cancel::Hook stop(cancel, [this] {
    if (current_) current_->cancel.request(CancelReason::shutting_down);
    if (next_) next_->cancel.request(CancelReason::shutting_down);
    changed_.notify();
  });
  while (!cancel.requested()) {
    if (current_ && current_->ended) {
      co_await lost(cancel);
    } else if (settled_ == uris_) {
      co_await changed_.wait();
    } else {
      co_await open(cancel);
    }
  }
  co_await group_.join();
}

Task<void> Listening::carry(std::shared_ptr<Stream> stream) {
  const Buffer text = Buffer::copy_of(params(stream->uris));
  const auto read = mcp::read_params(text.view());
  if (read) {
    Request request;
    request.method = mcp::Method::subscriptions_listen;
    request.method_name = mcp::to_string(request.method);
    request.params = &*read;
    request.idle_timeout = kForever;
    request.max_timeout = kForever;
    const auto reply = co_await post_(request, *stream, stream->cancel);
    stream->refused = reply && (*reply)->is_error;
  }
  stream->ended = true;
  changed_.notify();
}

/// Opens a stream for what is wanted now and waits until the server acknowledged it.
Task<void> Listening::open(Cancel& cancel) {
  if (current_) co_await loop_.sleep(kDebounce, &cancel);
  if (cancel.requested()) co_return;
  if (wants_nothing(uris_)) {
    settled_ = uris_;
    if (const auto unwanted = std::exchange(current_, nullptr)) unwanted->cancel.request(CancelReason::superseded);
    co_return;
  }
  next_ = std::make_shared<Stream>(*this, uris_);
  group_.spawn(carry(next_));
  {
    Cancel late;
    const net::Deadline deadline(loop_.timers(), kAckTime, late);
    const Cancel::Hook give_up(late, [this] { changed_.notify(); });
    while (!next_->acknowledged && !next_->ended && !late.requested() && !cancel.requested()) co_await changed_.wait();
  }
  const auto opened = std::exchange(next_, nullptr);
  if (cancel.requested()) co_return;
  if (opened->ended) {
    co_await not_opened(opened, cancel);
    co_return;
  }
  opened_at_ = Clock::now();
  settled_ = opened->uris;
  listener_.watching(opened->uris, opened->accepted);
  if (current_ && current_->ended) {  // it broke before the new one was there
    current_ = nullptr;
    interrupted_ = true;
  }
  if (current_) {
    co_await replace_current(opened, cancel);
    co_return;
  }
  current_ = opened;
  if (std::exchange(interrupted_, false)) assume_changes();
}

Task<void> Listening::replace_current(std::shared_ptr<Stream> opened, Cancel& cancel) {
  next_ = opened;
  gathering_ = true;
  co_await loop_.sleep(kOverlap, &cancel);
  gathering_ = false;
  next_ = nullptr;
  const auto old = std::exchange(current_, opened);
  old->cancel.request(CancelReason::superseded);
  for (const Key& key : std::exchange(gathered_, {})) deliver(key);
}

Task<void> Listening::not_opened(std::shared_ptr<Stream> failed, Cancel& cancel) {
  if (!failed->refused) {
    co_await pause(cancel);
    co_return;
  }
  settled_ = failed->uris;  // it does not want this filter: asking again would not help
  std::vector<std::string> accepted;
  if (current_) accepted = current_->accepted;
  listener_.watching(failed->uris, accepted);
}

Task<void> Listening::lost(Cancel& cancel) {
  current_ = nullptr;
  settled_.reset();
  interrupted_ = true;
  if (Clock::now() - opened_at_ > std::chrono::seconds(60)) delay_ = kFirstDelay;
  co_await pause(cancel);
}

Task<void> Listening::pause(Cancel& cancel) {
  co_await loop_.sleep(delay_, &cancel);
  delay_ = next_delay(delay_);
}

void Listening::take(Stream& stream, const mcp::Message& message) {
  if (message.rpc.method == mcp::notification::kAcknowledged) {
    stream.accepted = acknowledged_uris(message);
    stream.acknowledged = true;
    return changed_.notify();
  }
  if (stream.cancel.requested()) return;
  if (!gathering_ || gathered_.size() >= kMaxGathered) return listener_.notified(message);
  gathered_.emplace(message.rpc.method, message.params.uri);
}

void Listening::deliver(const Key& key) {
  mcp::Message message;
  message.rpc.type = jsonrpc::Type::notification;
  message.rpc.method = key.first;
  message.params.uri = key.second;
  listener_.notified(message);
}

void Listening::assume_changes() {
  announce_changes(listener_, capabilities_);
  for (const std::string& uri : current_->accepted) deliver({std::string(mcp::notification::kResourceUpdated), uri});
}

}  // namespace gatehouse::client
