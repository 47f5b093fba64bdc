#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace gatehouse::jose {

/// The signature algorithms there are. `none` and HMAC are missing on purpose: what has no value here cannot be let in by a
/// setting. Rule: RFC 7518 section 3.1, RFC 8037 section 3.1 (of EdDSA only Ed25519).
enum class Algorithm : std::uint8_t { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa };

/// As in `alg`: `RS256`, ..., `EdDSA`.
[[nodiscard]] std::string_view name_of(Algorithm algorithm);
/// Exact spelling; `Ed25519` (RFC 9864) is another name of EdDSA. None for everything else.
[[nodiscard]] std::optional<Algorithm> algorithm_named(std::string_view name);

/// Which algorithms are acceptable.
class Algorithms {
 public:
  constexpr Algorithms() = default;
  constexpr Algorithms(std::initializer_list<Algorithm> members) {
    for (const Algorithm member : members) add(member);
  }
  constexpr void add(Algorithm algorithm) { bits_ = static_cast<std::uint16_t>(bits_ | bit(algorithm)); }
  [[nodiscard]] constexpr bool contains(Algorithm algorithm) const { return (bits_ & bit(algorithm)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const Algorithms&) const = default;

 private:
  static constexpr unsigned bit(Algorithm algorithm) { return 1u << static_cast<unsigned>(algorithm); }
  std::uint16_t bits_ = 0;
};

/// What an issuer may use unless its configuration says otherwise.
inline constexpr Algorithms kDefaultAlgorithms{Algorithm::rs256, Algorithm::ps256, Algorithm::es256, Algorithm::es384,
                                               Algorithm::eddsa};
inline constexpr Algorithms kAllAlgorithms{Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256,
                                           Algorithm::ps384, Algorithm::ps512, Algorithm::es256, Algorithm::es384,
                                           Algorithm::es512, Algorithm::eddsa};

}  // namespace gatehouse::jose
