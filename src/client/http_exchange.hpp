#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/net/http_client.hpp>

#include "src/client/call_clock.hpp"
#include "src/client/incoming.hpp"

/// One POST to a Streamable HTTP server and everything that comes back on it. Shared by both eras.
namespace gatehouse::client {

struct HttpServerTarget {
  net::HttpClient& http;
  net::Url url;
  std::size_t max_reply_bytes;
  Milliseconds connect_timeout{0};
};

/// What the answer turned out to be.
struct HttpOutcome {
  int status = 0;
  std::unique_ptr<mcp::Answer> answer;  ///< The response to the request; null: none came.
  std::string session;                  ///< `Mcp-Session-Id` of the response.
  std::string last_event_id;            ///< Of an event stream that ended without the response.
  std::optional<Milliseconds> retry;    ///< That stream's `retry`, or `Retry-After`.
  bool was_json_rpc = false;            ///< The body was a JSON-RPC message.
};

struct HttpPost {
  std::string_view method = "POST";  ///< GET resumes a stream.
  std::string_view fixed_headers;
  std::span<const net::Header> headers;
  const json::Pieces* body = nullptr;
  std::uint64_t id = 0;  ///< Of the request whose response ends the exchange; 0: none is expected.
  mcp::Uris uris = mcp::Uris::skip;
  std::optional<FunctionRef<void(int status)>> on_head;  ///< Called when the head of the response is there.
};

/// Gets requests and notifications of the server, as they come; `text` is valid during the call.
using OtherMessages = FunctionRef<void(const mcp::Message& message, std::string_view text)>;

/// Sends and reads until the response is there or the body ends. A response with another id is an error.
/// Errors: as HttpClient::send and HttpReply::body, bad_reply.
Task<Result<HttpOutcome>> exchange(const HttpServerTarget& server, const HttpPost& post, OtherMessages others,
                                   CallClock* clock, Cancel& cancel);

/// What an outcome without an answer means: refused credentials, overload, a broken server.
[[nodiscard]] Error no_answer(const HttpOutcome& outcome);

/// The operator's own header lines. Errors: invalid_config for names and values that no header may have.
[[nodiscard]] Result<std::string> header_lines(const std::vector<std::pair<std::string, std::string>>& own);
/// Header lines for every request of Streamable HTTP: media types and the operator's own. Errors: as header_lines.
[[nodiscard]] Result<std::string> fixed_headers(const std::vector<std::pair<std::string, std::string>>& own);

}  // namespace gatehouse::client
