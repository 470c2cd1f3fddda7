#include "split_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace saddle {
namespace {

/// 0 … n − 1 in an order that depends on the seed alone: sorted by hashes (SplitMix64), not by a library's
/// shuffle.
Tensor shuffled(int64_t n, int64_t seed) {
  const auto hash = [seed](int64_t i) {
    uint64_t x = static_cast<uint64_t>(seed) * 0xD1B54A32D192ED03ULL +
                 static_cast<uint64_t>(i + 1) * 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
  };
  std::vector<std::pair<uint64_t, int64_t>> order;
  for (int64_t i = 0; i < n; ++i) order.emplace_back(hash(i), i);
  std::sort(order.begin(), order.end());
  Tensor result = at::empty({n}, at::kLong);
  for (int64_t i = 0; i < n; ++i)
    result.mutable_data_ptr<int64_t>()[i] = order[static_cast<size_t>(i)].second;
  return result;
}

Batch part_of(const Tensor& samples, const Tensor& labels, const Tensor& index) {
  return {samples.index_select(0, index), labels.defined() ? labels.index_select(0, index) : Tensor()};
}

}  // namespace

void SplitData::keep(const Tensor& samples, const Tensor& labels, const std::string& name) {
  const int64_t n = samples.size(0);
  if (n < 2)
    throw ParamError("path",
                     fmt::format("{}: {} samples, too few for a training and a held-out part", name, n));
  const auto wanted = static_cast<int64_t>(std::llround(held_out_share_ * static_cast<double>(n)));
  const int64_t out = std::clamp<int64_t>(wanted, 1, n - 1);
  const Tensor order = shuffled(n, split_seed_);
  keep(part_of(samples, labels, order.narrow(0, out, n - out)),
       part_of(samples, labels, order.narrow(0, 0, out)));
  if (standardise_ != "none") standardise();
}

void SplitData::keep(Batch train, Batch held_out) {
  train_ = std::move(train);
  held_out_ = std::move(held_out);
  shape_ = train_.samples.sizes().slice(1).vec();
  const auto least = [](const Tensor& x) { return x.min().item<double>(); };
  const auto largest = [](const Tensor& x) { return x.max().item<double>(); };
  range_ = {std::min(least(train_.samples), least(held_out_.samples)),
            std::max(largest(train_.samples), largest(held_out_.samples))};
}

void SplitData::standardise() {
  train_.samples = train_.samples.to(at::kDouble);
  held_out_.samples = held_out_.samples.to(at::kDouble);
  const Tensor& x = train_.samples;
  Tensor zero, unit;
  if (standardise_ == "standard") {
    zero = x.mean(0);
    unit = (x - zero).square().mean(0).sqrt();
  } else {
    zero = at::minimum(x.amin(0), held_out_.samples.amin(0));
    unit = at::maximum(x.amax(0), held_out_.samples.amax(0)) - zero;
  }
  unit = at::where(unit == 0, at::ones_like(unit), unit);
  keep({(x - zero) / unit, train_.labels}, {(held_out_.samples - zero) / unit, held_out_.labels});
}

void SplitData::scale_from(double largest) {
  const bool symmetric = scale_ == "symmetric";
  divisor_ = symmetric ? largest / 2 : largest;
  offset_ = symmetric ? -1 : 0;
  range_ = {offset_, 1};
}

Batch SplitData::gather(const Batch& part, const Tensor& index, const at::TensorOptions& options) const {
  const int64_t lanes = index.size(0), batch = index.size(1);
  const Tensor rows = index.flatten().to(part.samples.device());
  Tensor samples =
      part.samples.index_select(0, rows).to(options, false, true);  // a copy, also where nothing changes
  if (divisor_ != 1) samples.div_(divisor_);
  if (offset_ != 0) samples.add_(offset_);
  Shape shape{lanes, batch};
  shape.insert(shape.end(), shape_.begin(), shape_.end());
  Batch result{samples.view(shape), Tensor()};
  if (part.labels.defined())
    result.labels = part.labels.index_select(0, rows).to(options.device()).view({lanes, batch});
  return result;
}

Batch SplitData::draw(Random& random, int64_t batch) const {
  const Tensor index = random.integers({batch}, train_.samples.size(0));
  return gather(train_, index, random.uniform({0}).options());
}

Batch SplitData::held_out(Random& random, int64_t count) const {
  const int64_t n = held_out_.samples.size(0);
  Tensor index = at::arange(n).unsqueeze(0);
  // Sorting random keys shuffles; a stable sort, so that equal keys don't depend on the library.
  if (count < n) index = random.uniform({n}).to(at::kCPU).argsort(true, 1).narrow(1, 0, count);
  return gather(held_out_, index, random.uniform({0}).options());
}

}  // namespace saddle
