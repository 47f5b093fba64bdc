#pragma once
#include <string>
#include <utility>

#include <gatehouse/net/http_server.hpp>

namespace gatehouse::identity {

/// For tests: a request that nobody answers.
class FakeRequest final : public net::HttpExchange {
 public:
  explicit FakeRequest(const net::Headers& headers, std::string address = "192.0.2.7", std::string target = "/mcp")
      : address_(std::move(address)), target_(std::move(target)) {
    head_.method = "POST";
    head_.target = target_;
    for (const net::Header& header : headers) head_.headers.push_back(header);
  }
  [[nodiscard]] const net::RequestHead& head() const override { return head_; }
  [[nodiscard]] std::string_view body() const override { return {}; }
  [[nodiscard]] std::string_view peer_address() const override { return address_; }
  [[nodiscard]] const net::PeerCertificate* peer_certificate() const override { return certificate; }
  Task<Result<void>> respond(int, std::span<const net::Header>, const json::Pieces&) override {
    co_return Result<void>{};
  }
  Result<void> begin_stream(int, std::span<const net::Header>) override { return {}; }
  bool push(std::string_view) override { return false; }
  [[nodiscard]] std::size_t queued_bytes() const override { return 0; }
  Task<Result<void>> end_stream(const json::Pieces&) override { co_return Result<void>{}; }
  [[nodiscard]] Cancel& peer_gone() override { return gone_; }

  const net::PeerCertificate* certificate = nullptr;

 private:
  std::string address_, target_;
  net::RequestHead head_;
  Cancel gone_;
};

}  // namespace gatehouse::identity
