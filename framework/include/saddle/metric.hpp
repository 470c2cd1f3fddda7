// Metrics: numbers that say how good the generator's samples are.
#pragma once
#include <saddle/data.hpp>
#include <saddle/kind.hpp>

#include <functional>
#include <string>

namespace saddle {

/// What a metric may look at. Samples come in the data's own units.
struct Measurement {
  Tensor fake;         ///< [lane, n, feature…], trial dtype
  Tensor real;         ///< [1, m, feature…]: held-out samples, the same for every trial
  Tensor real_labels;  ///< [1, m] int64, or undefined
  const Data* data = nullptr;
  /// Streams of the metric's own, the same for every trial: lane axis 1.
  std::function<Random(std::string_view)> random;
};

class SADDLE_API Metric : public Plugin {
 public:
  static constexpr Kind kind = Kind::metric;
  ~Metric() override;
  /// Names of its columns after the metric's own: {""} for `mmd`, {"precision", "recall"} for
  /// `precision_recall.precision` and `.recall`.
  virtual std::vector<std::string> columns(const Data&) const { return {""}; }
  /// Why this data can't support it; empty if it can. The columns are NaN then, and the plan says why.
  virtual std::string unsupported(const Data&) const { return {}; }
  /// [lane, column] float64
  virtual Tensor measure(const Measurement& m) const = 0;
};

}  // namespace saddle
