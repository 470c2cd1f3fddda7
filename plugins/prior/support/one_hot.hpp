// Categories as one-hot vectors.
#pragma once
#include <ATen/ATen.h>
#include <saddle/random.hpp>
#include <saddle/schema.hpp>

#include <string>

namespace saddle {

/// [lane, batch, count], each drawn with the given probabilities; none given: all the same.
inline Tensor one_hot(Random& random, int64_t batch, int64_t count, const Reals& weights) {
  const Tensor which =
      random.choice({batch}, weights.empty() ? Reals(static_cast<size_t>(count), 1.0) : weights);
  return at::zeros({random.lanes(), batch, count}, random.options()).scatter(2, which.unsqueeze(2), 1.0);
}

inline void need_weights(int64_t count, const Reals& weights) {
  if (!weights.empty() && static_cast<int64_t>(weights.size()) != count)
    throw ParamError(
        "weights", std::to_string(weights.size()) + " weights for " + std::to_string(count) + " categories");
}

}  // namespace saddle
