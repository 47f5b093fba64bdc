#pragma once
#include <string>

#include <gatehouse/net/http_server.hpp>

/// What pages of other origins need to talk to an endpoint. Which origins may is decided before (check_access).
/// Rule: Fetch, "CORS protocol"; RS-11, RS-35.
namespace gatehouse::transport {

/// An exchange whose response a page of `origin` may read, with the headers that MCP clients look at. Everything else is passed on.
class CorsExchange final : public net::HttpExchange {
 public:
  /// `inner` outlives it.
  explicit CorsExchange(net::HttpExchange& inner) : inner_(inner), origin_(inner.head().value("Origin")) {}

  /// The browser asks whether it may send the request; it sends no credential with that.
  [[nodiscard]] bool is_preflight() const;
  Task<void> answer_preflight();

  [[nodiscard]] const net::RequestHead& head() const override { return inner_.head(); }
  [[nodiscard]] std::string_view body() const override { return inner_.body(); }
  void forget_request() override { inner_.forget_request(); }
  [[nodiscard]] std::string_view peer_address() const override { return inner_.peer_address(); }
  Task<Result<void>> respond(int status, std::span<const net::Header> headers, const json::Pieces& body) override;
  Result<void> begin_stream(int status, std::span<const net::Header> headers) override;
  bool push(std::string_view bytes) override { return inner_.push(bytes); }
  [[nodiscard]] std::size_t queued_bytes() const override { return inner_.queued_bytes(); }
  Task<Result<void>> end_stream(const json::Pieces& last) override { return inner_.end_stream(last); }
  [[nodiscard]] Cancel& peer_gone() override { return inner_.peer_gone(); }

 private:
  [[nodiscard]] net::Headers with_permission(std::span<const net::Header> headers) const;

  net::HttpExchange& inner_;
  const std::string origin_;
};

}  // namespace gatehouse::transport
