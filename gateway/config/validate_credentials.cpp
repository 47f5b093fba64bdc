#include <algorithm>
#include <cctype>
#include <set>

#include <gatehouse/base/address_range.hpp>
#include <gatehouse/identity/pepper.hpp>
#include <gatehouse/identity/trusted_header.hpp>

#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

bool is_header_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c));
  });
}

/// SHA-256 in base64url.
bool is_thumbprint(std::string_view text) {
  return text.size() == 43 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

/// Judges `auth` and `tls` of one Reading, and makes their paths absolute or relative to the process.
class Validation {
 public:
  explicit Validation(Reading& reading) : reading_(reading), config_(reading.config) {}

  void run() {
    if (config_.tls) tls(*config_.tls);
    if (config_.auth.api_keys) api_keys(*config_.auth.api_keys);
    if (config_.auth.certificates) certificates(*config_.auth.certificates);
    if (config_.auth.proxy) proxy(*config_.auth.proxy);
    if (reading_.is_written("auth") && !reading_.is_written("auth.tokens") && !config_.auth.needed())
      refuse("auth",
             "says no way to find out who somebody is, so everybody would be let in; leave it out if that is meant");
    const bool is_behind_tls = config_.public_url && config_.public_url->tls;  // of a proxy (RS-50)
    if (!config_.listen.is_loopback() && !config_.tls && !is_behind_tls && config_.auth.needed())
      refuse("listen",
             "is open to others without TLS: credentials would cross the network unencrypted. Set 'tls'; or, where a "
             "proxy "
             "with TLS stands in front, 'public_url: https://...', the address that clients know");
  }

 private:
  void refuse(const std::string& key, std::string message) {
    reading_.problem(reading_.line_of(key), key, std::move(message));
  }
  void file(const std::string& key, std::string& path) {
    if (path.empty())
      refuse(key, "names no file");
    else
      path = reading_.expander.resolve(path);
  }
  [[nodiscard]] bool asks_for_certificates() const {
    return config_.tls && config_.tls->client_certificates != net::ClientCertificates::none;
  }
  void secrets(const std::string& key, const Texts& all, std::size_t least) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].size() < least)
        refuse(key + "[" + std::to_string(i) + "]", "needs at least " + std::to_string(least) + " characters");
  }
  void thumbprints(const std::string& key, const Texts& all) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (!is_thumbprint(all[i]))
        refuse(key + "[" + std::to_string(i) + "]", "must be a SHA-256 thumbprint in base64url: 43 characters");
  }

  void tls(Tls& tls) {
    file("tls.certificate", tls.certificate);
    file("tls.key", tls.key);
    if (asks_for_certificates())
      file("tls.client_ca", tls.client_ca);
    else if (!tls.client_ca.empty())
      refuse("tls.client_ca", "means nothing unless clients are asked for certificates: see 'client_certificates'");
  }

  void api_keys(ApiKeys& keys) {
    file("auth.api_keys.file", keys.file);
    secrets("auth.api_keys.peppers", keys.peppers, identity::Pepper::kMinLength);
  }

  void certificates(const Certificates& certificates) {
    if (!asks_for_certificates())
      refuse("auth.certificates", "needs 'tls' with 'client_certificates: request' or 'require'");
    for (std::size_t i = 0; i < certificates.grants.size(); ++i)
      if (certificates.grants[i].name.empty())
        refuse("auth.certificates.grants[" + std::to_string(i) + "].name", "is missing");
  }

  void proxy(const TrustedProxy& proxy) {
    if (proxy.from.empty()) refuse("auth.proxy.from", "is missing: which network is the proxy in?");
    for (std::size_t i = 0; i < proxy.from.size(); ++i)
      if (!AddressRange::parse(proxy.from[i]))
        refuse("auth.proxy.from[" + std::to_string(i) + "]", "must be a network like 10.0.0.0/24 or 2001:db8::/32");
    if (proxy.secrets.empty() && proxy.certificates.empty() && !proxy.assertion)
      refuse("auth.proxy", "an address is no proof: set 'secrets', 'certificates' or 'assertion', too");
    if (proxy.assertion) assertion(*proxy.assertion);
    secrets("auth.proxy.secrets", proxy.secrets, identity::kMinProxySecret);
    thumbprints("auth.proxy.certificates", proxy.certificates);
    if (!proxy.certificates.empty() && !asks_for_certificates())
      refuse("auth.proxy.certificates", "needs 'tls' with 'client_certificates: request' or 'require'");
    proxy_headers(proxy);
  }

  void assertion(const ProxyAssertion& assertion) {
    const std::string key = "auth.proxy.assertion";
    if (assertion.issuer.empty()) refuse(key + ".issuer", "is missing");
    if (assertion.audience.empty()) refuse(key + ".audience", "is missing");
    const auto keys = jose::KeySet::parse(assertion.keys);
    if (!keys) return refuse(key + ".keys", "is no JWK set: " + keys.error());
    for (const jose::KeyProblem& problem : keys->problems()) refuse(key + ".keys", problem.text);
    if (keys->keys().empty() && keys->problems().empty()) refuse(key + ".keys", "has no key in it");
  }

  void proxy_headers(const TrustedProxy& proxy) {
    std::set<std::string> seen = {"authorization", "x-api-key", "cookie"};
    const auto header = [&](const std::string& name, const std::string& value, bool needed) {
      const std::string key = "auth.proxy." + name;
      if (value.empty() && !needed) return;
      if (!is_header_name(value)) return refuse(key, "must be the name of a header");
      std::string lower(value);
      std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (!seen.insert(lower).second) refuse(key, "is a header that has another meaning already");
    };
    header("secret_header", proxy.secret_header, !proxy.secrets.empty());
    if (proxy.assertion) header("assertion.header", proxy.assertion->header, true);
    header("user", proxy.user, true);
    header("groups", proxy.groups, false);
    header("roles", proxy.roles, false);
    header("email", proxy.email, false);
    if (proxy.issuer.empty()) refuse("auth.proxy.issuer", "is empty");
    // Who comes by the proxy would have the sessions and tasks of API keys or certificates.
    if (proxy.issuer.starts_with("gatehouse:") && proxy.issuer != identity::TrustedHeaderOptions().issuer)
      refuse("auth.proxy.issuer", "is taken: names that begin with 'gatehouse:' are Gatehouse's own");
  }

  Reading& reading_;
  Config& config_;
};

}  // namespace

void validate_credentials(Reading& reading) { Validation(reading).run(); }

}  // namespace gatehouse::config
