#include <array>

#include "gateway/config/field.hpp"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"uri", "dns", "subject"};
constexpr std::array<std::string_view, 3> kAsking = {"off", "request", "require"};

constexpr std::array kApiKeys = {
    Key{"file", Shape::text, at<&ApiKeys::file>,
        "The file with the hashes of the keys, relative to the configuration; `gatehouse keys` makes it. A running "
        "gateway follows its "
        "changes."},
    secret({"peppers", Shape::texts, at<&ApiKeys::peppers>,
            "Secrets of at least 32 characters that keys are hashed with. The first one is for new keys, all are "
            "accepted. Default: those "
            "in the file beside the key file whose name ends in `.pepper`."}),
    in(kMinute, 3660 * kDay,
       {"max_lifetime", Shape::duration, at<&ApiKeys::max_lifetime>, "Longest time that a new key may work."}),
    in(1, 10'000'000,
       {"max_known", Shape::count, at<&ApiKeys::max_known>,
        "Secrets that are recognised without hashing them again; about 150 bytes each. Whether a key is revoked, "
        "expired, "
        "or used from where it must not be is asked with every call."}),
};

constexpr std::array kGrant = {
    Key{"name", Shape::text, at<&CertificateGrant::name>, "Names of certificates, with `*` and `?`."},
    Key{"roles", Shape::texts, at<&CertificateGrant::roles>, "Roles that they have."},
    Key{"scopes", Shape::texts, at<&CertificateGrant::scopes>, "Scopes that they have."},
    Key{"tenant", Shape::text, at<&CertificateGrant::tenant>, "Tenant that they act for."},
};

constexpr std::array kCertificates = {
    one_of(kNames, {"subject", Shape::choice, at<&Certificates::subject>,
                    "What of a certificate is its holder's name. `uri`: the URI among the alternative names, like a "
                    "SPIFFE id. `dns`: the "
                    "DNS name among them. `subject`: the distinguished name, as RFC 4514 writes it."}),
    filled({"names", Shape::texts, at<&Certificates::names>,
            "Names that count, with `*` and `?`. A certificate needs exactly one that does. Default: all."}),
    part<&Certificates::grants, certificate_grant_section>(
        "grants", "What names give; those that fit add up. Without one a certificate grants nothing."),
};

constexpr std::array kAssertion = {
    Key{"header", Shape::text, at<&ProxyAssertion::header>, "Header with the token."},
    secret({"keys", Shape::text, at<&ProxyAssertion::keys>,
            "The proxy's public keys, a JWK set: `file:proxy-keys.json`."}),
    Key{"issuer", Shape::text, at<&ProxyAssertion::issuer>, "`iss` of its tokens."},
    Key{"audience", Shape::text, at<&ProxyAssertion::audience>, "`aud` of its tokens: this gateway."},
};

constexpr std::array kProxy = {
    Key{"from", Shape::texts, at<&TrustedProxy::from>,
        "Networks that the proxy is in, like `10.0.0.0/24`. Headers from elsewhere are ignored."},
    Key{"secret_header", Shape::text, at<&TrustedProxy::secret_header>, "Header with the proxy's secret."},
    secret({"secrets", Shape::texts, at<&TrustedProxy::secrets>,
            "The secret that proves that it is the proxy, at least 32 characters; two while it is replaced."}),
    Key{"certificates", Shape::texts, at<&TrustedProxy::certificates>,
        "SHA-256 thumbprints (base64url) of the proxy's client certificate: another proof. Of several, all are "
        "needed."},
    part<&TrustedProxy::assertion, proxy_assertion_section>(
        "assertion", "Another proof: a token that the proxy signs for each request, used once and within a minute."),
    Key{"user", Shape::text, at<&TrustedProxy::user>, "Header with the user's name."},
    Key{"groups", Shape::text, at<&TrustedProxy::groups>, "Header with groups, separated by commas."},
    Key{"roles", Shape::text, at<&TrustedProxy::roles>, "Header with roles, separated by commas."},
    Key{"email", Shape::text, at<&TrustedProxy::email>, "Header with the user's e-mail address, which becomes a claim."},
    Key{"issuer", Shape::text, at<&TrustedProxy::issuer>,
        "Whose names these are: the issuer of the users, for rules and records."},
};

constexpr std::array kAuth = {
    part<&Auth::api_keys, api_keys_section>("api_keys", "Keys that `gatehouse keys` makes."),
    part<&Auth::issuers, issuer_section>(
        "issuers", "Authorization servers whose access tokens are accepted. See [tokens](tokens.md)."),
    part<&Auth::tokens, tokens_section>("tokens", "What is remembered of access tokens."),
    part<&Auth::certificates, certificates_section>(
        "certificates", "Client certificates of connections are identities. Needs `tls.client_certificates`."),
    part<&Auth::proxy, proxy_section>("proxy", "A proxy in front names its users in headers."),
};

constexpr std::array kTls = {
    Key{"certificate", Shape::text, at<&Tls::certificate>,
        "PEM file with the certificate, then its intermediate authorities."},
    Key{"key", Shape::text, at<&Tls::key>, "PEM file with its private key."},
    one_of(kAsking, {"client_certificates", Shape::choice, at<&Tls::client_certificates>,
                     "`request`: clients may have a certificate; one that is not good ends the connection. `require`: "
                     "they need one. What "
                     "it says is for `auth.certificates`."}),
    Key{"client_ca", Shape::text, at<&Tls::client_ca>,
        "PEM file with the authorities of clients' certificates. No others count."},
    in(0, 10,
       {"max_client_chain", Shape::count, at<&Tls::max_client_chain>,
        "Intermediate authorities between a client's certificate and one of these."}),
};

}  // namespace

const Section& auth_section() {
  static const Section section{"auth", "Who may use the endpoints.", kAuth, &fresh<Auth>};
  return section;
}
const Section& api_keys_section() {
  static const Section section{"auth.api_keys", "API keys.", kApiKeys, &fresh<ApiKeys>};
  return section;
}
const Section& certificate_grant_section() {
  static const Section section{"auth.certificates.grants[]", "What names of certificates give.", kGrant,
                               &fresh<CertificateGrant>};
  return section;
}
const Section& certificates_section() {
  static const Section section{"auth.certificates", "Client certificates as identity.", kCertificates,
                               &fresh<Certificates>};
  return section;
}
const Section& proxy_section() {
  static const Section section{"auth.proxy", "Users that a proxy names.", kProxy, &fresh<TrustedProxy>};
  return section;
}
const Section& proxy_assertion_section() {
  static const Section section{"auth.proxy.assertion", "Tokens with which a proxy proves who it is.", kAssertion,
                               &fresh<ProxyAssertion>};
  return section;
}
const Section& tls_section() {
  static const Section section{"tls", "TLS of the main listener.", kTls, &fresh<Tls>};
  return section;
}

}  // namespace gatehouse::config
