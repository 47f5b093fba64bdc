#pragma once
// Another implementation of signed tokens, over GnuTLS (Debian: librhonabwy-dev). Without it nobody is asked.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/json/value.hpp>

#ifdef GATEHOUSE_HAVE_RHONABWY
#include <rhonabwy.h>
#endif

namespace gatehouse::test {

#ifdef GATEHOUSE_HAVE_RHONABWY

class Rhonabwy {
 public:
  /// Of a JWK Set; keys that it cannot import are left out.
  explicit Rhonabwy(std::string_view jwks) {
    const auto set = json::parse(jwks);
    for (const auto& jwk : *set->find("keys")->as_array()) {
      jwk_t* key = nullptr;
      if (r_jwk_init(&key) == RHN_OK && r_jwk_import_from_json_str(key, jwk.str().c_str()) == RHN_OK) {
        keys_.emplace_back(jwk.text("kid"), key);
      } else {
        r_jwk_free(key);
      }
    }
  }
  Rhonabwy(Rhonabwy&& other) noexcept : keys_(std::exchange(other.keys_, {})) {}
  ~Rhonabwy() {
    for (const auto& [kid, key] : keys_) r_jwk_free(key);
  }

  /// Whether the signature is right for one of the keys of this name, or for any key if there is no name.
  [[nodiscard]] std::optional<bool> accepts(std::string_view token, const std::optional<std::string>& kid) const {
    jws_t* jws = nullptr;
    bool accepted = false;
    if (r_jws_init(&jws) == RHN_OK &&
        r_jws_advanced_compact_parsen(jws, token.data(), token.size(), R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) == RHN_OK) {
      for (const auto& [name, key] : keys_) {
        if (kid && *kid != name) continue;
        accepted = accepted || r_jws_verify_signature(jws, key, R_FLAG_IGNORE_REMOTE) == RHN_OK;
      }
    }
    r_jws_free(jws);
    return accepted;
  }

 private:
  std::vector<std::pair<std::string, jwk_t*>> keys_;
};

#else

class Rhonabwy {
 public:
  explicit Rhonabwy(std::string_view) {}
  [[nodiscard]] std::optional<bool> accepts(std::string_view, const std::optional<std::string>&) const {
    return std::nullopt;
  }
};

#endif

}  // namespace gatehouse::test
