#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Rows of text, for people and for scripts.
namespace gatehouse::cli {

struct Column {
  std::string title;
  std::size_t max_width = 0;  ///< On a terminal longer cells are cut; 0: not. The last column always ends at the edge.
};
using Row = std::vector<std::string>;

struct TableStyle {
  bool terminal = false;
  bool color = false;
  std::size_t columns = 80;
};

/// How standard output wants its tables.
[[nodiscard]] TableStyle output_style();

/// For terminals: a title line and aligned columns that end at the edge. Otherwise: cells separated by tabs, no titles, nothing
/// cut. Cells are made one line either way.
[[nodiscard]] std::string table(const std::vector<Column>& header, const std::vector<Row>& rows,
                                const TableStyle& style);

/// Columns that a text takes on a terminal (East Asian characters take two).
[[nodiscard]] std::size_t width(std::string_view text);
/// The text in at most that many columns, ending in an ellipsis if something was cut.
[[nodiscard]] std::string cut(std::string_view text, std::size_t max_width);

}  // namespace gatehouse::cli
