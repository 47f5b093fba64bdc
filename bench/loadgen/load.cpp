#include "load.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "round_trip.hpp"

namespace loadgen {
namespace {

constexpr std::size_t kReadBytes = 256UL * 1024;
constexpr Nanoseconds kLookAfterEvery = 10'000'000;

Nanoseconds now_on_clock() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000L + t.tv_nsec;
}

}  // namespace

Load::Load(const Options& options)
    : options_(options),
      patience_(static_cast<Nanoseconds>(options.timeout_seconds * 1e9)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      connections_(options.connections),
      buffer_(kReadBytes) {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& c = connections_[i];
    if (!open(c))
      throw std::runtime_error("cannot connect to " + options.target.authority + ": " + std::strerror(errno));
    if (options.era == Era::legacy) c.session_id = open_session(options, c.fd);
    c.request.emplace(options, options.tools[i % options.tools.size()], c.session_id);
    idle_.push_back(&c);
  }
}

bool Load::open(Connection& connection) {
  connection.fd = connect_to(options_);
  if (!connection.fd.is_open()) return false;
  connection.waits_to_write = false;
  watch(connection, EPOLL_CTL_ADD);
  return true;
}

void Load::watch(Connection& connection, int operation) {
  epoll_event event{};
  event.events = connection.waits_to_write ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  ::epoll_ctl(epoll_.get(), operation, connection.fd.get(), &event);
}

Summary Load::run(const Plan& plan) {
  summary_ = {};
  summary_.request_bytes = connections_.front().request->with_id(kFirstCallId).size();
  handle_events(0);  // connections that the server closed since the last run are opened again before they are needed
  const Nanoseconds start = now_on_clock();
  schedule_ = Schedule(plan, options_.rate, start);
  last_seen_open_ = last_measured_answer_ = start;
  while (true) {
    send_due_calls();
    const Nanoseconds now = now_on_clock();
    if (busy_ == 0 && (schedule_.is_over(now) || is_too_late(now))) break;
    handle_events(busy_ == connections_.size() ? kLookAfterEvery : std::min(schedule_.wait(now), kLookAfterEvery));
    look_after_connections(now_on_clock());
  }
  summary_.count(Outcome::unsent) += schedule_.left(now_on_clock());
  const Nanoseconds measured = last_measured_answer_ - std::max(start, schedule_.measuring_from());
  summary_.seconds = static_cast<double>(std::max<Nanoseconds>(measured, 0)) / 1e9;
  return summary_;
}

/// An open loop that is this far behind its plan leaves the rest unsent.
bool Load::is_too_late(Nanoseconds now) const { return options_.rate > 0 && now - patience_ > schedule_.end(); }

void Load::send_due_calls() {
  while (!idle_.empty()) {
    const Nanoseconds now = now_on_clock();
    if (is_too_late(now)) return;
    const std::optional<Nanoseconds> planned = schedule_.due(now);
    if (!planned) return;
    Connection& connection = *idle_.back();
    idle_.pop_back();
    begin_call(connection, *planned, now);
  }
}

void Load::begin_call(Connection& connection, Nanoseconds planned, Nanoseconds now) {
  schedule_.take(planned);
  connection.planned = planned;
  connection.sent = now;
  connection.is_busy = true;
  connection.reader.begin();
  connection.unsent = connection.request->with_id(next_id_++);
  ++busy_;
  flush(connection);
}

void Load::flush(Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t sent =
        ::send(connection.fd.get(), connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return end_call(connection, Outcome::broken);
    if (sent < 0) break;
    connection.unsent.remove_prefix(static_cast<std::size_t>(sent));
  }
  if (connection.waits_to_write == connection.unsent.empty()) {
    connection.waits_to_write = !connection.unsent.empty();
    watch(connection, EPOLL_CTL_MOD);
  }
}

