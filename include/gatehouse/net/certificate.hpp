#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace gatehouse::net {

/// What a client's certificate says. Its chain ends at one of the listener's authorities, it is for clients (extended key usage
/// `clientAuth`) and was in its time of validity when the connection began; `not_after` is for the requests that came later.
struct PeerCertificate {
  std::string thumbprint;              ///< SHA-256 of the certificate in base64url: `x5t#S256` of RFC 8705.
  std::string subject;                 ///< Distinguished name as RFC 4514 writes it: `CN=worker,O=Example`.
  std::vector<std::string> uris;       ///< Of the subject's alternative names: `spiffe://…`.
  std::vector<std::string> dns_names;  ///< Likewise.
  std::chrono::sys_seconds not_after{};
};

}  // namespace gatehouse::net
