#include "mixture.hpp"
#include <saddle/portable.hpp>

#include <algorithm>
#include <numbers>
#include <numeric>

namespace saddle {

namespace {

// Each row of noise becomes a sample of its mode.
template <class T>
void place(int64_t rows, int64_t dimension, const int64_t* mode, const double* means, const double* stds,
           const T* noise, T* samples) {
  for (int64_t r = 0; r < rows; ++r, noise += dimension, samples += dimension) {
    const double* mean = means + mode[r] * dimension;
    const T std = static_cast<T>(stds[mode[r]]);
    for (int64_t i = 0; i < dimension; ++i) samples[i] = noise[i] * std + static_cast<T>(mean[i]);
  }
}

}  // namespace

void Mixture::set(const Points& means, const Reals& stds, const Reals& weights) {
  const auto count = static_cast<int64_t>(means.size()), dimension = static_cast<int64_t>(means.at(0).size());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  table_.means = at::empty({count, dimension}, at::kDouble);
  for (int64_t k = 0; k < count; ++k) {
    const auto& mean = means[static_cast<size_t>(k)];
    std::copy(mean.begin(), mean.end(), table_.means.mutable_data_ptr<double>() + k * dimension);
  }
  table_.stds = at::tensor(stds, at::kDouble);
  table_.weights = at::tensor(weights, at::kDouble) / total;
  weights_ = weights;
  equal_weights_ = std::all_of(weights.begin(), weights.end(), [&](double w) { return w == weights[0]; });
}

void Mixture::set(const Points& means, double std) {
  set(means, Reals(means.size(), std), Reals(means.size(), 1.0));
}

Batch Mixture::draw(Random& random, int64_t batch) const {
  const int64_t count = table_.means.size(0), dimension = table_.means.size(1);
  const Tensor mode = equal_weights_ ? random.integers({batch}, count) : random.choice({batch}, weights_);
  const Tensor noise = random.normal({batch, dimension});
  if (noise.is_cpu()) {
    // A batch a step: a loop costs a tenth of the operators below, and gives their bits.
    const Tensor samples = at::empty_like(noise);
    AT_DISPATCH_FLOATING_TYPES(noise.scalar_type(), "mixture", [&] {
      run_loop({mode, table_.means, table_.stds, noise}, {samples},
               [rows = mode.numel(), dimension](char* const* p) {
                 place(rows, dimension, reinterpret_cast<const int64_t*>(p[0]),
                       reinterpret_cast<const double*>(p[1]), reinterpret_cast<const double*>(p[2]),
                       reinterpret_cast<const scalar_t*>(p[3]), reinterpret_cast<scalar_t*>(p[4]));
               });
    });
    return {samples, mode};
  }
  const Tensor row = mode.flatten();
  // Gathers, and one operation an element after the other: a lane's bits don't depend on its neighbours.
  const Tensor stds = table_.stds.to(noise.options()).index_select(0, row).view({random.lanes(), batch, 1});
  const Tensor means =
      table_.means.to(noise.options()).index_select(0, row).view({random.lanes(), batch, dimension});
  return {noise * stds + means, mode};
}

Tensor Mixture::log_density(const Tensor& samples) const {
  const auto options = samples.options().dtype(at::kDouble);
  const Tensor means = table_.means.to(options), stds = table_.stds.to(options);
  const auto dimension = static_cast<double>(means.size(1));
  const Tensor distances =
      (samples.to(at::kDouble).unsqueeze(-2) - means).square().sum(-1);  // [lane, batch, mode]
  const Tensor constants = table_.weights.to(options).log() - dimension * stds.log() -
                           0.5 * dimension * portable::log(2 * std::numbers::pi);
  return at::logsumexp(constants - 0.5 * distances / stds.square(), -1);
}

}  // namespace saddle
