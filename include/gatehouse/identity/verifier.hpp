#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/identity/authenticator.hpp>
#include <gatehouse/identity/challenge.hpp>

/// One way to find out who somebody is, and what such a way may know about a request.
namespace gatehouse::identity {

/// What is protected: one endpoint.
struct Protected {
  std::string path;            ///< As configured: "/mcp".
  ProtectedResource resource;  ///< For challenges and metadata.
  std::vector<std::string>
      audiences;  ///< That a token may be meant for; never empty where tokens are accepted (RS-45, RS-46).
};

/// The request around a credential. Everything is borrowed, and stays as long as the exchange.
struct Circumstances {
  const Protected& place;
  const net::HttpExchange& exchange;
  mcp::WallTime now;
  TimePoint received_at;
};

/// Judges one form of credential. It says invalid_credential with the endpoint's challenge for whatever is not good; which reason it was
/// is in `Error::detail`, for logs only.
class Verifier {
 public:
  virtual ~Verifier() = default;
  /// The verdict if it needs no waiting.
  [[nodiscard]] virtual std::optional<Verdict> known(std::string_view credential, const Circumstances& around) = 0;
  /// Finds out; for what `known` has no answer for. `credential` stays as long as the exchange.
  virtual Task<Verdict> verify(std::string_view credential, const Circumstances& around) = 0;
  /// Whether somebody whom this verifier let in may stay.
  [[nodiscard]] virtual bool still_good(const mcp::Principal& who, mcp::WallTime now) const = 0;
  /// The request carries something that stands for somebody, beside headers with credentials: it must not come with one (RS-42). The
  /// certificate of a connection is no such thing: it may accompany a token.
  [[nodiscard]] virtual bool has_credential(const net::HttpExchange& exchange) const {
    (void)exchange;
    return false;
  }
};

/// "The credential is not good here", with its challenge. `reason` is for our logs.
[[nodiscard]] std::unexpected<Error> not_good(const Protected& place, std::string reason);
/// "Somebody has to say who he is", with its challenge.
[[nodiscard]] std::unexpected<Error> nobody_yet(const Protected& place);

}  // namespace gatehouse::identity
