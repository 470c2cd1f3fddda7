#include "negative_binomial.hpp"

#include <saddle/ops.hpp>

#include <ATen/ATen.h>

namespace saddle {

int64_t NegativeBinomialHead::dispersions(int64_t features) const {
  if (dispersion == "gene") return 0;
  return dispersion == "cell" ? 1 : features;
}

Shape NegativeBinomialHead::raw_shape(const Shape& sample) const {
  return {numel(sample) + dispersions(numel(sample))};
}

void NegativeBinomialHead::declare(Declare& d, const Shape& sample) {
  CountHead::declare(d, sample);
  constexpr double softplus_inverse_of_one = 0.541324854612918;
  if (dispersion == "gene")
    theta_ = d.param("dispersion", {features()}, Init::constant(softplus_inverse_of_one));
}

CountParameters NegativeBinomialHead::parameters(const Params& p, const Tensor& raw,
                                                 const Tensor& library_sizes) const {
  const Tensor number = dispersion == "gene" ? p[theta_].unsqueeze(1).to(raw.scalar_type())
                                             : raw.narrow(2, features(), dispersions(features()));
  return {.mean = mean_of(raw.narrow(2, 0, features()), library_sizes),
          .theta = saddle::softplus(number) + 1e-4};
}

}  // namespace saddle
