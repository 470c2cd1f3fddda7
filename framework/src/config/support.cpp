#include "config/support.hpp"

#include <ATen/ATen.h>
#include <saddle/value.hpp>

#include <algorithm>

namespace saddle {
namespace {

/// Sums of parts that were stored as float32, or rounded for a table, are that far from one.
constexpr double sum_tolerance = 1e-3;

/// Enough to meet what a data set is like: [samples, feature…].
Tensor some_samples(const Data& data) {
  const int64_t size = std::max<int64_t>(numel(data.shape()), 1);
  Random random = Streams({0}, at::kDouble).at("support", 0);
  return data.draw(random, std::clamp<int64_t>(4'000'000 / size, 16, 1024)).samples[0].to(at::kDouble);
}

/// The element of x where the mask is first true; nothing where it nowhere is.
std::string first(const Tensor& x, const Tensor& mask) {
  if (!mask.any().item<bool>()) return {};
  return number_text(x.masked_select(mask)[0].item<double>());
}

}  // namespace

std::string support_text(const Support& support) {
  if (support.whole && support.composition) return "one-hot vectors";
  return support.whole ? "whole numbers" : "compositions, whose parts sum to 1";
}

std::string first_not_counted(const Data& data) {
  std::string place = data.not_a_count();
  return place == data.Data::not_a_count() ? std::string() : place;
}

std::string outside_support(const Support& support, const Data& data) {
  if (!support.whole && !support.composition) return {};
  if (support.whole)
    if (const std::string where = first_not_counted(data); !where.empty()) return where;
  const Tensor x = some_samples(data);
  if (support.whole)
    if (const std::string fraction = first(x, x != x.floor()); !fraction.empty())
      return "there is " + fraction + " among their numbers";
  if (!support.composition) return {};
  if (const std::string negative = first(x, x < 0); !negative.empty())
    return "there is " + negative + " among their numbers";
  const Tensor sums = x.sum(-1);
  const std::string sum = first(sums, (sums - 1).abs() > sum_tolerance);
  return sum.empty() ? std::string() : "there are some that sum to " + sum;
}

}  // namespace saddle
