#pragma once
#include <memory>
#include <optional>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/identity/api_key_verifier.hpp>

#include "gateway/app/config_watch.hpp"
#include "gateway/keyfile/key_file.hpp"

namespace gatehouse::app {

/// The API keys of a running gateway: read again when their file changes, replaced as a whole; a file that is not good changes nothing. Writes
/// down once a minute when keys were used.
class KeyRing {
 public:
  KeyRing(net::Loop& loop, keyfile::Place place);

  /// Reads the file, and what earlier processes wrote about uses. Errors: invalid_config, with all problems.
  [[nodiscard]] Result<void> load();
  [[nodiscard]] const std::shared_ptr<identity::ApiKeyVerifier>& verifier() const { return verifier_; }
  [[nodiscard]] const keyfile::Place& place() const { return place_; }
  /// Another place after a reload of the configuration; if its file is not good, the keys stay, and it is tried again when it changes.
  void move_to(keyfile::Place place);
  /// Writes down what is not written yet. Call before the destructor.
  Task<void> stop();
  /// The same, for one that nobody needs any more.
  static Task<void> end(std::unique_ptr<KeyRing> ring);
  [[nodiscard]] std::size_t reads_for_test() const { return reads_; }  ///< Of the file, after the first.

 private:
  using Loaded = std::expected<keyfile::Contents, config::Problems>;
  void changed();
  Task<void> read_again();
  void take(Loaded loaded);
  void tell_changes(const keyfile::Records& records) const;
  void write_soon();
  Task<void> write_uses();
  Task<void> write_rehashed();

  net::Loop& loop_;
  keyfile::Place place_;
  std::shared_ptr<identity::ApiKeyVerifier> verifier_ = std::make_shared<identity::ApiKeyVerifier>();
  std::optional<ConfigWatch> watch_;
  net::Timer writer_;
  bool reading_ = false, changed_meanwhile_ = false;
  bool cannot_write_ = false;  // was said
  std::size_t reads_ = 0;
  TaskGroup tasks_;
};

}  // namespace gatehouse::app
