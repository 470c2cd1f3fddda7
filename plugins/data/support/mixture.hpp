// Mixtures of isotropic Gaussians: data whose density and modes are known.
#pragma once
#include <saddle/plugin.hpp>

namespace saddle {

/// Fresh samples at each draw, labelled by their mode. What derives from it says which modes, in `load`.
class Mixture : public Data {
 public:
  Shape shape() const final { return {table_.means.size(1)}; }
  Batch draw(Random& random, int64_t batch) const final;
  /// Fresh samples as well: nothing is held back, so nothing can leak.
  Batch held_out(Random& random, int64_t count) const final { return draw(random, count); }
  bool has_labels() const final { return true; }
  std::optional<Modes> modes() const final { return table_; }
  bool has_density() const final { return true; }
  /// float64, whatever the samples are.
  Tensor log_density(const Tensor& samples) const final;

 protected:
  /// One weight for each mean; they are normalised. One standard deviation for each mean.
  void set(const Points& means, const Reals& stds, const Reals& weights);
  /// Equal weights and one standard deviation.
  void set(const Points& means, double std);

 private:
  Modes table_;
  Reals weights_;
  bool equal_weights_ = true;
};

}  // namespace saddle
