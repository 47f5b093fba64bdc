#include <gatehouse/identity/certificate_verifier.hpp>

#include <algorithm>

#include <gatehouse/base/wildcard.hpp>

namespace gatehouse::identity {
namespace {

void add_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& one : more)
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
}

std::vector<std::string> names_of(const net::PeerCertificate& certificate, CertificateName kind) {
  switch (kind) {
    case CertificateName::uri: return certificate.uris;
    case CertificateName::dns: return certificate.dns_names;
    case CertificateName::subject: break;
  }
  return certificate.subject.empty() ? std::vector<std::string>() : std::vector{certificate.subject};
}

}  // namespace

std::optional<Verdict> CertificateVerifier::known(std::string_view, const Circumstances& around) {
  return judge(around);
}

Task<Verdict> CertificateVerifier::verify(std::string_view, const Circumstances& around) { co_return judge(around); }

Verdict CertificateVerifier::judge(const Circumstances& around) {
  const net::PeerCertificate* const certificate = around.exchange.peer_certificate();
  if (!certificate) return nobody_yet(around.place);
  // It was good when the connection began; that may be long ago.
  if (around.now >= certificate->not_after)
    return not_good(around.place, "certificate " + certificate->thumbprint + ": expired");
  if (const auto known = remembered_.find(certificate->thumbprint); known != remembered_.end()) return known->second;
  auto name = name_of(*certificate, around.place);
  if (!name) return fail(std::move(name.error()));
  if (remembered_.size() >= options_.max_remembered) remembered_.clear();
  return remembered_.emplace(certificate->thumbprint, make(*certificate, std::move(*name))).first->second;
}

Result<std::string> CertificateVerifier::name_of(const net::PeerCertificate& certificate, const Protected& place) const {
  std::vector<std::string> names = names_of(certificate, options_.name);
  if (!options_.names.empty())
    std::erase_if(names, [&](const std::string& one) { return !matches_any_wildcards(options_.names, one); });
  if (names.size() == 1) return std::move(names.front());
  return not_good(place, "certificate " + certificate.thumbprint + " (" + certificate.subject + ")" +
                             (names.empty() ? ": it has no name that counts" : ": it has several names that count"));
}

std::shared_ptr<const mcp::Principal> CertificateVerifier::make(const net::PeerCertificate& certificate,
                                                                std::string name) const {
  auto who = std::make_shared<mcp::Principal>();
  who->issuer = kCertificateIssuer;
  who->subject = who->client_id = std::move(name);
  who->key = mcp::principal_key(who->issuer, who->subject);
  who->kind = mcp::PrincipalKind::workload;
  who->auth.method = "certificate";
  who->auth.credential_id = certificate.thumbprint;
  who->expires_at = certificate.not_after;
  grant(*who);
  return who;
}

void CertificateVerifier::grant(mcp::Principal& who) const {
  for (const CertificateGrant& one : options_.grants) {
    if (!matches_wildcards(one.name, who.subject)) continue;
    add_new(who.roles, one.roles);
    add_new(who.scopes, one.scopes);
    if (who.tenant.empty()) who.tenant = one.tenant;
  }
}

bool CertificateVerifier::still_good(const mcp::Principal& who, mcp::WallTime now) const {
  if (who.expires_at && now >= *who.expires_at) return false;
  if (!options_.names.empty() && !matches_any_wildcards(options_.names, who.subject)) return false;
  mcp::Principal again;
  again.subject = who.subject;
  grant(again);
  return again.roles == who.roles && again.scopes == who.scopes && again.tenant == who.tenant;
}

bool bound_to_certificate(const net::HttpExchange& exchange, std::string_view thumbprint) {
  const net::PeerCertificate* const certificate = exchange.peer_certificate();
  return certificate && !thumbprint.empty() && certificate->thumbprint == thumbprint;
}

}  // namespace gatehouse::identity
