#pragma once
#include <cstdint>
#include <memory>

#include <gatehouse/identity/credential.hpp>
#include <gatehouse/identity/verifier.hpp>

/// The authenticator of one endpoint: finds the one credential of a request and has the one verifier for its form judge it.
namespace gatehouse::identity {

/// Each null where that form is not accepted. There is no "try the next one": a credential that its verifier refuses is refused (security
/// design 3.1).
struct Verifiers {
  std::shared_ptr<Verifier> api_keys, tokens;
  /// Judges what came with the connection or from a proxy, for requests without a credential of their own; it answers `unauthenticated`
  /// when there is nothing of its kind.
  std::shared_ptr<Verifier> surroundings;
};

/// What the head of a request says already: that it has no credential, or none that anybody judges here. Nothing: it has to be looked
/// at as a whole. For bodies that are not worth reading then (RS-44).
[[nodiscard]] std::optional<Error> objection_to(const net::RequestHead& head, const Protected& place,
                                                const Verifiers& verifiers);

class Gatekeeper final : public Authenticator {
 public:
  struct Counters {
    std::uint64_t admitted = 0, refused = 0;
  };
  Gatekeeper(Protected place, Verifiers verifiers);

  [[nodiscard]] std::optional<Verdict> known(const net::HttpExchange& exchange) override;
  Task<Verdict> authenticate(const net::HttpExchange& exchange) override;
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const override;

  [[nodiscard]] const Protected& place() const { return place_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  [[nodiscard]] Verifier* verifier_of(const mcp::Principal& who) const;
  Verdict settled(Verdict verdict, const net::HttpExchange& exchange);
  std::unexpected<Error> refuse(Error error, const net::HttpExchange& exchange);

  const Protected place_;
  const Verifiers verifiers_;
  Counters counters_;
  TimePoint minute_;  // of the log lines about refusals
  std::uint64_t lines_ = 0;
};

}  // namespace gatehouse::identity
