#pragma once
#include <memory>

#include <gatehouse/identity/certificate_verifier.hpp>
#include <gatehouse/identity/trusted_header.hpp>

namespace gatehouse::identity {

/// What came with the connection or from a proxy: whoever comes through a believed proxy is who it names, and the certificate of such a
/// connection is the proxy's; everybody else is who his own certificate says. Exactly one of the two is asked. Either may be null.
class Surroundings final : public Verifier {
 public:
  Surroundings(std::shared_ptr<TrustedHeaderVerifier> headers, std::shared_ptr<CertificateVerifier> certificates)
      : headers_(std::move(headers)), certificates_(std::move(certificates)) {}

  [[nodiscard]] std::optional<Verdict> known(std::string_view credential, const Circumstances& around) override;
  Task<Verdict> verify(std::string_view credential, const Circumstances& around) override;
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const override;
  [[nodiscard]] bool has_credential(const net::HttpExchange& exchange) const override {
    return headers_ && headers_->has_credential(exchange);
  }

 private:
  [[nodiscard]] Verifier* verifier_for(const Circumstances& around) const;

  std::shared_ptr<TrustedHeaderVerifier> headers_;
  std::shared_ptr<CertificateVerifier> certificates_;
};

}  // namespace gatehouse::identity
