#include <gatehouse/identity/trusted_header.hpp>

#include <algorithm>
#include <initializer_list>

#include <openssl/crypto.h>

#include <gatehouse/base/log.hpp>

namespace gatehouse::identity {
namespace {

/// In a time that tells nothing but the length.
bool same_secret(std::string_view sent, std::string_view secret) {
  return sent.size() == secret.size() && CRYPTO_memcmp(sent.data(), secret.data(), sent.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    if (const auto text = trimmed(word); !text.empty()) out.emplace_back(text);
  }
  return out;
}

bool is_named(const net::Header& header, std::string_view name) {
  return !name.empty() && net::equals_ignoring_case(header.name, name);
}

std::string_view value_of(const net::RequestHead& head, std::string_view name) {
  return name.empty() ? std::string_view() : trimmed(head.value(name));
}

}  // namespace

std::optional<Verdict> TrustedHeaderVerifier::known(std::string_view, const Circumstances& around) {
  return judge(around);
}

Task<Verdict> TrustedHeaderVerifier::verify(std::string_view, const Circumstances& around) { co_return judge(around); }

bool TrustedHeaderVerifier::proves(const net::HttpExchange& exchange) const {
  const std::string& assertion = assertions_.options().header;
  if (options_.secrets.empty() && options_.certificates.empty() && assertion.empty()) return false;
  if (!assertion.empty() && exchange.head().value(assertion).empty()) return false;
  if (!options_.secrets.empty()) {
    const std::string_view sent = exchange.head().value(options_.secret_header);
    bool same = false;
    for (const std::string& secret : options_.secrets) same |= same_secret(sent, secret);
    if (!same) return false;
  }
  if (options_.certificates.empty()) return true;
  const net::PeerCertificate* const certificate = exchange.peer_certificate();
  return certificate &&
         std::ranges::find(options_.certificates, certificate->thumbprint) != options_.certificates.end();
}

bool TrustedHeaderVerifier::believes(const net::HttpExchange& exchange) const {
  const auto address = IpAddress::parse(exchange.peer_address());
  return address &&
         std::ranges::any_of(options_.from, [&](const AddressRange& range) { return range.contains(*address); }) &&
         proves(exchange);
}

bool TrustedHeaderVerifier::has_credential(const net::HttpExchange& exchange) const {
  const auto names_somebody = [&](const net::Header& one) {
    return is_named(one, options_.user) && !trimmed(one.value).empty();
  };
  return std::ranges::any_of(exchange.head().headers, names_somebody) && believes(exchange);
}

Verdict TrustedHeaderVerifier::judge(const Circumstances& around) {
  const net::RequestHead& head = around.exchange.head();
  if (!head.find(options_.user)) return nobody_yet(around.place);
  if (!believes(around.exchange)) return ignore(around);
  const std::initializer_list<std::string_view> names = {options_.user, options_.groups, options_.roles, options_.email};
  for (const std::string_view name : names) {
    const auto count = std::ranges::count_if(head.headers, [&](const net::Header& one) { return is_named(one, name); });
    if (count > 1) return not_good(around.place, std::string(name) + " is there twice");
    if (value_of(head, name).size() > options_.max_value_bytes)
      return not_good(around.place, std::string(name) + " is too long");
  }
  const std::string_view user = value_of(head, options_.user);
  if (user.empty()) return nobody_yet(around.place);
  if (!asserts(user, around)) return ignore(around);
  ++counters_.accepted;
  sought_.clear();
  for (const std::string_view name : names) sought_.append(value_of(head, name)).append("\n");  // no value has one
  if (const auto known = remembered_.find(sought_); known != remembered_.end()) return known->second;
  if (remembered_.size() >= options_.max_remembered) remembered_.clear();
  return remembered_.emplace(sought_, make(user, head)).first->second;
}

bool TrustedHeaderVerifier::asserts(std::string_view user, const Circumstances& around) {
  if (assertions_.options().header.empty()) return true;
  const std::string_view objection =
      assertions_.objection(around.exchange.head().value(assertions_.options().header), user, around.now);
  if (objection.empty()) return true;
  log::debug("the proxy's assertion was refused", {{"reason", objection}, {"address", around.exchange.peer_address()}});
  return false;
}

std::unexpected<Error> TrustedHeaderVerifier::ignore(const Circumstances& around) {
  ++counters_.ignored;
  log::debug("a header that names a user was ignored: it does not come from the proxy",
             {{"header", options_.user}, {"address", around.exchange.peer_address()}});
  return nobody_yet(around.place);
}

std::shared_ptr<const mcp::Principal> TrustedHeaderVerifier::make(std::string_view user,
                                                                  const net::RequestHead& head) const {
  auto who = std::make_shared<mcp::Principal>();
  who->issuer = options_.issuer;
  who->subject = user;
  who->key = mcp::principal_key(who->issuer, who->subject);
  who->kind = mcp::PrincipalKind::human;
  who->auth.method = "trusted_header";
  who->groups = words(value_of(head, options_.groups));
  who->roles = words(value_of(head, options_.roles));
  if (const auto email = value_of(head, options_.email); !email.empty()) who->claims.set("email", email);
  return who;
}

}  // namespace gatehouse::identity
