// Measuring a group: samples of the generator as it is against held-out data. Every random number comes from
// streams that are the same for every trial and every step, so differences between measurements are
// differences between generators.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "game/moment.hpp"

namespace saddle {

/// One column of one metric: a number for every lane.
struct MeasuredColumn {
  std::string name;
  std::vector<double> values;  // [lane]
};

class Measure {
 public:
  /// `measure.samples` of the trial: so many generated samples, and as many held-out ones as there are.
  Measure(const Assembly& assembly, const TrialConfig& trial, const at::TensorOptions& options);
  /// The samples that the metrics compare: [lane, measure.samples, feature…].
  /// `step`: how far the training is.
  Tensor samples(const Networks& networks, int64_t lanes, int64_t step) const {
    return samples(networks, lanes, step, count_);
  }
  /// The generator's samples in evaluation mode: [lane, n, feature…].
  Tensor samples(const Networks& networks, int64_t lanes, int64_t step, int64_t n) const;
  /// The held-out samples that metrics compare them with: [1, n, feature…], undefined without data.
  const Tensor& real() const { return real_.samples; }
  /// Of these samples.
  std::vector<MeasuredColumn> columns(const Networks& networks, const Tensor& fake, int64_t step) const;

 private:
  Tensor values(const Metric& metric, Measurement m, const Networks& networks, int64_t step) const;

  const Assembly& assembly_;
  TrainConfig train_;
  int64_t count_;
  at::TensorOptions options_;
  Batch real_;
};

/// "mmd" and "" give "mmd"; "precision_recall" and "recall" give "precision_recall.recall".
std::string column_name(const std::string& metric, const std::string& column);

}  // namespace saddle
