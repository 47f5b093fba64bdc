#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/error.hpp>

/// Secrets that API keys are hashed with and that are kept somewhere else than the hashes: whoever steals those can verify nothing.
namespace gatehouse::identity {

using KeyHash = std::array<std::uint8_t, 32>;

/// Equal, in a time that does not tell where they differ.
[[nodiscard]] bool same_hash(const KeyHash& a, const KeyHash& b);

class Pepper {
 public:
  static constexpr std::size_t kMinLength = 32;  ///< Bytes.

  /// REQUIRES: `secret` has kMinLength bytes.
  explicit Pepper(std::string_view secret);
  Pepper(Pepper&&) noexcept;
  Pepper& operator=(Pepper&&) noexcept;
  ~Pepper();

  /// Derived from the secret, so that nobody has to number peppers: eight hexadecimal digits. No secret itself.
  [[nodiscard]] const std::string& id() const { return id_; }
  /// HMAC-SHA-256. Takes well under a microsecond. Not for several threads at once.
  [[nodiscard]] KeyHash hash(std::string_view text) const;
  [[nodiscard]] std::uint64_t hashes_for_test() const;  ///< Made so far.

 private:
  struct Mac;
  std::unique_ptr<Mac> mac_;
  std::string id_;
};

/// The newest one hashes new keys; all of them verify.
class Peppers {
 public:
  Peppers() = default;
  /// Newest first. Errors: invalid_config for one that is too short to be a secret.
  [[nodiscard]] static Result<Peppers> make(const std::vector<std::string>& secrets);
  /// A fresh secret: 43 characters.
  [[nodiscard]] static std::string make_secret();

  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] const Pepper& newest() const { return all_.front(); }  ///< REQUIRES: not empty.
  [[nodiscard]] const Pepper* find(std::string_view id) const;
  [[nodiscard]] std::uint64_t hashes_for_test() const;  ///< By all of them.

 private:
  std::vector<Pepper> all_;
};

}  // namespace gatehouse::identity
