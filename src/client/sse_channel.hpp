#pragma once
#include <cstddef>
#include <memory>

#include <gatehouse/client/connect.hpp>

namespace gatehouse::client {

struct SseOptions {
  Milliseconds open_timeout{5'000};  ///< From the GET to its `endpoint` event.
  Milliseconds post_timeout{
      60'000};  ///< Longest wait for the 202 of a message. Some servers answer when the call is done.
  Milliseconds connect_timeout{0};          ///< As HttpTarget.
  std::size_t max_event_bytes = 64u << 20;  ///< A longer event ends the connection.
};

/// HTTP+SSE, the client's side: opens the event stream at the target's URL and learns from its `endpoint` event where messages are
/// posted to. Another origin is refused, because the target's headers go there (TR-310). `receive` is the stream, `send` is one POST;
/// messages that are sent at the same time may overtake each other. A POST that the server refuses fails alone, with the kinds of
/// HttpClient::send, unavailable (credentials, overload, a broken server) or bad_reply; state_lost (404: the message did not run) ends
/// the channel. A POST without an answer in `post_timeout` counts as sent: the request's own time limit decides about it.
/// Errors: as HttpClient::send; timed_out; unavailable; bad_reply when there is no such stream.
/// Rule: 2024-11-05 basic/transports, "HTTP with SSE".
Task<Result<std::unique_ptr<transport::Channel>>> open_sse(net::Loop& loop, net::HttpClient& http, HttpTarget target,
                                                           SseOptions options, Cancel& cancel);

}  // namespace gatehouse::client
