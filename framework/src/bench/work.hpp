// What is measured: small trainings on the ring, as texts and as counts of matrix products.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/trial.hpp"

namespace saddle::bench {

/// Adam, ring-8 data, networks 2-width-width-2 and 2-width-width-1.
struct Work {
  std::string game;  ///< gan, wgan_gp (five critic steps) or mmd (no critic)
  int64_t width = 64, batch = 64, lanes = 1;
  std::string metrics = "[]";
  int64_t steps = 100000000;  ///< of which as many are made as there is time for

  bool operator==(const Work&) const = default;
};

/// "WGAN-GP, width 64, batch 64, 16 lanes"
std::string name_of(const Work& work);

/// One trial a lane.
std::vector<TrialConfig> trials_of(const Work& work, const Registry& registry);

/// op(A)·op(B), m×n with k terms each.
struct Product {
  bool transpose_a, transpose_b;
  int64_t m, n, k;
  double times;  ///< in one step of one lane
};

/// The products of the networks in one step of one lane, none of them twice and none that is not needed.
std::vector<Product> products_of(const Work& work);

/// Multiplications and additions.
double flops(const std::vector<Product>& products);

}  // namespace saddle::bench
