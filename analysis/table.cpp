#include "analysis/table.hpp"

#include "analysis/escape.hpp"

#include <saddle/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace saddle::analysis {

namespace {

constexpr std::array<std::pair<std::string_view, Format>, 5> formats{{{"text", Format::text},
                                                                      {"markdown", Format::markdown},
                                                                      {"latex", Format::latex},
                                                                      {"csv", Format::csv},
                                                                      {"json", Format::json}}};
constexpr size_t gap = 2;

std::string cell_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<int64_t>(&cell)) return std::to_string(*number);
  if (const auto* number = std::get_if<uint64_t>(&cell)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&cell)) return number_text(*number);
  return {};
}

nlohmann::ordered_json cell_json(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<int64_t>(&cell)) return *number;
  if (const auto* number = std::get_if<uint64_t>(&cell)) return *number;
  if (const auto* number = std::get_if<double>(&cell); number && std::isfinite(*number)) return *number;
  return nullptr;
}

std::string padded(const std::string& text, size_t width, Align align) {
  const size_t taken = display_width(text);
  const std::string space(width > taken ? width - taken : 0, ' ');
  return align == Align::right ? space + text : text + space;
}

/// One line of a cell in the text format.
std::string flat_text(const Cell& cell) {
  std::string text = cell_text(cell);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void strip_end(std::string& line) {
  while (line.ends_with(' ')) line.pop_back();
}

}  // namespace

Format format_from(std::string_view name) {
  std::string known;
  for (const auto& [text, format] : formats) {
    if (text == name) return format;
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  throw UserError("--format: there is no format '" + std::string(name) + "', only " + known);
}

std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

Table& Table::title(std::string text) { return title_ = std::move(text), *this; }
Table& Table::key_columns(size_t count) { return keys_ = count, *this; }
Table& Table::note(std::string text) { return notes_.push_back(std::move(text)), *this; }

Table& Table::row(std::vector<Cell> cells) {
  if (cells.size() != columns_.size())
    throw std::logic_error("a table's row has another length than its heading");
  rows_.push_back(std::move(cells));
  return *this;
}

std::string Table::render(Format format, size_t width) const {
  switch (format) {
    case Format::text:
      return text(width);
    case Format::markdown:
      return markdown();
    case Format::latex:
      return latex();
    case Format::csv:
      return csv();
    case Format::json:
      return json();
  }
  throw std::logic_error("unknown format");
}

std::string Table::text(size_t width) const {
  std::vector<size_t> widths;
  for (size_t c = 0; c < columns_.size(); ++c) {
    widths.push_back(display_width(columns_[c].name));
    for (const auto& row : rows_) widths[c] = std::max(widths[c], display_width(flat_text(row[c])));
  }
  const size_t keys = std::min(keys_, columns_.size());
  std::string out = title_.empty() ? "" : title_ + "\n";
  // A table that is too wide goes on below, with the key columns again.
  for (size_t begin = keys; begin <= columns_.size();) {
    std::vector<size_t> shown;
    size_t total = 0;
    for (size_t c = 0; c < keys; ++c) shown.push_back(c), total += widths[c] + gap;
    size_t end = begin;
    while (end < columns_.size() && (end == begin || width == 0 || total + widths[end] <= width)) {
      total += widths[end] + gap;
      shown.push_back(end++);
    }
    if (begin > keys) out += "\n";
    const auto line = [&](auto text_of) {
      std::string text;
      for (size_t c : shown) text += padded(text_of(c), widths[c], columns_[c].align) + std::string(gap, ' ');
      strip_end(text);
      out += text + "\n";
    };
    line([&](size_t c) { return columns_[c].name; });
    for (const auto& row : rows_) line([&](size_t c) { return flat_text(row[c]); });
    if (end >= columns_.size()) break;
    begin = end;
  }
  for (const std::string& note : notes_) out += note + "\n";
  return out;
}

std::string Table::markdown() const {
  std::string out = title_.empty() ? "" : "**" + escape_markdown(title_) + "**\n\n";
  for (const Heading& column : columns_) out += "| " + escape_markdown(column.name) + " ";
  out += "|\n";
  for (const Heading& column : columns_) out += column.align == Align::right ? "|---:" : "|---";
  out += "|\n";
  for (const auto& row : rows_) {
    for (const Cell& cell : row) out += "| " + escape_markdown(cell_text(cell)) + " ";
    out += "|\n";
  }
  for (const std::string& note : notes_) out += "\n" + escape_markdown(note) + "\n";
  return out;
}

std::string Table::latex() const {
  const auto line = [&](auto text_of) {
    std::string text;
    for (size_t c = 0; c < columns_.size(); ++c) text += (c ? " & " : "") + escape_latex(text_of(c));
    return text + " \\\\\n";
  };
  std::string out = title_.empty() ? "" : "% " + title_ + "\n";
  out += "% needs \\usepackage{booktabs}\n\\begin{tabular}{";
  for (const Heading& column : columns_) out += column.align == Align::right ? 'r' : 'l';
  out += "}\n\\toprule\n" + line([&](size_t c) { return columns_[c].name; }) + "\\midrule\n";
  for (const auto& row : rows_) out += line([&](size_t c) { return cell_text(row[c]); });
  out += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : notes_) out += "% " + note + "\n";
  return out;
}

std::string Table::csv() const {
  std::string out;
  for (size_t c = 0; c < columns_.size(); ++c) out += (c ? "," : "") + escape_csv(columns_[c].name);
  out += "\n";
  for (const auto& row : rows_) {
    for (size_t c = 0; c < row.size(); ++c) out += (c ? "," : "") + escape_csv(cell_text(row[c]));
    out += "\n";
  }
  return out;
}

std::string Table::json() const {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  if (!title_.empty()) out["title"] = title_;
  out["rows"] = nlohmann::ordered_json::array();
  for (const auto& row : rows_) {
    nlohmann::ordered_json line = nlohmann::ordered_json::object();
    for (size_t c = 0; c < row.size(); ++c) line[columns_[c].name] = cell_json(row[c]);
    out["rows"].push_back(std::move(line));
  }
  if (!notes_.empty()) out["notes"] = notes_;
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace saddle::analysis
