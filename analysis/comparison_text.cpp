#include "analysis/comparison.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace saddle::analysis {

namespace {

std::string shown(const Level& level) { return level.text.empty() ? "—" : level.text; }

std::string key_text(const Comparison& c, const std::vector<size_t>& axes, const Key& key) {
  std::string text;
  // An axis that only other blocks of the grid have says nothing here.
  for (size_t i = 0; i < key.size(); ++i)
    if (!key[i].text.empty()) text += (text.empty() ? "" : ", ") + c.axis(axes[i]) + "=" + key[i].text;
  return text.empty() ? "—" : text;
}

std::vector<std::string> notes(const Comparison& c) {
  std::vector<std::string> out{"mean ± half-width of its 95 % confidence interval (Student's t)"};
  std::string averaged;
  for (size_t axis : c.selection.averaged)
    averaged +=
        fmt::format("{}{} ({} values)", averaged.empty() ? "" : ", ", c.axis(axis), c.all.count_levels(axis));
  if (!averaged.empty()) out.push_back("averaged over: " + averaged);
  if (c.grid.repeated)
    out.push_back(fmt::format("{} trials that several stores hold count once", c.grid.repeated));
  return out;
}

/// Headings and key cells of a table for reading: a column for each row axis, then what is compared.
Table start_table(const Comparison& c, const std::vector<std::string>& compared) {
  std::vector<Heading> headings;
  for (size_t axis : c.selection.rows) headings.push_back({c.axis(axis), Align::left});
  if (c.selection.rows.empty()) headings.push_back({"", Align::left});
  for (const std::string& name : compared) headings.push_back({name, Align::right});
  const size_t keys = headings.size() - compared.size();
  return std::move(Table(std::move(headings)).key_columns(keys));
}

std::vector<Cell> start_row(const Comparison& c, size_t row) {
  std::vector<Cell> cells;
  for (const Level& level : c.grid.rows[row]) cells.emplace_back(shown(level));
  if (cells.empty()) cells.emplace_back("all trials");
  return cells;
}

Cell cell_at(const Comparison& c, size_t row, size_t col, size_t metric) {
  const Group* group = c.grid.find(row, col);
  return group ? Cell(cell_text(*group, metric)) : Cell();
}

Table metrics_as_columns(const Comparison& c) {
  std::vector<std::string> names;
  for (size_t metric : c.selection.metrics) names.push_back(c.metric(metric));
  Table table = start_table(c, names);
  for (size_t row = 0; row < c.grid.rows.size(); ++row) {
    std::vector<Cell> cells = start_row(c, row);
    for (size_t metric : c.selection.metrics) cells.push_back(cell_at(c, row, 0, metric));
    table.row(std::move(cells));
  }
  return table;
}

Table one_metric(const Comparison& c, size_t metric) {
  std::vector<std::string> names;
  for (const Key& key : c.grid.cols) names.push_back(key_text(c, c.selection.cols, key));
  Table table = start_table(c, names);
  table.title(c.metric(metric));
  for (size_t row = 0; row < c.grid.rows.size(); ++row) {
    std::vector<Cell> cells = start_row(c, row);
    for (size_t col = 0; col < c.grid.cols.size(); ++col) cells.push_back(cell_at(c, row, col, metric));
    table.row(std::move(cells));
  }
  return table;
}

}  // namespace

std::string readable(const Comparison& c, Format format, size_t width) {
  std::vector<Table> tables;
  if (c.selection.cols.empty())
    tables.push_back(metrics_as_columns(c));
  else
    for (size_t metric : c.selection.metrics) tables.push_back(one_metric(c, metric));
  if (tables.empty()) return "";
  for (const std::string& note : notes(c)) tables.back().note(note);
  std::string out;
  for (const Table& table : tables) out += (out.empty() ? "" : "\n") + table.render(format, width);
  return out;
}

}  // namespace saddle::analysis
