// Tables of numbers as text.
#pragma once
#include <saddle/lanes.hpp>

#include <string>
#include <vector>

#include "files.hpp"
#include "labels.hpp"

namespace saddle {

struct CsvOptions {
  char delimiter = ',';
  std::string header = "auto";  ///< first_line | none | auto: a first line with a field that is no number
  int64_t skip_lines = 0;       ///< lines before the header
  std::vector<std::string> columns{};  ///< names, or numbers counted from 1; empty: all but the label
  std::string label{};                 ///< likewise; empty: no label
  std::vector<std::string> one_hot{};  ///< likewise: columns of texts, each a feature a different text
};

struct Csv {
  Tensor values;  ///< [row, column] float64, finite
  Labels labels;  ///< the label column's
};

/// Lines end in \n or \r\n; blank ones are passed over. A field may stand in double quotes ("" is a quote),
/// but not span lines. Mistakes are ParamErrors of `path`, `columns`, `one_hot` or `label` whose message
/// begins with name:line.
Csv parse_csv(const Path& file, const CsvOptions& options);

}  // namespace saddle
