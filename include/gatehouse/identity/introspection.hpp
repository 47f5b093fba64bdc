#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/identity/issuer.hpp>
#include <gatehouse/identity/verifier.hpp>

/// Asking an authorization server about tokens that only it can read. Rules: RFC 7662; RS-80 to RS-83.
namespace gatehouse::identity {

struct IntrospectionOptions {
  std::string endpoint;                  ///< URL; empty: from the issuer's metadata.
  std::string client_id, client_secret;  ///< Sent as `client_secret_basic`.
  /// The server knows no other resource than ours: an answer without `aud` is about us (RS-82).
  bool single_audience = false;
  std::chrono::seconds assumed_lifetime{3'600};  ///< Of tokens whose `exp` the server does not tell; streams end then.
  std::size_t max_in_flight = 64;                ///< Questions at once; more are told to come back.
  Milliseconds min_retry{1'000};                 ///< The endpoint is left alone after a failure; doubles up to
  Milliseconds max_retry{30'000};
};

/// One per loop and endpoint that is asked. Answers are not kept here; failures are no answers.
class Introspection {
 public:
  struct Counters {
    std::uint64_t questions = 0, failures = 0;
    std::uint64_t shared = 0;  ///< Got the answer to somebody else's question about the same token.
    std::uint64_t busy = 0;    ///< Not asked: `max_in_flight`, or the endpoint failed a moment ago.
  };

  Introspection(std::shared_ptr<Issuer> issuer, Outbound& outbound, IntrospectionOptions options,
                const TimeSource& time = system_time());
  ~Introspection();  ///< REQUIRES: `stop` has finished, or nothing was ever asked.
  Introspection(const Introspection&) = delete;
  Introspection& operator=(const Introspection&) = delete;

  /// Errors: invalid_config.
  [[nodiscard]] static Result<void> check(const IntrospectionOptions& options);

  /// What the server says about an active token, in the form of a JWT's claims: what RFC 7662 lets it leave out is filled in. None: the
  /// token is not active. Two that ask about one token at once share the answer. Errors: verifier_unavailable with Retry-After.
  Task<Result<std::optional<jose::Token>>> ask(std::string_view token, const Protected& place);
  Task<void> stop();

  [[nodiscard]] Issuer& issuer() const;
  [[nodiscard]] const Counters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::identity
