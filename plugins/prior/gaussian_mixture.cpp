#include <saddle/plugin.hpp>

#include <cmath>

namespace {
using namespace saddle;

class GaussianMixture final : public Prior {
 public:
  static void describe(Schema<GaussianMixture>& s) {
    s.summary(
        "Latents from a mixture of isotropic Gaussians, [dimension of the means]: a latent for disconnected "
        "data.");
    s.param("means", &GaussianMixture::means_, {},
            "Means of the components: numbers in one dimension, otherwise points.");
    s.param("std", &GaussianMixture::std_, {.initial = 1.0, .range = at_least(0)},
            "Standard deviation of each component along each axis.");
    s.param("weights", &GaussianMixture::weights_, {.initial = Reals{}, .range = above(0)},
            "Probabilities of the components, normalised to sum 1; empty: equal.");
  }

  Shape shape() const override {
    if (means_.empty()) throw ParamError("means", "a mixture needs at least one component");
    for (const auto& mean : means_)
      for (const double x : mean)
        if (!std::isfinite(x)) throw ParamError("means", "a mean is not finite");
    if (!weights_.empty() && weights_.size() != means_.size())
      throw ParamError("weights", std::to_string(weights_.size()) + " weights for " +
                                      std::to_string(means_.size()) + " components");
    return {static_cast<int64_t>(means_[0].size())};
  }

  Tensor draw(Random& random, int64_t batch) const override {
    const int64_t dim = static_cast<int64_t>(means_[0].size());
    const Tensor which = random.choice({batch}, weights_.empty() ? Reals(means_.size(), 1.0) : weights_);
    Reals all;
    for (const auto& mean : means_) all.insert(all.end(), mean.begin(), mean.end());
    const Tensor means = at::tensor(all, at::kDouble).view({-1, dim}).to(random.options());
    const Tensor centres = means.index_select(0, which.flatten()).view({random.lanes(), batch, dim});
    return centres + std_ * random.normal({batch, dim});
  }

 private:
  Points means_;
  LaneReal std_;
  Reals weights_;
};
}  // namespace

SADDLE_PLUGIN(GaussianMixture, "gaussian_mixture")
