#pragma once
#include <memory>

#include <gatehouse/identity/authenticator.hpp>
#include <gatehouse/identity/gatekeeper.hpp>
#include <gatehouse/identity/trusted_header.hpp>

#include "gateway/app/key_ring.hpp"
#include "gateway/app/token_issuers.hpp"
#include "gateway/config/config.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::app {

/// Who is let in: what the configuration accepts, and a gatekeeper for each endpoint.
class Admission {
 public:
  explicit Admission(net::Loop& loop) : loop_(loop) {}

  /// Errors: invalid_config, for a key file that cannot be understood.
  Result<void> start(const config::Auth& auth);
  /// Keys stay if their new file is not good; the log says so.
  void reload(const config::Auth& auth);
  void register_metrics(telemetry::Metrics& metrics);
  /// Call before the destructor.
  Task<void> stop();

  /// The endpoint as clients and tokens know it. `base`: what its path is appended to, without a slash at its end.
  [[nodiscard]] identity::ProtectedResource resource(const config::Endpoint& endpoint, const std::string& base) const;
  /// Null if nobody has to say who he is.
  [[nodiscard]] std::shared_ptr<identity::Authenticator> gatekeeper(const config::Endpoint& endpoint,
                                                                    const std::string& base) const;
  /// Why a request to the endpoint will be refused, as far as its head tells.
  [[nodiscard]] std::optional<Error> objection_to(const net::RequestHead& head, const config::Endpoint& endpoint,
                                                  const std::string& base) const;
  /// An issuer says that somebody logged out (OpenID Connect back-channel logout). Null: no issuer does.
  [[nodiscard]] std::shared_ptr<identity::LogoutReceiver> logout() const {
    return tokens_ ? tokens_->logout() : nullptr;
  }

 private:
  void build(const config::Auth& auth);
  [[nodiscard]] bool is_open(const config::Endpoint& endpoint) const;
  [[nodiscard]] identity::Protected place(const config::Endpoint& endpoint, const std::string& base) const;

  net::Loop& loop_;
  config::Auth auth_;
  std::unique_ptr<KeyRing> keys_;
  std::shared_ptr<identity::TrustedHeaderVerifier> headers_;
  std::unique_ptr<TokenIssuers> tokens_;
  telemetry::Metrics* metrics_ = nullptr;
  TaskGroup tasks_;  // the ends of rings that are not needed any more
  identity::Verifiers verifiers_;
};

}  // namespace gatehouse::app
