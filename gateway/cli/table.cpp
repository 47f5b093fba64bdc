#include "gateway/cli/table.hpp"

#include <wchar.h>

#include <algorithm>

#include "gateway/cli/output.hpp"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kGap = 2;

/// One character of UTF-8: its bytes and its columns. Bytes that are no UTF-8 count as one column each.
struct Character {
  std::size_t bytes = 1;
  std::size_t width = 1;
};

Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (bytes == 1 || bytes > text.size()) return {};
  wchar_t code = static_cast<wchar_t>(lead & (0xffU >> (bytes + 1)));
  for (std::size_t i = 1; i < bytes; ++i)
    code = static_cast<wchar_t>((code << 6) | (static_cast<unsigned char>(text[i]) & 0x3f));
  const int columns = ::wcwidth(code);
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

std::string tab_separated(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out.append(i == 0 ? "" : "\t").append(row[i]);
    out += '\n';
  }
  return out;
}

std::vector<std::size_t> column_widths(const std::vector<Column>& header, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::size_t widest = width(header[i].title);
    for (const Row& row : rows) widest = std::max(widest, width(row[i]));
    widths.push_back(header[i].max_width == 0 ? widest : std::min(widest, header[i].max_width));
  }
  return widths;
}

std::string aligned_line(const Row& row, const std::vector<std::size_t>& widths, std::size_t columns) {
  std::string line;
  std::size_t used = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool last = i + 1 == row.size();
    const std::size_t room = last ? std::max<std::size_t>(columns - std::min(columns, used), 10) : widths[i];
    const std::string cell = cut(row[i], room);
    line += cell;
    used += widths[i] + kGap;
    if (!last) line.append(widths[i] - width(cell) + kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

TableStyle output_style() { return {is_terminal(Stream::out), has_color(Stream::out), columns(Stream::out)}; }

std::size_t width(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    total += character.width;
    text.remove_prefix(character.bytes);
  }
  return total;
}

std::string cut(std::string_view text, std::size_t max_width) {
  if (width(text) <= max_width) return std::string(text);
  std::string out;
  for (std::size_t used = 0; !text.empty();) {
    const Character character = first_character(text);
    used += character.width;
    if (used + 1 > max_width) break;
    out += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return out + "…";
}

std::string table(const std::vector<Column>& header, const std::vector<Row>& rows, const TableStyle& style) {
  std::vector<Row> lines = rows;
  for (Row& row : lines)
    std::ranges::transform(row, row.begin(), [](const std::string& cell) { return one_line(cell); });
  if (!style.terminal) return tab_separated(lines);
  const auto widths = column_widths(header, lines);
  Row titles;
  for (const Column& column : header) titles.push_back(column.title);
  std::string out = styled(aligned_line(titles, widths, style.columns), Style::bold, style.color) + "\n";
  for (const Row& row : lines) out.append(aligned_line(row, widths, style.columns)).append("\n");
  return out;
}

}  // namespace gatehouse::cli
