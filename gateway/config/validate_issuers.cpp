#include <algorithm>
#include <set>

#include <gatehouse/net/url.hpp>

#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

/// Clients write such paths in another way before they use them, and then nothing is there.
bool is_written_otherwise(const net::Url& url) {
  if (url.target.contains("//")) return true;
  const auto resolved = net::resolve_url(url, url.target);
  return !resolved || resolved->target != url.target;
}

}  // namespace

/// Makes paths relative to the process.
void validate_issuers(Reading& reading) {
  Config& config = reading.config;
  const auto refuse = [&](const std::string& key, std::string message) {
    reading.problem(reading.line_of(key), key, std::move(message));
  };
  std::set<std::string> seen;
  std::size_t introspecting = 0;
  for (std::size_t i = 0; i < config.auth.issuers.size(); ++i) {
    TokenIssuer& issuer = config.auth.issuers[i];
    const std::string key = "auth.issuers[" + std::to_string(i) + "]";
    if (issuer.issuer.empty()) {
      refuse(key + ".issuer", "is missing");
      continue;
    }
    if (!seen.insert(issuer.issuer).second) refuse(key + ".issuer", "stands here twice");
    if (issuer.issuer.starts_with("gatehouse:"))
      refuse(key + ".issuer", "is taken: names that begin with 'gatehouse:' are Gatehouse's own");
    identity::IssuerOptions options = issuer.options();
    for (std::size_t j = 0; j < issuer.audiences.size(); ++j)
      if (identity::is_generic_audience(issuer.audiences[j]))
        refuse(key + ".audience[" + std::to_string(j) + "]",
               "is so general that tokens for other services have it, too; name this gateway");
    options.audiences.clear();
    if (!issuer.ca_file.empty()) issuer.ca_file = reading.expander.resolve(issuer.ca_file);
    if (const auto checked = identity::Issuer::check(options); !checked) refuse(key, checked.error().message);
    if (issuer.keys.min_refresh > issuer.keys.max_refresh)
      refuse(key + ".keys.min_refresh", "is longer than 'max_refresh'");
    if (issuer.keys.min_retry > issuer.keys.max_retry) refuse(key + ".keys.min_retry", "is longer than 'max_retry'");
    if (!issuer.introspection) continue;
    if (issuer.introspection->min_retry > issuer.introspection->max_retry)
      refuse(key + ".introspection.min_retry", "is longer than 'max_retry'");
    ++introspecting;
    if (const auto checked = identity::Introspection::check(issuer.introspection_options()); !checked)
      refuse(key + ".introspection", checked.error().message);
  }
  if (introspecting > 1) refuse("auth.issuers", "two of them have 'introspection': an opaque token goes to one only");
  if (config.auth.issuers.empty() && config.auth.tokens != Tokens())
    refuse("auth.tokens", "is about nothing: there are no 'issuers' whose tokens are accepted");
  if (config.public_url && config.public_url->target.contains('?')) refuse("public_url", "must not have a query");
  if (config.public_url && is_written_otherwise(*config.public_url))
    refuse("public_url", "must not have '//', '/./' or '/../' in its path: clients write it without");
  if (config.auth.issuers.empty()) return;
  if (!config.public_url && !config.listen.is_loopback())
    refuse("public_url", "is missing: clients and tokens name the endpoints by it");
  if (config.public_url && !config.public_url->tls && !net::is_loopback_name(config.public_url->host))
    refuse("public_url", "must be https, or http on this machine: tokens would cross the network unencrypted");
}

}  // namespace gatehouse::config
