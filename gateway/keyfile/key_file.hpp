#pragma once
#include <expected>
#include <string>
#include <vector>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/identity/api_keys.hpp>

#include "gateway/keyfile/records.hpp"

/// The file with the API keys, and the peppers that belong to it.
namespace gatehouse::keyfile {

/// Where keys are kept.
struct Place {
  std::string file;
  /// Secrets, newest first. Empty: they are in `<file>.pepper`, one a line, newest first.
  std::vector<std::string> peppers;

  [[nodiscard]] std::string pepper_file() const { return file + ".pepper"; }
};

struct Contents {
  Records records;
  identity::Peppers peppers;
  config::Problems warnings;  ///< A file that does not exist yet, keys without their pepper, files that others may read.
  std::vector<std::string> files;  ///< Watch these.
};

/// Everything that is needed to verify keys. Errors: all problems of the file.
[[nodiscard]] std::expected<Contents, config::Problems> load(const Place& place);

/// Changes the file: reads it, lets `change` work on the records and writes them, while no other writer does. A pepper is made if there is
/// none yet. Errors: invalid_config for files that cannot be understood (they stay as they are), io, and those of `change`.
using Change = FunctionRef<Result<void>(Records& records, const identity::Peppers& peppers)>;
[[nodiscard]] Result<void> edit(const Place& place, Change change);

/// Puts a new pepper in front of the others: keys that are made from now on are hashed with it. REQUIRES: `place.peppers` is empty.
[[nodiscard]] Result<void> add_pepper(const Place& place);

}  // namespace gatehouse::keyfile
