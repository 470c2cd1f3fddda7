// Metrics: numbers that say how good the generator's samples are, or how the game stands.
#pragma once
#include <saddle/data.hpp>
#include <saddle/game.hpp>
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
  Game* game = nullptr;  ///< at a batch of the measurement's own; only where the metric needs it
  /// Streams of the metric's own, the same for every trial: lane axis 1.
  std::function<Random(std::string_view)> random;
};

class SADDLE_API Metric : public Plugin {
 public:
  static constexpr Kind kind = Kind::metric;
  using KindClass = Metric;
  ~Metric() override;
  /// Names of its columns after the metric's own: {""} for `mmd`, {"precision", "recall"} for
  /// `precision_recall.precision` and `.recall`.
  virtual std::vector<std::string> columns(const Data&) const { return {""}; }
  /// Whether it looks at the game and not only at samples. Then the batch is `train.batch` samples.
  virtual bool needs_game() const { return false; }
  /// Why these parts can't support it; empty if they can. The columns are NaN then, and the plan says why.
  virtual std::string unsupported(const Parts& /*parts*/) const { return {}; }
  /// Fewer samples, generated and real, leave columns NaN; the plan says so.
  virtual int64_t smallest_samples() const { return 1; }
  /// [lane, column] float64
  virtual Tensor measure(const Measurement& m) const = 0;
};

}  // namespace saddle
