#pragma once
#include <cstdint>
#include <string>

#include <gatehouse/base/short_text.hpp>
#include <gatehouse/client/link.hpp>

namespace gatehouse::client {

/// What every modern request says about its sender.
class Sender {
 public:
  explicit Sender(std::string info, mcp::Revision spoken = mcp::kLatest);

  std::string client_info;  ///< Ready-made JSON.
  mcp::Revision revision = mcp::kLatest;

  /// The three members of `_meta` that every request has to have: `"key":value,…`. Made anew only when the capabilities are
  /// others than last time; valid until then.
  [[nodiscard]] std::string_view members(const mcp::ClientCapabilities& capabilities) const;

 private:
  mutable mcp::ClientCapabilities last_;
  mutable std::string members_;
};

/// One request as the bytes that go to the server: fresh id, own `_meta`. Keeps what its pieces point into.
class Outgoing {
 public:
  /// `sender`: for modern servers; null: a legacy server, which gets no protocol metadata.
  Outgoing(std::uint64_t id, const Request& request, const Sender* sender);
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  [[nodiscard]] const json::Pieces& pieces() const { return pieces_; }
  [[nodiscard]] std::string str() const;

 private:
  void edit_meta(const Request& request, const Sender* sender);
  std::string id_;
  ShortText<120> head_;
  json::Splice params_;
  json::Pieces pieces_;
};

/// `{"jsonrpc":"2.0","method":…,"params":…}`; no params member if `params` is empty.
[[nodiscard]] std::string notification_text(std::string_view method, std::string_view params);

}  // namespace gatehouse::client
