#include <gatehouse/net/http_client.hpp>

#include <algorithm>
#include <cerrno>

#include "src/net/client_pool.hpp"

namespace gatehouse::net {
namespace {

Error outcome_unknown(std::string detail) {
  return {Kind::outcome_unknown, Origin::upstream,
          "the server closed the connection without answering; whether it carried out the request is not known",
          std::move(detail)};
}

bool is_sound(const Url& url, const HttpRequest& request) {
  const auto fits = [](const Header& header) { return is_token(header.name) && is_field_value(header.value); };
  return is_token(request.method) && is_field_value(url.target) && url.target.find(' ') == std::string::npos &&
         std::ranges::all_of(request.headers, fits);
}

std::span<const std::string_view> body_of(const HttpRequest& request) {
  if (!request.body) return {};
  return *request.body;
}

}  // namespace

void HttpReply::Finish::operator()(ClientConnection* connection) const { connection->finish(); }

int HttpReply::status() const { return connection_->reader().head().status; }
std::string_view HttpReply::header(std::string_view name) const { return connection_->reader().head().value(name); }
std::string_view HttpReply::media_type() const { return net::media_type(header("Content-Type")); }
Task<Result<Buffer>> HttpReply::body(std::size_t max_bytes, Cancel& cancel) {
  return connection_->body(max_bytes, cancel);
}
Task<Result<std::string_view>> HttpReply::read(Cancel& cancel) { return connection_->read(cancel); }

HttpClient::HttpClient(Loop& loop, HttpClientOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}
HttpClient::~HttpClient() = default;

Task<Result<HttpReply>> HttpClient::send(const Url& url, const HttpRequest& request, Cancel& cancel) {
  if (!is_sound(url, request))
    co_return fail(Kind::invalid_request, Origin::gateway, "a header field contains a line break");
  for (;;) {
    if (cancel.requested()) co_return fail(cancelled_error(cancel));
    auto connection = impl_->take_idle(url);
    const bool reused = connection != nullptr;
    if (!reused) {
      auto made = co_await impl_->connect(url, request.connect_timeout, cancel);
      if (!made) co_return std::unexpected(std::move(made.error()));
      connection = std::move(*made);
    }
    Stream& stream = connection->stream();
    const Cancel::Hook stop(cancel, [&stream] { stream.abort(); });
    Gather bytes(connection->compose(url, request), body_of(request));
    const std::size_t all = bytes.size();
    ssize_t written = 0;
    while (!bytes.empty() && ((written = stream.write(bytes)) > 0 || written == -EAGAIN)) {
      if (written == -EAGAIN) co_await stream.writable();
    }
    if (cancel.requested()) co_return fail(cancelled_error(cancel));
    if (bytes.size() == all) {
      if (reused) continue;  // it had died in the pool; nothing was sent
      co_return fail(Kind::unavailable, Origin::upstream, "the server closed the connection at once");
    }
    // A server that refuses in the middle of the request has answered: what was not sent does not matter then.
    for (;;) {
      auto complete = connection->receive_head();
      if (complete && *complete) co_return HttpReply(connection.release());
      if (cancel.requested()) co_return fail(cancelled_error(cancel));
      if (!complete && complete.error().kind == Kind::connection_lost)
        co_return fail(outcome_unknown(complete.error().detail));
      if (!complete) co_return std::unexpected(std::move(complete.error()));
      co_await stream.readable();
    }
  }
}

const HttpClient::Counters& HttpClient::counters() const { return impl_->counters; }

void HttpClient::close_idle() { impl_->close_idle(); }

}  // namespace gatehouse::net
