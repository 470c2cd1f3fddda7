#include <saddle/plugin.hpp>

#include <algorithm>
#include <map>

#include "support/leading.hpp"

namespace {
using namespace saddle;

class SpectralNorm final : public Constraint {
 public:
  static void describe(Schema<SpectralNorm>& s) {
    s.summary(
         "The critic's weight matrices are divided by their largest singular value, which a power iteration "
         "follows from update to update. Biases stay. Second derivatives leave out how the singular vectors "
         "change.")
        .cites("Miyato et al. 2018, algorithm 1 (of one vector)")
        .cites("Rutishauser 1969 (of a block)");
    s.param("iterations", &SpectralNorm::iterations_, {.initial = 1, .range = at_least(1)},
            "Of the power method, each time that the critic is used in training.");
    s.param("vectors", &SpectralNorm::vectors_, {.initial = 8, .range = at_least(1)},
            "How many singular vectors are followed. With one, as in the paper, a singular value that "
            "overtakes the largest is found late: the norm is too large by a few percent until then.");
    s.param("scale", &SpectralNorm::scale_, {.initial = 1.0, .range = above(0)},
            "The spectral norm that every matrix is given.");
  }

  std::string inexact_second_derivatives() const override {
    return "leave out how the singular vectors change";
  }

  void declare(Declare& d, const Slot& parameter) override {
    if (parameter.shape.size() < 2) return;
    const int64_t outputs = parameter.shape.back(), inputs = numel(parameter.shape) / outputs;
    blocks_[parameter.name] = d.state("spectral_norm." + parameter.name,
                                      {std::min({vectors_, inputs, outputs}), outputs}, Init::normal(1));
  }

  Tensor effective(const Params& network, const Slot& parameter, const Tensor& trained) const override {
    const auto found = blocks_.find(parameter.name);
    if (found == blocks_.end()) return trained;
    const Tensor matrix = trained.flatten(1, -2);  // [lane, inputs, outputs]
    if (network.training()) network.store(found->second, followed(network[found->second], matrix.detach()));
    const Tensor first = network[found->second].narrow(1, 0, 1).clone();  // the state moves on in place
    // σ = ‖W u‖ is vᵀ W u with v = W u/‖W u‖, the best v: its derivative by W is v uᵀ.
    const Tensor sigma = sample_norm(saddle::matmul(first, matrix, false, true)) / sample_norm(first);
    const Tensor divisor = at::where(sigma > 0, sigma, 1);  // [lane, 1]
    Shape one_a_lane(static_cast<size_t>(trained.dim()), 1);
    one_a_lane[0] = trained.size(0);
    return trained * (scale_ * divisor.reciprocal()).view(one_a_lane);
  }

 private:
  // The block [lane, vector, outputs] after some iterations, its rows the best approximations within what
  // they span, the largest singular value's first (Rayleigh and Ritz).
  Tensor followed(Tensor block, const Tensor& w) const {
    for (int64_t i = 0; i < iterations_; ++i)
      block = orthonormal_rows(saddle::matmul(saddle::matmul(block, w, false, true), w), block);
    if (block.size(1) == 1) return block;
    const Tensor images = saddle::matmul(block, w, false, true);
    return saddle::matmul(eigenvectors(saddle::matmul(images, images, false, true)), block);
  }

  int64_t iterations_{}, vectors_{};
  LaneReal scale_;
  std::map<std::string, StateRef> blocks_;
};
}  // namespace

SADDLE_PLUGIN(SpectralNorm, "spectral_norm")
