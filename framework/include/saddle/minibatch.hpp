// What critics may see of a batch beside each sample, and of a sample of counts beside its features. A critic
// that uses one of the first two `works_on_batch`.
#pragma once
#include <saddle/nn.hpp>

namespace saddle::nn {

/// Minibatch discrimination (Salimans et al. 2016, §3.2): for each kernel b, Σ_j exp(−‖M_ib − M_jb‖₁) over
/// all samples j of the batch, i among them, where M_i = x_i·T are `kernels` rows of `dims` numbers. [lane,
/// batch, in] -> [lane, batch, kernels]. Takes memory for batch²·kernels·dims numbers.
class SADDLE_API MinibatchDiscrimination {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, int64_t kernels, int64_t dims);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  ParamRef weight_;  // [in, kernels·dims]
  int64_t kernels_ = 0;
};

/// Minibatch standard deviation (Karras et al. 2018, §3): the mean over features of their standard deviations
/// √(variance + 1e-8) within a sample's group. [lane, batch, in] -> [lane, batch, 1]. A batch makes
/// batch / group groups, at least one, sample i in group i modulo their number: of `group` samples each where
/// it divides the batch, of more otherwise. 0: the whole batch is one.
SADDLE_API Tensor minibatch_std(const Tensor& x, int64_t group);

/// The share of features that are 0, without a slope: [lane, batch, feature…] -> [lane, batch, 1].
SADDLE_API Tensor share_of_zeros(const Tensor& samples);
/// ln(1 + sum of the features), negative ones taken for 0: [lane, batch, feature…] -> [lane, batch, 1].
SADDLE_API Tensor log_library_size(const Tensor& samples);

}  // namespace saddle::nn
