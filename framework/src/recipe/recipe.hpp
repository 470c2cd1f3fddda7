// Recipes: experiments with what a paper published, or what is exactly true, of their results. `saddle
// reproduce` runs the experiments and says PASS or FAIL beside each number.
#pragma once
#include <saddle/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace saddle {

/// What one cell of a comparison should say.
struct Expectation {
  std::string row, col;  ///< places on the claim's axes; `col` is empty where it has none
  double value = 0;
  double tolerance = 0;             ///< the largest difference that passes
  std::optional<double> published;  ///< shown beside it
};

/// One table: a metric's means over all other axes, in cells of two axes.
struct Claim {
  std::string text;
  std::string run;  ///< the experiment's name
  std::string metric, rows, cols;
  bool verdict = true;  ///< false: shown and not judged
  std::vector<Expectation> expected;
};

struct Recipe {
  std::string name, summary, source;
  std::filesystem::path folder;
  std::vector<std::filesystem::path> runs;  ///< experiment files
  std::vector<Claim> claims;
};

/// Throws UserError with every mistake.
Recipe read_recipe(const std::filesystem::path& file);

}  // namespace saddle
