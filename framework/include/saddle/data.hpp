// Data: where real samples come from.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/lanes.hpp>
#include <saddle/random.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

/// What every sequence of the data satisfies.
struct Grammar {
  std::function<bool(std::string_view letters)> accepts;
  double chance;  ///< probability that independent letters, uniform over the alphabet, are accepted
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
  /// Of one sample: {2}, {1, 28, 28}, …; of a sequence {positions, letters}, one-hot.
  virtual Shape shape() const = 0;
  /// A batch of the training split for every lane.
  virtual Batch draw(Random& random, int64_t batch) const = 0;
  /// `count` samples of the held-out split, the same for every trial: lane axis 1. Fewer where the split is
  /// smaller.
  virtual Batch held_out(Random& random, int64_t count) const = 0;
  /// Training samples first, first + 1, … in a fixed order: lane axis 1. Only where training_size() says so.
  virtual Batch training(int64_t first, int64_t count, const at::TensorOptions& options) const;
  /// How many training samples there are; 0 where every draw is fresh.
  virtual int64_t training_size() const { return 0; }
  /// Every value lies in it.
  virtual Interval range() const { return {}; }
  virtual bool has_labels() const { return false; }
  /// Names of the labels 0, 1, …; empty where they have none.
  virtual std::vector<std::string> classes() const { return {}; }
  /// Which value is no count, a whole number from 0 up, for a message: "sample 3, feature 7 is 0.5". Empty
  /// where all of them are.
  virtual std::string not_a_count() const { return "they are continuous"; }
  /// The letters of one-hot sequences, in order; empty where samples are something else.
  virtual std::string alphabet() const { return {}; }
  virtual std::optional<Grammar> grammar() const { return std::nullopt; }
  virtual std::optional<Modes> modes() const { return std::nullopt; }
  virtual bool has_density() const { return false; }
  /// Natural logarithm of the density, or of the probability of discrete samples: [lane, batch, feature…] ->
  /// [lane, batch].
  virtual Tensor log_density(const Tensor& samples) const;
};

}  // namespace saddle
