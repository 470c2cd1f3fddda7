#include <saddle/minibatch.hpp>

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace saddle::nn {

void MinibatchDiscrimination::declare(Declare& d, const std::string& name, int64_t in, int64_t kernels,
                                      int64_t dims) {
  kernels_ = kernels;
  weight_ =
      d.param(name + ".weight", {in, kernels * dims}, Init::uniform(1 / std::sqrt(static_cast<double>(in))));
}

Tensor MinibatchDiscrimination::operator()(const Params& p, const Tensor& x) const {
  const int64_t batch = x.size(1);
  const Tensor rows = saddle::matmul(x, p[weight_]).unflatten(2, {kernels_, -1});
  // [lane, i, kernel, j, dim]
  const Tensor apart = (rows.unsqueeze(3) - rows.transpose(1, 2).unsqueeze(1)).abs();
  const Tensor distance = sample_sum(apart.flatten(1, 3));
  return sample_sum((-distance).exp().view({x.size(0), batch * kernels_, batch}))
      .view({x.size(0), batch, kernels_});
}

Tensor minibatch_std(const Tensor& x, int64_t group) {
  const int64_t lanes = x.size(0), batch = x.size(1);
  const int64_t groups = group == 0 ? 1 : std::max<int64_t>(batch / group, 1);
  const Tensor index = at::arange(batch, x.options().dtype(at::kLong)).remainder(groups);
  const Tensor all = at::arange(groups, index.options());
  // [group, sample]: who belongs where, and as shares of a group.
  const Tensor one = (all.unsqueeze(1) == index.unsqueeze(0)).to(x.scalar_type());
  const Tensor belongs = one.unsqueeze(0).expand({lanes, groups, batch}),
               shares = (one / one.sum(1, true)).unsqueeze(0).expand({lanes, groups, batch});
  const Tensor centred = x - saddle::matmul(belongs, saddle::matmul(shares, x), true);
  const Tensor stds = (saddle::matmul(shares, centred.square()) + 1e-8).sqrt();
  const Tensor means = sample_sum(stds) / static_cast<double>(x.size(2));
  return saddle::matmul(belongs, means.unsqueeze(2), true);
}

Tensor share_of_zeros(const Tensor& samples) {
  const Tensor zeros = (samples.detach() == 0).to(samples.scalar_type());
  const auto features =
      static_cast<double>(samples.numel() / std::max<int64_t>(1, samples.size(0) * samples.size(1)));
  return (sample_sum(zeros) / features).unsqueeze(2);
}

Tensor log_library_size(const Tensor& samples) {
  return sample_sum(samples.clamp_min(0)).log1p().unsqueeze(2);
}

}  // namespace saddle::nn
