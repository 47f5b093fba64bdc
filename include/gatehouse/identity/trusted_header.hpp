#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gatehouse/base/address_range.hpp>
#include <gatehouse/identity/proxy_assertion.hpp>
#include <gatehouse/identity/verifier.hpp>

/// People whom a proxy in front of us has logged in, and whom it names in headers.
namespace gatehouse::identity {

/// A proxy is believed when it comes from one of `from` **and** proves that it is the one: with a secret or with its certificate. Headers of
/// everybody else are ignored. Rule: security design 3.7.
struct TrustedHeaderOptions {
  std::vector<AddressRange> from;  ///< Never empty.
  // -- proofs: one that is configured is needed; all of them, if several are
  std::string secret_header;              ///< Where the secret is sent.
  std::vector<std::string> secrets;       ///< Any of these; several while it is replaced.
  std::vector<std::string> certificates;  ///< SHA-256 thumbprints (base64url) of the proxy's client certificate.
  AssertionOptions assertion;             ///< A token that it signs for each request.
  // -- what it says; an empty name: it does not
  std::string user = "X-Forwarded-User";   ///< The subject.
  std::string groups, roles, email;        ///< Lists are separated by commas.
  std::string issuer = "gatehouse:proxy";  ///< Issuer of the principals: whose names these are.
  std::size_t max_value_bytes = 4096;      ///< Of one header.
  std::size_t max_remembered = 10'000;     ///< Principals that are kept for the next request.
};

inline constexpr std::size_t kMinProxySecret = 32;

/// Judges the headers of the request; `credential` is not looked at. Says `unauthenticated` where a believed proxy names nobody, and to
/// everybody who is no believed proxy. One thread.
class TrustedHeaderVerifier final : public Verifier {
 public:
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t ignored = 0;  ///< Requests with such headers from somebody who is not believed.
  };
  explicit TrustedHeaderVerifier(TrustedHeaderOptions options)
      : assertions_(std::exchange(options.assertion, {})), options_(std::move(options)) {}

  /// Always has an answer.
  [[nodiscard]] std::optional<Verdict> known(std::string_view credential, const Circumstances& around) override;
  Task<Verdict> verify(std::string_view credential, const Circumstances& around) override;
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime) const override {
    return who.issuer == options_.issuer;
  }
  [[nodiscard]] bool has_credential(const net::HttpExchange& exchange) const override;

  /// Comes from a believed proxy, as far as can be told without its assertion.
  [[nodiscard]] bool believes(const net::HttpExchange& exchange) const;
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  Verdict judge(const Circumstances& around);
  [[nodiscard]] bool proves(const net::HttpExchange& exchange) const;
  [[nodiscard]] bool asserts(std::string_view user, const Circumstances& around);
  std::unexpected<Error> ignore(const Circumstances& around);
  [[nodiscard]] std::shared_ptr<const mcp::Principal> make(std::string_view user, const net::RequestHead& head) const;

  ProxyAssertions assertions_;
  const TrustedHeaderOptions options_;
  Counters counters_;
  std::string sought_;  // what a request says, as `remembered_` has it
  std::unordered_map<std::string, std::shared_ptr<const mcp::Principal>> remembered_;
};

}  // namespace gatehouse::identity
