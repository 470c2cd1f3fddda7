#include <saddle/plugin.hpp>

#include <map>

namespace {
using namespace saddle;

class SpectralNorm final : public Constraint {
 public:
  static void describe(Schema<SpectralNorm>& s) {
    s.summary(
         "The critic's weight matrices are divided by their largest singular value, which a power iteration "
         "follows from update to update. Biases stay.")
        .cites("Miyato et al. 2018, algorithm 1");
    s.param("iterations", &SpectralNorm::iterations_, {.initial = 1, .range = at_least(1)},
            "Of the power method, each time that the critic is used in training.");
    s.param("scale", &SpectralNorm::scale_, {.initial = 1.0, .range = above(0)},
            "The spectral norm that every matrix is given.");
  }

  void declare(Declare& d, const Slot& parameter) override {
    if (parameter.shape.size() >= 2)
      vectors_[parameter.name] =
          d.state("spectral_norm." + parameter.name, {parameter.shape.back()}, Init::normal(1));
  }

  Tensor effective(const Params& network, const Slot& parameter, const Tensor& trained) const override {
    const auto vector = vectors_.find(parameter.name);
    if (vector == vectors_.end()) return trained;
    const Tensor matrix = trained.flatten(1, -2);  // [lane, inputs, outputs]
    Tensor u = unit(network[vector->second].detach().unsqueeze(2));
    if (network.training()) {
      const Tensor w = matrix.detach();
      for (int64_t i = 0; i < iterations_; ++i)
        u = unit(saddle::matmul(w, unit(saddle::matmul(w, u)), true, false), u);
      network.store(vector->second, u.squeeze(2));
    }
    // σ = ‖W u‖ is vᵀ W u with v = W u/‖W u‖, the v that makes it largest: its first derivative by W is v uᵀ.
    const Tensor norm = sample_norm(saddle::matmul(matrix, u).transpose(1, 2)).view(one_a_lane(trained));
    return trained * (scale_.like(trained) / at::where(norm > 0, norm, 1));
  }

 private:
  static Shape one_a_lane(const Tensor& like) {
    Shape shape(static_cast<size_t>(like.dim()), 1);
    shape[0] = like.size(0);
    return shape;
  }

  // [lane, n, 1] of length 1; where it is 0, `otherwise`.
  static Tensor unit(const Tensor& x, const Tensor& otherwise = {}) {
    const Tensor norm = lane_sum(x.square()).sqrt().view({-1, 1, 1});
    const Tensor divided = x / at::where(norm > 0, norm, 1);
    return otherwise.defined() ? at::where(norm > 0, divided, otherwise) : divided;
  }

  int64_t iterations_{};
  LaneReal scale_;
  std::map<std::string, StateRef> vectors_;
};
}  // namespace

SADDLE_PLUGIN(SpectralNorm, "spectral_norm")