void Load::handle_events(Nanoseconds longest_wait) {
  std::array<epoll_event, 256> events;
  const timespec wait{.tv_sec = 0, .tv_nsec = longest_wait};
  const int ready = ::epoll_pwait2(epoll_.get(), events.data(), events.size(), &wait, nullptr);
  for (int i = 0; i < ready; ++i) {
    Connection& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (!connection.fd.is_open()) continue;
    if (connection.waits_to_write) flush(connection);
    read(connection);
    send_due_calls();
  }
}

void Load::read(Connection& connection) {
  const ssize_t got = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (!connection.is_busy) {  // closed by the server, or bytes that nobody asked for
    if (got > 0) ++summary_.count(Outcome::malformed);
    ++summary_.reconnects;
    return reopen(connection);
  }
  ResponseReader& reader = connection.reader;
  if (got <= 0) {
    reader.end_of_stream();
    return end_call(connection, reader.is_done() ? judge(connection) : Outcome::broken);
  }
  const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
  const bool has_more = reader.feed(bytes) < bytes.size();
  if (reader.is_malformed() || has_more) return end_call(connection, Outcome::malformed);
  if (reader.is_done()) end_call(connection, judge(connection));
}

Outcome Load::judge(const Connection& connection) const {
  const ResponseReader& reader = connection.reader;
  const MessageScanner& answer = reader.body().answer();
  const std::string_view id = connection.request->id();
  if (reader.status() < 200 || reader.status() > 299) return Outcome::http_status;
  if (!answer.is_complete()) return Outcome::malformed;
  if (answer.id() != id) return Outcome::id_mismatch;
  if (answer.has_error()) return Outcome::rpc_error;
  if (!answer.has_result()) return Outcome::malformed;
  if (answer.is_tool_error()) return Outcome::tool_error;
  if (!options_.ignore_text && !answer.text_start().starts_with(id)) return Outcome::text_mismatch;
  return Outcome::ok;
}

void Load::end_call(Connection& connection, Outcome outcome) {
  const Nanoseconds now = now_on_clock();
  const ResponseReader& reader = connection.reader;
  connection.is_busy = false;
  --busy_;
  ++summary_.count(outcome);
  if (reader.is_done()) {
    summary_.body_bytes += reader.body_bytes();
    summary_.notifications += reader.body().notifications();
  }
  if (outcome == Outcome::ok && schedule_.is_measured(connection.planned)) {
    summary_.latency.record(static_cast<std::uint64_t>(now - connection.planned));
    last_measured_answer_ = now;
  }
  if (outcome != Outcome::ok && summary_.first_error.empty()) {
    summary_.first_error =
        std::string(kOutcomeNames[static_cast<std::size_t>(outcome)]) + ", id " + std::string(connection.request->id());
    if (reader.has_head()) {
      summary_.first_error += ", HTTP " + std::to_string(reader.status()) + " " + reader.body_start();
    }
  }
  const bool is_reusable = reader.is_done() && outcome != Outcome::malformed && connection.unsent.empty();
  if (is_reusable && !reader.closes_connection()) return idle_.push_back(&connection);
  if (is_reusable) ++summary_.reconnects;
  idle_.push_back(&connection);
  reopen(connection);
}

/// Replaces the connection of an idle one; when that fails it leaves the idle ones until it succeeds.
void Load::reopen(Connection& connection) {
  if (open(connection)) return;
  std::erase(idle_, &connection);
  down_.push_back(&connection);
}

void Load::look_after_connections(Nanoseconds now) {
  if (now - looked_after_ < kLookAfterEvery) return;
  looked_after_ = now;
  for (Connection& connection : connections_) {
    if (connection.is_busy && now - connection.sent > patience_) end_call(connection, Outcome::timeout);
  }
  std::erase_if(down_, [this](Connection* connection) {
    if (!open(*connection)) return false;
    idle_.push_back(connection);
    return true;
  });
  if (down_.size() < connections_.size()) last_seen_open_ = now;
  if (now - last_seen_open_ > patience_) throw std::runtime_error("lost the target: no connection can be opened");
}

}  // namespace loadgen
