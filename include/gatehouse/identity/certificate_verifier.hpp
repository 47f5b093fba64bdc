#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <gatehouse/identity/verifier.hpp>

/// Programs that say who they are with the certificate of their connection (mutual TLS), and tokens that are bound to one.
namespace gatehouse::identity {

/// Which part of a certificate is the name of its holder.
enum class CertificateName {
  uri,      ///< URI among the alternative names: a SPIFFE id.
  dns,      ///< DNS name among them.
  subject,  ///< The distinguished name as RFC 4514 writes it.
};

/// What a name gives. Without any, a certificate says who somebody is and grants nothing.
struct CertificateGrant {
  std::string name;  ///< Glob.
  std::vector<std::string> roles, scopes;
  std::string tenant;  ///< Of the first grant that fits and has one.
};

struct CertificateOptions {
  CertificateName name = CertificateName::uri;
  /// Globs of names that count; none: all do. A certificate needs exactly one that does: with two nobody knows who it is.
  std::vector<std::string> names;
  std::vector<CertificateGrant> grants;  ///< All that fit add up.
  std::size_t max_remembered = 10'000;   ///< Principals that are kept for the next request.
};

inline constexpr std::string_view kCertificateIssuer = "gatehouse:certificates";  ///< Issuer of their principals.

/// Judges the certificate of the connection; `credential` is not looked at. Says `unauthenticated` where there is none. One thread.
class CertificateVerifier final : public Verifier {
 public:
  explicit CertificateVerifier(CertificateOptions options) : options_(std::move(options)) {}

  /// Always has an answer.
  [[nodiscard]] std::optional<Verdict> known(std::string_view credential, const Circumstances& around) override;
  Task<Verdict> verify(std::string_view credential, const Circumstances& around) override;
  /// His certificate has not expired, his name still counts, and gives him what it gave him then.
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const override;

 private:
  void grant(mcp::Principal& who) const;
  Verdict judge(const Circumstances& around);
  [[nodiscard]] Result<std::string> name_of(const net::PeerCertificate& certificate, const Protected& place) const;
  [[nodiscard]] std::shared_ptr<const mcp::Principal> make(const net::PeerCertificate& certificate,
                                                           std::string name) const;

  const CertificateOptions options_;
  std::unordered_map<std::string, std::shared_ptr<const mcp::Principal>> remembered_;  // by thumbprint
};

/// Whether the connection has the client certificate that a token is bound to (`cnf` member `x5t#S256`). Rule: RFC 8705 section 3, RS-73.
[[nodiscard]] bool bound_to_certificate(const net::HttpExchange& exchange, std::string_view thumbprint);

}  // namespace gatehouse::identity
