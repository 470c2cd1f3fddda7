// Small tables for people and programs: one content, five formats.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace saddle::analysis {

enum class Format { text, markdown, latex, csv, json };

/// The format of that name. Throws UserError that lists the formats.
Format format_from(std::string_view name);

enum class Align { left, right };

struct Heading {
  std::string name;
  Align align = Align::left;
};

/// Nothing, a text or a number. Numbers stay numbers in JSON; a number that is not finite is null there.
using Cell = std::variant<std::monostate, std::string, int64_t, uint64_t, double>;

/// The shortest text of a number that reads back as the same; empty for NaN.
std::string number_text(double value);

/// How many columns of a terminal a UTF-8 text takes.
size_t display_width(std::string_view text);

class Table {
 public:
  explicit Table(std::vector<Heading> columns) : columns_(std::move(columns)) {}

  Table& title(std::string text);
  /// Columns that are repeated when a table is too wide and goes on below itself; default 1.
  Table& key_columns(size_t count);
  /// A line below the table. CSV has no place for titles and notes and leaves them out.
  Table& note(std::string text);
  /// As many cells as columns.
  Table& row(std::vector<Cell> cells);

  size_t rows() const { return rows_.size(); }
  /// Ends with a line break. `width`: columns of the terminal, for text; 0 means any.
  std::string render(Format, size_t width = 0) const;

 private:
  std::string text(size_t width) const;
  std::string markdown() const;
  std::string latex() const;
  std::string csv() const;
  std::string json() const;

  std::string title_;
  std::vector<Heading> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::string> notes_;
  size_t keys_ = 1;
};

}  // namespace saddle::analysis
