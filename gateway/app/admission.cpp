#include "gateway/app/admission.hpp"

#include <gatehouse/base/log.hpp>
#include <gatehouse/identity/surroundings.hpp>

namespace gatehouse::app {
namespace {

keyfile::Place place_of(const config::ApiKeys& keys) { return {.file = keys.file, .peppers = keys.peppers}; }

std::shared_ptr<identity::CertificateVerifier> make_verifier(const config::Certificates& certificates) {
  identity::CertificateOptions options{.name = certificates.subject, .names = certificates.names, .grants = {}};
  for (const config::CertificateGrant& grant : certificates.grants)
    options.grants.push_back({.name = grant.name, .roles = grant.roles, .scopes = grant.scopes, .tenant = grant.tenant});
  return std::make_shared<identity::CertificateVerifier>(std::move(options));
}

/// Networks and keys were checked.
std::shared_ptr<identity::TrustedHeaderVerifier> make_verifier(const config::TrustedProxy& proxy) {
  identity::TrustedHeaderOptions options{.from = {},
                                         .secret_header = proxy.secret_header,
                                         .secrets = proxy.secrets,
                                         .certificates = proxy.certificates,
                                         .user = proxy.user,
                                         .groups = proxy.groups,
                                         .roles = proxy.roles,
                                         .email = proxy.email,
                                         .issuer = proxy.issuer};
  for (const std::string& network : proxy.from)
    if (const auto range = AddressRange::parse(network)) options.from.push_back(*range);
  if (proxy.assertion) {
    auto keys = jose::KeySet::parse(proxy.assertion->keys);
    options.assertion = {.header = proxy.assertion->header,
                         .keys = keys ? std::move(*keys) : jose::KeySet(),
                         .issuer = proxy.assertion->issuer,
                         .audience = proxy.assertion->audience};
  }
  return std::make_shared<identity::TrustedHeaderVerifier>(std::move(options));
}

}  // namespace

Result<void> Admission::start(const config::Auth& auth) {
  if (auth.api_keys) {
    keys_ = std::make_unique<KeyRing>(loop_, place_of(*auth.api_keys));
    if (auto loaded = keys_->load(); !loaded) return loaded;
  }
  build(auth);
  return {};
}

void Admission::reload(const config::Auth& auth) {
  if (auth == auth_) return;
  if (!auth.api_keys) {
    if (keys_) tasks_.spawn(KeyRing::end(std::move(keys_)));
  } else if (!keys_) {
    keys_ = std::make_unique<KeyRing>(loop_, place_of(*auth.api_keys));
    if (const auto loaded = keys_->load(); !loaded)
      log::error("API keys not loaded, nobody has one", {{"problem", loaded.error().message}});
  } else if (auth.api_keys != auth_.api_keys) {
    keys_->move_to(place_of(*auth.api_keys));
  }
  build(auth);
}

void Admission::build(const config::Auth& auth) {
  auth_ = auth;
  verifiers_ = {};
  if (keys_) {
    keys_->verifier()->set_options({.max_known = auth.api_keys->max_known});
    verifiers_.api_keys = keys_->verifier();
  }
  if (!auth.issuers.empty() && !tokens_) {
    tokens_ = std::make_unique<TokenIssuers>(loop_);
    if (metrics_) tokens_->register_metrics(*metrics_);
  }
  if (tokens_) verifiers_.tokens = tokens_->verifier(auth.issuers, auth.tokens);
  headers_ = auth.proxy ? make_verifier(*auth.proxy) : nullptr;
  const auto certificates = auth.certificates ? make_verifier(*auth.certificates) : nullptr;
  if (headers_ || certificates)
    verifiers_.surroundings = std::make_shared<identity::Surroundings>(headers_, certificates);
}

bool Admission::is_open(const config::Endpoint& endpoint) const {
  return !auth_.needed() || endpoint.auth == config::EndpointAuth::none;
}

std::shared_ptr<identity::Authenticator> Admission::gatekeeper(const config::Endpoint& endpoint,
                                                               const std::string& base) const {
  if (is_open(endpoint)) return nullptr;
  return std::make_shared<identity::Gatekeeper>(place(endpoint, base), verifiers_);
}

std::optional<Error> Admission::objection_to(const net::RequestHead& head, const config::Endpoint& endpoint,
                                             const std::string& base) const {
  if (is_open(endpoint)) return std::nullopt;
  return identity::objection_to(head, place(endpoint, base), verifiers_);
}

identity::Protected Admission::place(const config::Endpoint& endpoint, const std::string& base) const {
  identity::Protected place;
  place.path = endpoint.path;
  place.resource = resource(endpoint, base);
  place.audiences = {place.resource.identifier};
  // URL libraries add a slash where there is no path (RS-46).
  if (place.resource.identifier == base) place.audiences.push_back(base + "/");
  return place;
}

identity::ProtectedResource Admission::resource(const config::Endpoint& endpoint, const std::string& base) const {
  identity::ProtectedResource resource;
  resource.identifier = endpoint.path == "/" ? base : base + endpoint.path;
  if (auth_.issuers.empty() || endpoint.auth == config::EndpointAuth::none) return resource;
  resource.metadata_url = identity::metadata_url(resource.identifier);
  resource.scopes = endpoint.scopes;
  for (const config::TokenIssuer& issuer : auth_.issuers) resource.authorization_servers.push_back(issuer.issuer);
  return resource;
}

void Admission::register_metrics(telemetry::Metrics& metrics) {
  metrics_ = &metrics;
  if (tokens_) tokens_->register_metrics(metrics);
  const auto counter = [&metrics](const char* name, const char* help, std::move_only_function<double()> read,
                                  const std::string& labels = {}) {
    metrics.observe(name, labels, telemetry::Metrics::Type::counter, help, std::move(read));
  };
  const auto of_keys = [this](auto read) {
    return [this, read] { return keys_ ? static_cast<double>(read(keys_->verifier()->counters())) : 0.0; };
  };
  using Counters = identity::ApiKeyVerifier::Counters;
  counter("gatehouse_api_key_uses_total", "Requests with a good API key.",
          of_keys([](const Counters& counters) { return counters.accepted; }));
  counter("gatehouse_api_key_old_secret_uses_total", "Of them, those with a secret that is about to stop working.",
          of_keys([](const Counters& counters) { return counters.old_secret; }));
  for (std::size_t i = 0; i < Counters().refused.size(); ++i)
    counter("gatehouse_api_keys_refused_total", "Requests with an API key that is not good, by the reason.",
            of_keys([i](const Counters& counters) { return counters.refused[i]; }),
            "reason=" + telemetry::label_value(to_string(static_cast<identity::KeyRefusal>(i))));
  counter("gatehouse_proxy_headers_ignored_total",
          "Requests that name a user in the proxy's header and do not come from the proxy.",
          [this] { return headers_ ? static_cast<double>(headers_->counters().ignored) : 0.0; });
}

Task<void> Admission::stop() {
  if (keys_) co_await keys_->stop();
  if (tokens_) co_await tokens_->stop();
  co_await tasks_.join();
}

}  // namespace gatehouse::app
