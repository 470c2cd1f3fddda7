// Tables of numbers as text.
#pragma once
#include <saddle/lanes.hpp>

#include <string>
#include <vector>

namespace saddle {

struct CsvOptions {
  char delimiter = ',';
  std::string header = "auto";  ///< first_line | none | auto: a first line with a field that is no number
  int64_t skip_lines = 0;       ///< lines before the header
  std::vector<std::string> columns{};  ///< names, or numbers counted from 1; empty: all but the label
  std::string label{};                 ///< likewise; empty: no label
};

struct Csv {
  std::vector<std::string> names;  ///< of the columns read; their numbers where there is no header
  Tensor values;                   ///< [row, column] float64, finite
  Tensor labels;                   ///< [row] int64: index into classes, or undefined
  std::vector<std::string>
      classes;  ///< the label column's different values: in order of size if all are numbers
};

/// Lines end in \n or \r\n; blank ones are passed over. A field may stand in double quotes ("" is a quote),
/// but not span lines. Mistakes are ParamErrors of `path`, `columns` or `label` whose message begins with
/// name:line.
Csv parse_csv(const std::string& bytes, const CsvOptions& options, const std::string& name);

}  // namespace saddle
