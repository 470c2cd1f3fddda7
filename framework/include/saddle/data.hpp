// Data: where real samples come from.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/lanes.hpp>
#include <saddle/random.hpp>

#include <filesystem>
#include <optional>
#include <vector>

namespace saddle {

/// Samples and, where the data has them, their labels.
struct Batch {
  Tensor samples;  ///< [lane, batch, feature…]
  Tensor labels;   ///< [lane, batch] int64, or undefined
};

/// The modes of a mixture, for metrics that count them.
struct Modes {
  Tensor means;    ///< [mode, dimension] float64
  Tensor stds;     ///< [mode] float64: standard deviation along each axis
  Tensor weights;  ///< [mode] float64, sum 1
};

class SADDLE_API Data : public Plugin {
 public:
  static constexpr Kind kind = Kind::data;
  using KindClass = Data;
  ~Data() override;
  /// Called once, after the parameters and before anything else: reads files, builds tables.
  virtual void load() {}
  /// The files that `load` is going to read though no parameter names them: what they hold counts in a
  /// trial's identity, where they lie does not. Those that are missing are left out.
  virtual std::vector<std::filesystem::path> files() const { return {}; }
  /// Of one sample: {2}, {1, 28, 28}, …
  virtual Shape shape() const = 0;
  /// A batch of the training split for every lane.
  virtual Batch draw(Random& random, int64_t batch) const = 0;
  /// `count` samples of the held-out split, the same for every trial: lane axis 1. Fewer where the split is
  /// smaller.
  virtual Batch held_out(Random& random, int64_t count) const = 0;
  /// Every value lies in it.
  virtual Interval range() const { return {}; }
  virtual bool has_labels() const { return false; }
  virtual std::optional<Modes> modes() const { return std::nullopt; }
  virtual bool has_density() const { return false; }
  /// Natural logarithm of the density: [lane, batch, feature…] -> [lane, batch].
  virtual Tensor log_density(const Tensor& samples) const;
};

}  // namespace saddle
