#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/mcp/principal.hpp>

/// Who is not let in any more although his token looks good. Rule: RS-74; T43.
namespace gatehouse::identity {

/// One entry.
struct Revocation {
  enum class Of {
    token,    ///< One token, by its `jti`.
    session,  ///< Every token of one login, by its `sid`.
    subject,  ///< Every token of somebody that was issued until `issued_until`.
  };
  Of of = Of::token;
  std::string issuer;
  std::string value;  ///< `jti`, `sid` or `sub`.
  /// For subjects: a token that was issued later is of a later login, which is good. None: any token. A token that does not say when it
  /// was issued is an old one.
  std::optional<mcp::WallTime> issued_until;
  mcp::WallTime keep_until{};  ///< When the last token that this is about has expired.
};

struct DenyListOptions {
  std::size_t max_entries =
      100'000;  ///< About 150 bytes each. When it is full, what would end first goes first; see `evicted`.
};

/// In memory; one per process, and it survives a change of the configuration. Pure.
class DenyList {
 public:
  explicit DenyList(const DenyListOptions& options = {});
  ~DenyList();

  /// If there are more entries than allowed now, they go as soon as one is added.
  void set_options(const DenyListOptions& options);
  /// Adding an entry again extends it. `on_added` is not called for those that are known.
  void add(const Revocation& revocation, mcp::WallTime now);
  /// Where new entries are told, for sharing them with other instances, which then `add` them.
  void on_added(std::function<void(const Revocation&)> tell);

  [[nodiscard]] bool denies(const mcp::Principal& who, mcp::WallTime now) const;
  /// Counts up with each new entry: whoever was let in earlier has to be asked about again.
  [[nodiscard]] std::uint64_t generation() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::uint64_t evicted() const;  ///< Entries that were given up before their time: raise `max_entries`.

  /// The `credential_id` of principals with a token: their `jti` must not be guessable from logs.
  [[nodiscard]] static std::string token_id(std::string_view issuer, std::string_view jti);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::identity
