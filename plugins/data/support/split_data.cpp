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

}  // namespace

void SplitData::keep(const Tensor& samples, const Tensor& labels, const std::string& name) {
  const int64_t n = samples.size(0);
  if (n < 2)
    throw ParamError("path",
                     fmt::format("{}: {} samples, too few for a training and a held-out part", name, n));
  const auto wanted = static_cast<int64_t>(std::llround(held_out_share_ * static_cast<double>(n)));
  const int64_t out = std::clamp<int64_t>(wanted, 1, n - 1);
  const Tensor order = shuffled(n, split_seed_);
  name_ = name;
  samples_ = samples;
  labels_ = labels;
  train_ = order.narrow(0, out, n - out);
  held_out_ = order.narrow(0, 0, out);
  shape_ = samples_.sizes().slice(1).vec();
  if (standardise_ != "none") standardise();
  measure_range();
}

void SplitData::keep(const Batch& train, const Batch& held_out) {
  const int64_t n = train.samples.size(0);
  samples_ = at::cat({train.samples, held_out.samples});
  if (train.labels.defined()) labels_ = at::cat({train.labels, held_out.labels});
  train_ = at::arange(n);
  held_out_ = at::arange(n, samples_.size(0));
  shape_ = samples_.sizes().slice(1).vec();
  measure_range();
}

void SplitData::measure_range() { range_ = {samples_.min().item<double>(), samples_.max().item<double>()}; }

void SplitData::standardise() {
  samples_ = samples_.to(at::kDouble);
  Tensor zero, unit;
  if (standardise_ == "standard") {
    const Tensor x = samples_.index_select(0, train_);
    zero = x.mean(0);
    unit = (x - zero).square().mean(0).sqrt();
  } else {
    zero = samples_.amin(0);
    unit = samples_.amax(0) - zero;
  }
  unit = at::where(unit == 0, at::ones_like(unit), unit);
  samples_ = (samples_ - zero) / unit;
}

std::string SplitData::not_a_count() const {
  if (divisor_ != 1 || offset_ != 0) return "they are scaled";
  if (!samples_.is_floating_point() && range_.low >= 0) return {};
  const Tensor wrong = ((samples_ < 0) | (samples_ != samples_.floor())).flatten(1).nonzero();
  if (wrong.size(0) == 0) return {};
  const int64_t row = wrong[0][0].item<int64_t>(), column = wrong[0][1].item<int64_t>();
  return fmt::format("{}: sample {}, feature {} is {}", name_, row + 1, column + 1,
                     number_text(samples_[row].flatten()[column].item<double>()));
}

void SplitData::scale_from(double largest) {
  const bool symmetric = scale_ == "symmetric";
  divisor_ = symmetric ? largest / 2 : largest;
  offset_ = symmetric ? -1 : 0;
  range_ = {offset_, 1};
}

Batch SplitData::gather(const Tensor& rows, const at::TensorOptions& options) const {
  const int64_t lanes = rows.size(0), batch = rows.size(1);
  const Tensor flat = rows.flatten();
  Tensor samples =
      samples_.index_select(0, flat).to(options, false, true);  // a copy, also where nothing changes
  if (divisor_ != 1) samples.div_(divisor_);
  if (offset_ != 0) samples.add_(offset_);
  Shape shape{lanes, batch};
  shape.insert(shape.end(), shape_.begin(), shape_.end());
  Batch result{samples.view(shape), Tensor()};
  if (labels_.defined())
    result.labels = labels_.index_select(0, flat).to(options.device()).view({lanes, batch});
  return result;
}

Batch SplitData::draw(Random& random, int64_t batch) const {
  const Tensor index = random.integers({batch}, train_.size(0)).to(at::kCPU);
  return gather(train_.index_select(0, index.flatten()).view_as(index), random.options());
}

Batch SplitData::held_out(Random& random, int64_t count) const {
  const int64_t n = held_out_.size(0);
  Tensor index = at::arange(n).unsqueeze(0);
  // Sorting random keys shuffles; a stable sort, so that equal keys don't depend on the library.
  if (count < n) index = random.uniform({n}).to(at::kCPU).argsort(true, 1).narrow(1, 0, count);
  return gather(held_out_.index_select(0, index.flatten()).view_as(index), random.options());
}

Batch SplitData::training(int64_t first, int64_t count, const at::TensorOptions& options) const {
  return gather(train_.narrow(0, first, count).unsqueeze(0), options);
}

}  // namespace saddle
