// `saddle compare`: what the trials of one or several stores say about the axes of their grids.
#pragma once
#include "analysis/observations.hpp"
#include "analysis/table.hpp"
#include "store/reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace saddle::analysis {

struct CompareOptions {
  std::optional<std::string> rows = {};   ///< --rows: comma-separated axes; "" for none; default see select()
  std::optional<std::string> cols = {};   ///< --cols, likewise
  std::vector<std::string> metrics = {};  ///< --metric; each may name several with commas; default all
  Format format = Format::text;
  size_t width = 0;  ///< of the terminal, for text; 0 means any
};

/// The comparison in the format asked for. Each cell is the mean over its trials with its 95 % interval, with
/// the number of trials and their statuses where not all are done. Throws UserError for a name that is not
/// there.
std::string compare(const std::vector<ComparedStore>& stores, const CompareOptions& options);
std::string compare(const std::vector<store::Store>& stores, const CompareOptions& options);

}  // namespace saddle::analysis
