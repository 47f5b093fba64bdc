#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "src/jose/imported.hpp"

namespace gatehouse::jose {

/// An ECDSA signature as OpenSSL takes it; empty when the other form had the wrong length.
struct DerSignature {
  std::array<unsigned char, 144>
      bytes;  // two integers of 66 bytes with a sign byte and two of head each, three of head around
  std::size_t size = 0;

  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};

/// From r and s of the curve's size one after the other (RFC 7518 section 3.4).
[[nodiscard]] DerSignature ecdsa_to_der(KeyType curve, std::string_view raw);

/// RSA and ECDSA: of the algorithm's hash of `text`. REQUIRES: the key fits.
[[nodiscard]] bool verify_digest(const Key::Imported& key, Algorithm algorithm, std::string_view text,
                                 std::string_view signature);
[[nodiscard]] bool verify_ed25519(EVP_PKEY* key, std::string_view text, std::string_view signature);

}  // namespace gatehouse::jose
