#include "src/client/sse_channel.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include <gatehouse/base/log.hpp>
#include <gatehouse/net/sse.hpp>

#include "src/client/http_exchange.hpp"

namespace gatehouse::client {
namespace {

constexpr std::size_t kMaxRefusalBytes = 64 * 1024;
constexpr std::string_view kEventStream = "text/event-stream";

std::unexpected<Error> lost(std::string detail) {
  return fail(Kind::connection_lost, Origin::upstream, "the connection was closed", std::move(detail));
}

/// What a status that is no success says about the server. The words are those of Streamable HTTP.
Error refusal(int status) {
  HttpOutcome outcome;
  outcome.status = status;
  return no_answer(outcome);
}

class SseChannel final : public transport::Channel {
 public:
  SseChannel(net::Loop& loop, net::HttpClient& http, net::Url url, SseOptions options, std::string headers)
      : loop_(loop),
        http_(http),
        url_(std::move(url)),
        options_(options),
        post_headers_("Content-Type: application/json\r\n" + headers),
        get_headers_("Accept: text/event-stream\r\nCache-Control: no-cache\r\n" + headers),
        parser_(options.max_event_bytes) {}

  Task<Result<void>> open(Cancel& cancel) {
    const net::HttpRequest get{
        .method = "GET", .fixed_headers = get_headers_, .connect_timeout = options_.connect_timeout};
    auto reply = co_await http_.send(url_, get, cancel);
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status() != 200) co_return fail(refusal(reply->status()));
    if (!net::equals_ignoring_case(reply->media_type(), kEventStream))
      co_return fail(Kind::bad_reply, Origin::upstream, "The server offers no event stream at this address.");
    stream_.emplace(std::move(*reply));
    while (!messages_) {
      auto more = co_await read(cancel);
      if (!more) co_return more;
    }
    co_return Result<void>{};
  }

  Task<Result<void>> send(const json::Pieces& message) override {
    if (over_.requested()) co_return lost("closed");
    Cancel cancel;
    const net::Deadline deadline(loop_.timers(), options_.post_timeout, cancel);
    const Cancel::Hook stop(over_, [&] { cancel.request(over_.reason()); });
    const net::HttpRequest post{
        .fixed_headers = post_headers_, .body = &message, .connect_timeout = options_.connect_timeout};
    auto reply = co_await http_.send(*messages_, post, cancel);
    if (over_.requested()) co_return lost("closed");
    if (cancel.requested()) co_return Result<void>{};
    if (!reply) co_return fail(std::move(reply.error()));
    const int status = reply->status();
    if (!net::equals_ignoring_case(reply->media_type(), kEventStream))
      (void)co_await reply->body(kMaxRefusalBytes, cancel);  // so that the connection can be used again
    if (status >= 200 && status < 300) co_return Result<void>{};
    if (status != 404) co_return fail(refusal(status));
    end();
    co_return fail(Kind::state_lost, Origin::upstream, "The server ended the connection.", "HTTP 404 for a message");
  }

  Task<Result<Buffer>> receive() override {
    while (events_.empty()) {
      if (over_.requested()) co_return lost("closed");
      auto more = co_await read(over_);
      if (more) continue;
      end();
      co_return fail(std::move(more.error()));
    }
    Buffer event = std::move(events_.front());
    events_.pop_front();
    co_return event;
  }

  Task<void> close() override {
    end();
    co_return;
  }

 private:
  void end() { over_.request(CancelReason::superseded); }

  /// Takes in the next bytes of the stream.
  Task<Result<void>> read(Cancel& cancel) {
    auto bytes = co_await stream_->read(cancel);
    if (over_.requested()) co_return lost("closed");
    if (!bytes) co_return fail(std::move(bytes.error()));
    if (bytes->empty()) co_return lost("end of stream");
    co_return parser_.feed(*bytes, [this](const net::SseEvent& event) { return take(event); });
  }

  Result<void> take(const net::SseEvent& event) {
    if (event.type == "message" && messages_ && !event.data.empty()) events_.push_back(Buffer::copy_of(event.data));
    if (event.type != "endpoint" || messages_) return {};
    auto messages = net::resolve_url(url_, event.data);
    if (!messages)
      return fail(Kind::bad_reply, Origin::upstream, "The server names no valid address for messages.",
                  messages.error().message);
    if (!net::same_origin(url_, *messages)) {
      return fail(Kind::bad_reply, Origin::upstream,
                  "The server wants messages sent to another origin, " + messages->authority() +
                      ", which is refused: it would get the credentials of this one.");
    }
    messages_ = std::move(*messages);
    return {};
  }

  net::Loop& loop_;
  net::HttpClient& http_;
  net::Url url_;
  SseOptions options_;
  std::string post_headers_, get_headers_;
  net::SseParser parser_;
  std::optional<net::HttpReply> stream_;
  std::optional<net::Url> messages_;
  std::deque<Buffer> events_;  // of one read: the next one waits until they are taken
  Cancel over_;
};

}  // namespace

Task<Result<std::unique_ptr<transport::Channel>>> open_sse(net::Loop& loop, net::HttpClient& http, HttpTarget target,
                                                           SseOptions options, Cancel& outer) {
  auto headers = header_lines(target.headers);
  if (!headers) co_return fail(std::move(headers.error()));
  auto channel = std::make_unique<SseChannel>(loop, http, std::move(target.url), options, std::move(*headers));
  Cancel cancel;
  const net::Deadline deadline(loop.timers(), options.open_timeout, cancel);
  const Cancel::Hook stop(outer, [&] { cancel.request(outer.reason()); });
  auto opened = co_await channel->open(cancel);
  if (opened) co_return std::unique_ptr<transport::Channel>(std::move(channel));
  if (cancel.reason() == CancelReason::timed_out) {
    co_return fail(Kind::timed_out, Origin::upstream,
                   "The server opened no event stream with an 'endpoint' event in time.");
  }
  if (opened.error().kind == Kind::connection_lost) {
    co_return fail(Kind::bad_reply, Origin::upstream, "The server's event stream ended before its 'endpoint' event.");
  }
  co_return fail(std::move(opened.error()));
}

}  // namespace gatehouse::client
