#pragma once
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

/// Certificates for tests, made on the spot.
namespace gatehouse::net::test {

struct CertificateWish {
  std::string name;                          ///< Common name.
  std::string extended_key_usage;            ///< "clientAuth"; empty: none is said.
  std::string alternative_names;             ///< "URI:spiffe://x,DNS:y"; may be empty.
  long valid_from = -3600, valid_to = 3600;  ///< Seconds from now.
  bool is_authority = false;
};

/// A certificate with its key, signed by `issuer` or by itself.
class TestCertificate {
 public:
  explicit TestCertificate(const CertificateWish& wish, const TestCertificate* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
    X509* const made = certificate_.get();
    static long serial = 1;
    check(X509_set_version(made, 2) && ASN1_INTEGER_set(X509_get_serialNumber(made), serial++));
    check(X509_gmtime_adj(X509_getm_notBefore(made), wish.valid_from) &&
          X509_gmtime_adj(X509_getm_notAfter(made), wish.valid_to));
    X509_NAME* const subject = X509_get_subject_name(made);
    add(subject, "O", "Example, Inc.");
    add(subject, "CN", wish.name);
    check(X509_set_issuer_name(made, issuer ? X509_get_subject_name(issuer->certificate()) : subject));
    check(X509_set_pubkey(made, key_.get()));
    if (wish.is_authority) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (!wish.extended_key_usage.empty()) extend(NID_ext_key_usage, wish.extended_key_usage);
    if (!wish.alternative_names.empty()) extend(NID_subject_alt_name, wish.alternative_names);
    check(X509_sign(made, issuer ? issuer->key() : key_.get(), EVP_sha256()));
  }

  [[nodiscard]] X509* certificate() const { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

  void write(const std::string& certificate_file, const std::string& key_file = {}) const {
    save(certificate_file, [this](std::FILE* file) { return PEM_write_X509(file, certificate_.get()); });
    if (key_file.empty()) return;
    save(key_file, [this](std::FILE* file) {
      return PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

 private:
  static void check(int done) {
    if (done == 0) std::abort();
  }
  static void add(X509_NAME* name, const char* field, const std::string& value) {
    check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.c_str()),
                                     -1, -1, 0));
  }
  void extend(int nid, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    check(extension != nullptr && X509_add_ext(certificate_.get(), extension, -1));
    X509_EXTENSION_free(extension);
  }
  template <class Write>
  static void save(const std::string& name, Write write) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "wb"), &std::fclose);
    check(file != nullptr && write(file.get()));
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace gatehouse::net::test
