#include "check/same_bits.hpp"

#include <cstring>

namespace saddle::check {
namespace {

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
         std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

std::string difference(const std::string& what, const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(at::kDouble), y = b.to(at::kDouble), far = (x - y).abs();
  return fmt::format("{} ({} of {} numbers, by up to {:.2g} where they are up to {:.2g})", what,
                     (x != y).sum().item<int64_t>(), x.numel(), far.max().item<double>(),
                     x.abs().max().item<double>());
}

}  // namespace

std::string difference(const TrialResult& a, const TrialResult& b) {
  if (a.outcome != b.outcome || a.reason_step != b.reason_step || a.steps != b.steps)
    return fmt::format("how they end (step {} and {})", a.steps, b.steps);
  for (size_t i = 0; i < a.weights.size(); ++i)
    if (!same_bits(a.weights[i].second, b.weights[i].second))
      return difference("weights " + a.weights[i].first, a.weights[i].second, b.weights[i].second);
  for (size_t i = 0; i < a.averaged_weights.size(); ++i)
    if (!same_bits(a.averaged_weights[i].second, b.averaged_weights[i].second))
      return difference("averaged weights " + a.averaged_weights[i].first, a.averaged_weights[i].second,
                        b.averaged_weights[i].second);
  if (!same_bits(a.samples, b.samples)) return difference("samples", a.samples, b.samples);
  for (size_t i = 0; i < a.metrics.size(); ++i)
    if (!same_bits(std::vector{a.metrics[i].second}, std::vector{b.metrics[i].second}))
      return fmt::format("metric {} ({} and {})", a.metrics[i].first, a.metrics[i].second,
                         b.metrics[i].second);
  for (const auto& [name, curve] : a.series)
    if (!b.series.contains(name) || curve.steps != b.series.at(name).steps ||
        !same_bits(curve.values, b.series.at(name).values))
      return "series " + name;
  return {};
}

}  // namespace saddle::check
