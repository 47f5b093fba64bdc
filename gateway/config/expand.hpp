#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/load.hpp"

/// Values that stand somewhere else.
///
/// Own files:     `${NAME}`, `${NAME:-otherwise}` (unset or empty), `${file:PATH}`; `$${` is a literal `${`. In secrets also
///                `file:PATH` as the whole value; `$$file:` is a literal `file:`.
/// Clients' files: `${NAME}`, `${NAME:-otherwise}`, `${env:NAME}`; `${input:api-key}` and `${{ secrets.api-key }}` are read
///                from `API_KEY`, `${workspaceFolder}` from `WORKSPACE_FOLDER`, because nobody is there to be asked.
namespace gatehouse::config {

struct Expanded {
  std::string value;
  std::string reference;              ///< The text in the syntax of own files; empty: the value stood there literally.
  bool unresolved = false;            ///< Something is missing and may be (Unset::keep).
  std::vector<std::string> problems;  ///< Messages.
  std::vector<std::string> notes;     ///< Warnings.
};

class Expander {
 public:
  enum class Dialect { own, client };
  /// `directory`: where relative paths start.
  Expander(Dialect dialect, Unset unset, std::string directory)
      : dialect_(dialect), unset_(unset), directory_(std::move(directory)) {}

  /// `secret`: a whole value `file:PATH` is read, too.
  [[nodiscard]] Expanded expand(std::string_view text, bool secret = false);

  /// A path as written, made absolute or relative to the process. Only `~/` and the file's directory are considered.
  [[nodiscard]] std::string resolve(std::string_view path) const;
  /// The content of a small text file, without the line break at its end; remembers the file. Errors: a message.
  [[nodiscard]] std::expected<std::string, std::string> read(std::string_view path, std::size_t max_bytes = 64u << 10);
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  void variable(std::string_view inner, Expanded& out);
  void client_variable(std::string_view inner, Expanded& out);
  void environment(std::string_view name, std::string_view rest, std::string_view wanted_by, Expanded& out);
  void file(std::string_view path, Expanded& out);

  Dialect dialect_;
  Unset unset_;
  std::string directory_;
  std::vector<std::string> files_;
};

/// A literal value spelled so that `Expander` gives it back.
[[nodiscard]] std::string escape_literal(std::string_view text, bool secret);

/// The whole file. Errors: a message ("cannot be read: No such file or directory", "is larger than …").
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace gatehouse::config
