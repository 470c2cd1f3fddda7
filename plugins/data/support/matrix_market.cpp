#include "matrix_market.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

namespace saddle {
namespace {

/// Words of a line, apart by blanks or tabs.
size_t split(std::string_view line, std::array<std::string_view, 6>& words) {
  size_t count = 0;
  for (size_t at = 0; count < words.size(); ++count) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) break;
    const size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words[count] = line.substr(at, end - at);
    at = end;
  }
  return count;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return result;
}

class Reader {
 public:
  explicit Reader(const Path& file) : lines_(file) {}

  Table read(const std::string& name) {
    read_header();
    next_line();
    const size_t needed = coordinate_ ? 3 : 2;
    if (count_ != needed) lines_.fail(fmt::format("{} numbers, but a line of sizes has {}", count_, needed));
    rows_ = whole(0), columns_ = whole(1);
    if (columns_ > std::numeric_limits<int32_t>::max()) lines_.fail("too many columns");
    if (symmetry_ != "general" && rows_ != columns_) lines_.fail("a " + symmetry_ + " matrix is square");
    Table table{name, {}, {}, {}};
    if (coordinate_)
      table.sparse = read_entries(whole(2));
    else
      table.dense = read_array(name);
    while (lines_.next(line_))
      if (split(line_, words_) > 0) lines_.fail("text behind the last entry");
    return table;
  }

 private:
  void read_header() {
    if (!lines_.next(line_) || !line_.starts_with("%%MatrixMarket"))
      lines_.fail("not a Matrix Market file: its first line begins with %%MatrixMarket");
    count_ = split(line_, words_);
    if (count_ < 5 || lower(words_[1]) != "matrix")
      lines_.fail("the header is %%MatrixMarket matrix coordinate|array real|integer|pattern SYMMETRY");
    const std::string layout = lower(words_[2]), field = lower(words_[3]);
    symmetry_ = lower(words_[4]);
    coordinate_ = layout == "coordinate";
    pattern_ = field == "pattern";
    if (!coordinate_ && layout != "array") lines_.fail("'" + layout + "' is neither coordinate nor array");
    if (field != "real" && field != "integer" && field != "double" && (!pattern_ || !coordinate_))
      lines_.fail("'" + field + "' are no numbers that are known here");
    if (symmetry_ != "general" && symmetry_ != "symmetric" && symmetry_ != "skew-symmetric")
      lines_.fail("'" + symmetry_ + "' is a symmetry that is not known here");
  }

  /// The next line that is neither empty nor a comment, as words.
  bool next_line(bool required = true) {
    while (lines_.next(line_)) {
      if (line_.starts_with('%')) continue;
      count_ = split(line_, words_);
      if (count_ > 0) return true;
    }
    if (required) lines_.fail("the file ends early");
    return false;
  }

  int64_t whole(size_t word) const {
    const auto value = number_in(words_[word]);
    if (!value || *value < 0 || *value != std::floor(*value) || *value > 1e15)
      lines_.fail(fmt::format("'{}' is not a whole number", words_[word]));
    return static_cast<int64_t>(*value);
  }

  double real(size_t word) const {
    const auto value = number_in(words_[word]);
    if (!value || !std::isfinite(*value))
      lines_.fail(fmt::format("'{}' is not a finite number", words_[word]));
    return *value;
  }

  SparseRows read_entries(int64_t entries) {
    check_memory(8.0 * static_cast<double>(rows_), lines_.name(), fmt::format("{} rows", rows_),
                 "Write only those that hold something.");
    std::vector<int64_t> row, column;
    std::vector<double> values;
    const auto add = [&](int64_t i, int64_t j, double x) {
      row.push_back(i);
      column.push_back(j);
      values.push_back(x);
    };
    const size_t needed = pattern_ ? 2 : 3;
    for (int64_t e = 0; e < entries; ++e) {
      if (!next_line(false)) lines_.fail(fmt::format("the file ends after {} of {} entries", e, entries));
      if (count_ != needed) lines_.fail(fmt::format("{} numbers, but an entry has {}", count_, needed));
      const int64_t i = whole(0), j = whole(1);
      if (i < 1 || i > rows_ || j < 1 || j > columns_)
        lines_.fail(fmt::format("entry ({}, {}) of a matrix of {} × {}", i, j, rows_, columns_));
      const double x = pattern_ ? 1 : real(2);
      add(i - 1, j - 1, x);
      if (symmetry_ != "general" && i != j) add(j - 1, i - 1, symmetry_ == "symmetric" ? x : -x);
    }
    return rows_of(rows_, columns_, row, column, values);
  }

  /// Column after column; of a symmetric matrix the lower triangle.
  Tensor read_array(const std::string& name) {
    check_memory(8.0 * static_cast<double>(rows_) * static_cast<double>(columns_), name,
                 fmt::format("{} × {} numbers", rows_, columns_), "Write it in the format coordinate.");
    Tensor dense = at::zeros({rows_, columns_}, at::kDouble);
    auto* out = dense.mutable_data_ptr<double>();
    for (int64_t j = 0; j < columns_; ++j) {
      const int64_t first = symmetry_ == "general" ? 0 : symmetry_ == "symmetric" ? j : j + 1;
      for (int64_t i = first; i < rows_; ++i) {
        if (!next_line(false))
          lines_.fail(fmt::format("the file ends before the number ({}, {})", i + 1, j + 1));
        if (count_ != 1) lines_.fail(fmt::format("{} numbers, but an array has one a line", count_));
        out[i * columns_ + j] = real(0);
        if (symmetry_ != "general") out[j * columns_ + i] = symmetry_ == "symmetric" ? real(0) : -real(0);
      }
    }
    return dense;
  }

  TextLines lines_;
  std::string_view line_;
  std::array<std::string_view, 6> words_;
  size_t count_ = 0;
  bool coordinate_ = false, pattern_ = false;
  std::string symmetry_;
  int64_t rows_ = 0, columns_ = 0;
};

}  // namespace

Table read_matrix_market(const Path& file) { return Reader(file).read(file.string()); }

}  // namespace saddle
