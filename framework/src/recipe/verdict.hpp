// What an experiment's store says to a recipe's claims.
#pragma once
#include <string>
#include <vector>

#include "analysis/statistics.hpp"
#include "analysis/table.hpp"
#include "recipe/recipe.hpp"
#include "store/reader.hpp"

namespace saddle {

struct Verdict {
  Expectation expectation;
  std::string measured;  ///< mean ± half-width, with what is missing
  double mean = 0;       ///< NaN where there is nothing
  bool passed = false;
};

/// One verdict for each expectation. A cell that lacks a trial or a value does not pass. Throws UserError for
/// an axis, metric or place that the store doesn't have.
std::vector<Verdict> judge(const Claim& claim, const store::Store& store);

analysis::Table verdict_table(const Claim& claim, const std::vector<Verdict>& verdicts);

}  // namespace saddle
