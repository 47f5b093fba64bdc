#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/identity/api_keys.hpp>
#include <gatehouse/identity/verifier.hpp>

namespace gatehouse::identity {

/// What is remembered of a key's use.
struct ApiKeyUse {
  static constexpr std::size_t kMaxNetworks = 32;

  mcp::WallTime last_used_at{};        ///< To the minute.
  std::vector<AddressRange> networks;  ///< Where it was used from (/24, /48), the latest last; older ones are forgotten.
  std::uint64_t old_secret_uses = 0;   ///< Uses of a secret that is about to stop working: who has not moved yet.
  mcp::WallTime old_secret_used_at{}, old_secret_until{};  ///< When last, and when that secret stops working.
};

struct ApiKeyVerifierOptions {
  std::size_t max_known = 10'000;  ///< Keys whose secret need not be hashed again; about 150 bytes each.
};

/// The keys that are in force and how they are used. Shared by all endpoints. One thread. A secret that was verified is remembered under a
/// name that only this process can make, so that its next call takes no HMAC; whether its key is revoked, expired, or used from a wrong
/// place is asked with every call, and other keys (`replace`) begin with nothing remembered.
class ApiKeyVerifier final : public Verifier {
 public:
  struct Counters {
    std::uint64_t accepted = 0, old_secret = 0;
    std::uint64_t known = 0;                  ///< Of those accepted: without an HMAC.
    std::array<std::uint64_t, 10> refused{};  ///< By KeyRefusal.
  };

  explicit ApiKeyVerifier(const ApiKeyVerifierOptions& options = {});
  ~ApiKeyVerifier() override;

  void set_options(const ApiKeyVerifierOptions& options);
  /// Other keys from now on; calls that were let in go on.
  void replace(std::shared_ptr<const ApiKeys> keys);
  [[nodiscard]] const ApiKeys& keys() const { return *keys_; }

  /// Always has an answer. Takes no memory if the key is good and is used as before. Errors: invalid_credential; denied for a key that is
  /// good, but not for this endpoint.
  [[nodiscard]] std::optional<Verdict> known(std::string_view key, const Circumstances& around) override;
  Task<Verdict> verify(std::string_view key, const Circumstances& around) override;
  [[nodiscard]] bool still_good(const mcp::Principal& who, mcp::WallTime now) const override {
    return keys_->still_good(who, now);
  }

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const ApiKeyUse* use_of(std::string_view id) const;
  /// What an earlier process remembered.
  void restore(std::string_view id, ApiKeyUse use);
  /// Visits what has changed since the last call.
  void take_changed_uses(FunctionRef<void(const std::string& id, const ApiKeyUse&)> visit);
  /// Hashes of secrets that were used and are stored with an older pepper than the newest, made anew: id, old value, new hash. Those since
  /// the last call.
  struct Rehashed {
    std::string id;
    KeyHash before;
    ApiKeyHash after;
  };
  [[nodiscard]] std::vector<Rehashed> take_rehashed() { return std::exchange(rehashed_, {}); }

 private:
  struct State {
    ApiKeyUse use;
    std::string last_address;
    bool changed = false;
    KeyHash rehashed{};  // the stored hash that was made anew last
  };
  struct Known;  // secrets that were verified
  Verdict check(std::string_view key, const Circumstances& around);
  Verdict refuse(KeyRefusal why, std::string_view id, const Circumstances& around);
  void used(const ApiKeys::Match& match, State& state, std::string_view key, std::string_view address,
            mcp::WallTime now);
  void rehash(const ApiKeys::Match& match, State& state, std::string_view key);
  void arrived_from(std::string_view id, State& state, std::string_view address);

  std::shared_ptr<const ApiKeys> keys_ = std::make_shared<const ApiKeys>();
  ApiKeyTable<State> states_;  // of keys that were used; none is ever taken out
  std::unique_ptr<Known> known_;
  std::vector<Rehashed> rehashed_;
  Counters counters_;
};

}  // namespace gatehouse::identity
