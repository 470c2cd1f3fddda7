#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/mixture.hpp"

namespace {
using namespace saddle;

class GaussianMixture final : public Mixture {
 public:
  static void describe(Schema<GaussianMixture>& s) {
    s.summary(
        "A mixture of isotropic Gaussians given mode by mode: samples [dimension], labels are the "
        "modes.");
    s.param("means", &GaussianMixture::means_, {},
            "Means of the modes: numbers in one dimension, otherwise points.");
    s.param("stds", &GaussianMixture::stds_, {.range = above(0)},
            "Standard deviations along each axis: one a mode, or one for all.");
    s.param("weights", &GaussianMixture::weights_, {.initial = Reals{}, .range = above(0)},
            "Probabilities of the modes, normalised to sum 1; empty: equal.");
  }

  void load() override {
    if (means_.empty()) throw ParamError("means", "a mixture needs at least one mode");
    const size_t modes = means_.size();
    if (stds_.size() != modes && stds_.size() != 1)
      throw ParamError("stds", fmt::format("{} standard deviations for {} modes", stds_.size(), modes));
    if (!weights_.empty() && weights_.size() != modes)
      throw ParamError("weights", fmt::format("{} weights for {} modes", weights_.size(), modes));
    set(means_, stds_.size() == 1 ? Reals(modes, stds_[0]) : stds_,
        weights_.empty() ? Reals(modes, 1.0) : weights_);
  }

 private:
  Points means_;
  Reals stds_, weights_;
};
}  // namespace

SADDLE_PLUGIN(GaussianMixture, "gaussian_mixture")
