#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "gateway/config/expand.hpp"
#include "gateway/config/keys.hpp"
#include "gateway/config/load.hpp"
#include "gateway/config/tree.hpp"

/// From a tree to a Config: three steps that share one Reading. `parse` judges the shape, `validate` the meaning.
namespace gatehouse::config {

struct Reading {
  std::string file;
  Expander expander;
  Config config;
  Problems problems;
  Problems warnings;
  std::map<std::string, int, std::less<>> lines;  ///< Key path -> line, of everything that was written down.

  void problem(int line, std::string key, std::string message);
  void warn(int line, std::string key, std::string message);
  /// The line of a key, or of the nearest thing around it that was written down.
  [[nodiscard]] int line_of(std::string_view key) const;
  [[nodiscard]] bool is_written(std::string_view key) const { return lines.contains(key); }
};

/// Own files: the tree must be a map of known keys.
void parse(Reading& reading, const Node& root);
/// One section that stands somewhere else. Its keys have to be in its table.
void parse_section(Reading& reading, const Section& section, const Node& node, const std::string& path, void* owner);
/// A client's file: finds the servers in it, whatever the client is.
void parse_client(Reading& reading, const Node& root);
/// Everything that needs more than one value, and the rules for names, paths, addresses and headers.
void validate(Reading& reading);
void validate_limits(Reading& reading);  ///< Its part for `limits.rates` and `limits.preauth`.
/// Reads the policy's own file, if it has one, and compiles the policy; both for its problems.
void complete_policy(Reading& reading);
/// The part of it about `auth` and `tls`.
void validate_credentials(Reading& reading);
void validate_issuers(Reading& reading);

/// Reads one value of any shape but a section into its field; problems go to `reading`.
void read_key(Reading& reading, const Key& key, const Node& node, const std::string& path, const Slot& slot);
/// A scalar with its variables resolved, entered into the references. Nothing if it is no scalar or something is missing.
[[nodiscard]] std::optional<Expanded> read_scalar(Reading& reading, const Node& node, const std::string& path,
                                                  bool secret = false);

/// `path.name`, with quotes around names that would be mistaken for paths.
[[nodiscard]] std::string key_path(const std::string& path, std::string_view name);

/// The known word that was probably meant, or "".
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace gatehouse::config
