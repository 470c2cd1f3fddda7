#include "samplers.hpp"
#include <saddle/portable.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include "philox.hpp"

namespace saddle::samplers {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Marsaglia & Tsang 2000, for concentrations of at least 1.
double log_gamma_from_one(Words& words, double concentration) {
  const double d = concentration - 1.0 / 3, c = 1 / (3 * std::sqrt(d)), log_d = portable::log(d);
  for (uint64_t round = 0; round + 1 < gamma_blocks; ++round) {
    words.take(round);
    const double x = words.normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double log_v = 3 * portable::log(root), v = root * root * root;
    if (portable::log(words.uniform(1)) < x * x / 2 + d * (1 - v + log_v)) return log_d + log_v;
  }
  return log_d;  // with a probability below 1e-19
}

// Small rates: the first k at which the distribution function reaches u.
double poisson_by_inversion(Words& words, double rate) {
  words.take(0);
  const double u = words.uniform(0);
  double mass = portable::exp(-rate), sum = mass, k = 0;
  while (sum < u && mass > 0) {
    ++k;
    mass *= rate / k;
    sum += mass;
  }
  return k;
}

// λ·((1 + δ) ln(1 + δ) − δ) with k = λ(1 + δ): how far k lies from the rate, without cancellation.
double deviance(double k, double rate) {
  if (k == 0) return rate;
  const double delta = (k - rate) / rate;
  return std::abs(delta) < 0.5 ? rate * ((1 + delta) * portable::log1p(delta) - delta)
                               : k * portable::log(k / rate) + rate - k;
}

double log_mass(double k, double rate) {
  if (k == 0) return -rate;
  const double k2 = k * k;  // Stirling's series; below 1e-9 from k = 10 on, and exact enough to reject by
  const double rest = k < 10 ? portable::log(portable::tgamma(k + 1)) - (k * portable::log(k) - k)
                             : portable::log(2 * std::numbers::pi * k) / 2 +
                                   (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1 / (1680 * k2)) / k2) / k2) / k;
  return -deviance(k, rate) - rest;
}

// Hörmann 1993, transformed rejection PTRS, for rates of at least 10.
double poisson_by_rejection(Words& words, double rate) {
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), squeeze = 0.9277 - 3.6224 / (b - 2);
  for (uint64_t round = 0; round < poisson_blocks; ++round) {
    words.take(round);
    const double u = words.uniform(0) - 0.5, v = words.uniform(1), us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (portable::log(v * inverse_alpha / (a / (us * us) + b)) <= log_mass(k, rate)) return k;
  }
  return std::floor(rate);  // with a probability below 1e-20
}

}  // namespace

void Words::take(uint64_t i) { philox::words(key_, block_ + i, step_, 1, words_.data()); }

double Words::uniform(int half) const {
  const auto at = static_cast<size_t>(2 * half);
  return open_uniform(words_[at], words_[at + 1]);
}

double Words::normal() const {
  double cosine = 0, sine = 0;
  philox::normals(words_.data(), words_.data() + 1, 1, &cosine, &sine);
  return cosine;
}

double open_uniform(uint32_t high, uint32_t low) {
  const uint64_t bits = (static_cast<uint64_t>(high) << 20) | (low >> 12);  // 52: the half must be exact
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

double log_gamma(Words& words, double concentration) {
  if (!(concentration > 0) || std::isinf(concentration)) return nan;
  if (concentration >= 1) return log_gamma_from_one(words, concentration);
  // A gamma number of a + 1 times u^(1/a).
  const double larger = log_gamma_from_one(words, concentration + 1);
  words.take(gamma_blocks - 1);
  return larger + portable::log(words.uniform(0)) / concentration;
}

double poisson(Words& words, double rate) {
  if (!(rate >= 0) || std::isinf(rate)) return nan;
  return rate < 10 ? poisson_by_inversion(words, rate) : poisson_by_rejection(words, rate);
}

}  // namespace saddle::samplers
