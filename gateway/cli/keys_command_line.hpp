#pragma once
#include <functional>

#include "gateway/cli/keys.hpp"

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// `gatehouse keys` with its commands, and the structs that their options are read into.
class KeysCommandLine {
 public:
  /// Adds them to `app`; `action` becomes what was chosen.
  void add_to(CLI::App& app, std::function<int()>& action);

 private:
  KeysCreateOptions create_;
  KeysListOptions list_;
  KeysRotateOptions rotate_;
  KeysRevokeOptions revoke_;
  KeysPepperOptions pepper_;
};

}  // namespace gatehouse::cli
