#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/error.hpp>

/// Tokens that clients carry for us: nobody else can read, change or make one, and only the principal it was made for can use it.
/// Pure but for fresh nonces. Rule: gateway rule 4.4.
namespace gatehouse::seal {

/// What a token is for; a token of one purpose never opens as another.
enum class Purpose {
  cursor,  ///< gc1: of a list.
  state,   ///< gs1: `requestState`.
  task,    ///< gt1: a task id; lives as long as its task.
};

/// Wall-clock time: tokens outlive processes.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
inline constexpr Time kNeverExpires{std::chrono::milliseconds{INT64_MAX}};

/// One secret. `id` is derived from it, so that instances that load the same secrets agree without being told names.
struct Key {
  std::string id;
  std::array<std::uint8_t, 32> bytes{};
};

/// Why a token does not open. An attacker learns nothing from the difference: a wrong key, purpose, principal or byte is `invalid`.
enum class Refusal { invalid, expired };

/// The keys of this deployment: the first one seals, all of them open. To rotate, put a new secret first and drop the old one when the
/// longest-lived token is over (GB-074).
class KeyRing {
 public:
  static constexpr std::size_t kMinSecretBytes = 32;  ///< Of a secret's text: `openssl rand -base64 32`.

  /// Errors: invalid_config for a secret that is too short, or a list without any.
  [[nodiscard]] static Result<KeyRing> of(const std::vector<std::string>& secrets);
  /// One key that ends with the process: tokens do not survive a restart.
  [[nodiscard]] static KeyRing random();

  /// `<tag>.<kid>.<base64url>`, made of characters that need no escaping in headers, URLs and JSON.
  [[nodiscard]] std::string seal(Purpose purpose, std::string_view principal, std::string_view content,
                                 Time expires) const;
  [[nodiscard]] std::expected<std::string, Refusal> open(Purpose purpose, std::string_view principal,
                                                         std::string_view token, Time now) const;

 private:
  explicit KeyRing(std::vector<Key> keys) : keys_(std::move(keys)) {}
  std::vector<Key> keys_;
};

/// True for a text that is a token of this purpose, whoever made it.
[[nodiscard]] bool looks_sealed(Purpose purpose, std::string_view text);

}  // namespace gatehouse::seal
