#include <gatehouse/transport/stream_log.hpp>

#include <algorithm>
#include <charconv>

#include <gatehouse/transport/session.hpp>

namespace gatehouse::transport {
namespace {

constexpr std::size_t kIdLength = 24;  // hexadecimal digits: 96 bits

}  // namespace

std::string StreamLog::event_id(std::uint64_t number) const { return id_ + "." + std::to_string(number); }

bool StreamLog::fits(std::size_t bytes) const {
  return owner_ && bytes + sizeof(Event) <= owner_->table_.limits().session_bytes;
}

std::uint64_t StreamLog::append(std::string data) {
  if (!fits(data.size())) return skip();
  events_.push_back({++last_, std::move(data)});
  owner_->bytes_ += cost(events_.back());
  owner_->table_.bytes_ += cost(events_.back());
  owner_->shrink();
  note_more();
  return last_;
}

std::uint64_t StreamLog::skip() {
  ++last_;
  note_more();
  return last_;
}

void StreamLog::note_more() {
  if (writer_) writer_->more();
}

void StreamLog::end(TimePoint now) {
  if (std::exchange(ended_, true)) return;
  rest(now);
  if (owner_) owner_->forget_surplus();
  note_more();
}

void StreamLog::rest(TimePoint now) {
  if (!owner_) return;
  unlink();
  resting_since_ = now;
  owner_->table_.resting_.push_back(*this);
}

void StreamLog::sent(std::uint64_t number) {
  if (number <= sent_) return;
  for (auto event = after(sent_); owner_ && event != events_.end() && event->number <= number; ++event)
    owner_->sent_bytes_ += cost(*event);
  sent_ = number;
  if (owner_) owner_->shrink();
}

std::vector<StreamLog::Event>::const_iterator StreamLog::after(std::uint64_t number) const {
  return std::upper_bound(events_.begin() + static_cast<std::ptrdiff_t>(first_), events_.end(), number,
                          [](std::uint64_t wanted, const Event& event) { return wanted < event.number; });
}

std::uint64_t StreamLog::next_kept(std::uint64_t number) const {
  const auto found = after(number);
  return found == events_.end() ? last_ + 1 : found->number;
}

const std::string* StreamLog::event(std::uint64_t number) const {
  if (number == 0) return nullptr;
  const auto found = after(number - 1);
  return found == events_.end() || found->number != number ? nullptr : &found->data;
}

void StreamLog::attach(Writer& writer) {
  if (Writer* before = std::exchange(writer_, &writer)) before->taken_over();
  if (!ended_) unlink();
}

void StreamLog::detach(Writer& writer) {
  if (writer_ == &writer) writer_ = nullptr;
}

void StreamLog::drop_first() {
  Event& event = events_[first_++];
  owner_->bytes_ -= cost(event);
  owner_->table_.bytes_ -= cost(event);
  if (event.number <= sent_) owner_->sent_bytes_ -= cost(event);
  event.data = {};
  if (is_empty()) {
    events_ = {};
    first_ = 0;
  } else if (first_ > events_.size() / 2) {
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void StreamLog::drop_all() {
  while (!is_empty()) drop_first();
}

void StreamLogTable::expire(TimePoint now) {
  while (!resting_.empty() && resting_.front().resting_since_ + limits_.ttl <= now) {
    StreamLog& stream = resting_.front();
    stream.unlink();
    stream.drop_all();
    // The session's own stream stays known, so that a client that comes late hears that it missed something.
    if (stream.ended_) stream.owner_->forget(stream);
  }
}

std::shared_ptr<StreamLog> StreamLogs::open(StreamLog::Kind kind, std::string_view request_id, TimePoint now) {
  if (kind == StreamLog::Kind::standalone) {
    const auto before = streams_;  // ending one may forget another
    for (const auto& stream : before) {
      if (stream->kind_ == kind) stream->end(now);
    }
  }
  streams_.push_back(std::make_shared<StreamLog>(*this, random_id().substr(0, kIdLength), kind, request_id));
  return streams_.back();
}

std::optional<StreamLogs::Place> StreamLogs::find(std::string_view event_id) const {
  const std::size_t dot = event_id.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view digits = event_id.substr(dot + 1);
  std::uint64_t number = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || status != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const auto found = std::ranges::find(streams_, event_id.substr(0, dot), &StreamLog::id_);
  if (found == streams_.end() || number > (*found)->last_) return std::nullopt;
  return Place{*found, number};
}

bool StreamLogs::drop_oldest(bool sent_only) {
  for (const auto& stream : streams_) {
    if (stream->is_empty()) continue;
    if (sent_only && stream->events_[stream->first_].number > stream->sent_) continue;
    stream->drop_first();
    return true;
  }
  return false;
}

void StreamLogs::shrink() {
  const StreamLogLimits& limits = table_.limits();
  while (sent_bytes_ > limits.sent_bytes && drop_oldest(true)) {}
  while (bytes_ > limits.session_bytes || table_.bytes_ > limits.total_bytes) {
    if (!drop_oldest(true) && !drop_oldest(false)) break;
  }
}

void StreamLogs::forget(const StreamLog& stream) {
  const auto found = std::ranges::find_if(streams_, [&](const auto& one) { return one.get() == &stream; });
  (*found)->drop_all();
  (*found)->owner_ = nullptr;
  streams_.erase(found);
}

void StreamLogs::forget_surplus() {
  const auto is_over = [](const auto& stream) { return stream->ended_ && !stream->writer_; };
  while (static_cast<std::size_t>(std::ranges::count_if(streams_, is_over)) > kMaxEnded) {
    const auto stream = *std::ranges::find_if(streams_, is_over);
    stream->unlink();
    forget(*stream);
  }
}

void StreamLogs::end() {
  for (const auto& stream : std::exchange(streams_, {})) {
    stream->drop_all();
    stream->unlink();
    stream->owner_ = nullptr;
    if (StreamLog::Writer* writer = std::exchange(stream->writer_, nullptr)) writer->taken_over();
  }
}

}  // namespace gatehouse::transport
