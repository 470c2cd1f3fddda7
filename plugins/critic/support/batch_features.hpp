// What a critic may see beside a sample's own features: statistics of its counts, and the batch that it came
// in.
#pragma once
#include <saddle/minibatch.hpp>
#include <saddle/schema.hpp>

#include <ATen/ATen.h>

#include <string>

namespace saddle {

class BatchFeatures {
 public:
  std::string statistics, minibatch;
  int64_t kernels = 0, kernel_dims = 0, group = 0;

 protected:
  int64_t statistics_count() const { return statistics == "none" ? 0 : statistics == "both" ? 2 : 1; }
  /// [lane, batch, feature…] -> [lane, batch, features + statistics_count()]; samples as they are without
  /// any.
  Tensor with_statistics(const Tensor& samples) const {
    if (statistics == "none") return samples;
    std::vector<Tensor> all{samples.flatten(2)};
    if (statistics != "library_size") all.push_back(nn::share_of_zeros(samples));
    if (statistics != "zeros") all.push_back(nn::log_library_size(samples));
    return at::cat(all, 2);
  }

  bool sees_batch() const { return minibatch != "none"; }
  /// How many numbers `with_minibatch` adds to the `features` of the last hidden layer.
  int64_t declare_minibatch(Declare& d, int64_t features) {
    if (minibatch == "discrimination")
      discrimination_.declare(d, "minibatch", features, kernels, kernel_dims);
    return minibatch == "discrimination" ? kernels : 1;
  }
  Tensor with_minibatch(const Params& p, const Tensor& features) const {
    return at::cat(
        {features, minibatch == "std" ? nn::minibatch_std(features, group) : discrimination_(p, features)},
        2);
  }

 private:
  nn::MinibatchDiscrimination discrimination_;
};

template <class T>
void describe_batch_features(Schema<T>& s) {
  s.param("statistics", &T::statistics,
          {.initial = "none", .choices = {"none", "zeros", "library_size", "both"}},
          "Inputs beside a sample of counts. zeros: the share of features that are 0, which has no slope; "
          "library_size: ln(1 + their sum); both.");
  s.param(
      "minibatch", &T::minibatch, {.initial = "none", .choices = {"none", "discrimination", "std"}},
      "What the last layer sees of the batch. discrimination: closeness to the other samples by `kernels` "
      "trained measures (Salimans et al. 2016); std: the mean standard deviation of the last hidden layer's "
      "features (Karras et al. 2018). Real and generated samples are scored apart then, and penalties on "
      "one score's gradient are illegal.");
  s.param("kernels", &T::kernels,
          {.initial = 50, .range = at_least(1), .only_when = OnlyWhen{"minibatch", {"discrimination"}}},
          "Measures of closeness.");
  s.param("kernel_dims", &T::kernel_dims,
          {.initial = 5, .range = at_least(1), .only_when = OnlyWhen{"minibatch", {"discrimination"}}},
          "Numbers that each compares.");
  s.param("group", &T::group,
          {.initial = 4, .range = at_least(0), .only_when = OnlyWhen{"minibatch", {"std"}}},
          "Samples over which standard deviations are taken; more where it doesn't divide the batch. 0: the "
          "whole "
          "batch.");
}

}  // namespace saddle
