#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include <gatehouse/mcp/refusal.hpp>
#include <gatehouse/net/http1.hpp>
#include <gatehouse/transport/streamable_http.hpp>

/// What every HTTP front refuses before it looks at a message.
namespace gatehouse::transport {

/// `Host` and `Origin` are allowed (against DNS rebinding: a page of another site can reach a local listener, but not choose these
/// two), and the request has not been here before. `allowed_host` is the `Host` that was allowed last: nearly all clients of an endpoint
/// send the same. Errors: forbidden_origin, loop_detected.
/// Rule: all revisions, basic/transports, "Security Warning"; gateway rule GB-017.
[[nodiscard]] Result<void> check_access(const net::RequestHead& head, const StreamableHttpOptions& options,
                                        std::string& allowed_host);

/// The id of the message in `body`, for a refusal to repeat; empty if there is none, or if it is in a long text, which is not read for
/// somebody who is not let in.
[[nodiscard]] std::string_view id_for_refusal(std::string_view body, std::size_t max_depth);

/// Headers of a response that says an error: how to get in, when to come again, what its line in the log is found by, and that nobody
/// keeps it. `error` outlives it. Rules: RS-34, RS-37.
class ErrorHeaders {
 public:
  ErrorHeaders(const Error& error, int status, std::string_view allow = {});
  ErrorHeaders(const ErrorHeaders&) = delete;
  ErrorHeaders& operator=(const ErrorHeaders&) = delete;
  [[nodiscard]] std::span<const net::Header> all() const { return {headers_.data(), headers_.size()}; }

 private:
  boost::container::small_vector<net::Header, 8> headers_;
  std::string retry_after_;
  const mcp::RefusalHeaders refusal_;
};

/// The body is JSON: a form of another site cannot claim that. Errors: unsupported_media.
[[nodiscard]] Result<void> check_body_type(const net::RequestHead& head);

}  // namespace gatehouse::transport
