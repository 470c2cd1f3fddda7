// Data that is a table of numbers, and what can be done to one on the way in: every reader of tables has
// these parameters.
#pragma once
#include "split_data.hpp"
#include "table.hpp"

namespace saddle {

class TableData : public SplitData {
 protected:
  template <class T>
  static void describe_table(Schema<T>& s) {
    s.param("target_sum", &TableData::target_sum_, {.initial = 0, .range = between(0, 1e12)},
            "Library-size normalisation: every sample is scaled so that its values sum to this, 1e4 for "
            "example; 0 leaves them. A sample without counts stays 0.");
    s.param("log1p", &TableData::log1p_, {.initial = false}, "Takes log(1 + x), after target_sum.");
    s.param(
        "variable_features", &TableData::variable_features_, {.initial = 0, .range = at_least(0)},
        "Keeps so many features, the most variable ones, in their order; 0 keeps all. Chosen after log1p, "
        "over all samples.");
    s.param("variable_by", &TableData::variable_by_,
            {.initial = "dispersion", .choices = {"dispersion", "variance"}},
            "What variable means. dispersion: log(variance/mean) of x, of eˣ − 1 under log1p, less the mean "
            "and over the deviation of its bin among 20 bins of log(1 + mean) (Satija et al. 2015; scanpy's "
            "flavor seurat). variance: of x itself.");
    s.param(
        "scale_to", &TableData::scale_to_, {.initial = Reals{}},
        "Two numbers that the smallest and the largest value of the table become, [-1, 1] for example; the "
        "same line for all features. Empty: as they are.");
    describe_standardise(s);
    describe_split(s);
  }

  /// Transforms, splits and keeps it.
  void keep_table(Table table);
  /// Likewise an array [n, feature…] of any number type; what concerns features needs two axes.
  void keep_array(const Tensor& samples, const Labels& labels, const std::string& name);

 private:
  bool changes() const { return target_sum_ > 0 || log1p_ || variable_features_ > 0 || !scale_to_.empty(); }
  void transform(Table& table);

  double target_sum_{};
  bool log1p_{};
  int64_t variable_features_{};
  std::string variable_by_;
  Reals scale_to_;
};

/// Scanpy's normalised dispersion (flavor seurat) of features with these moments; NaN where all are 0.
/// float64
Tensor normalised_dispersion(const ColumnMoments& moments);

}  // namespace saddle
