// What heads of counts have in common: how raw numbers become means, how sequencing depth (the library size,
// the total of a sample) enters, and which gradient goes through the sampling.
#pragma once
#include <saddle/head.hpp>
#include <saddle/schema.hpp>

#include <string>

namespace saddle {

/// Each [lane, batch, feature], or broadcast to that.
struct CountParameters {
  Tensor mean;
  Tensor theta{};           ///< inverse dispersion; undefined: infinite, Poisson
  Tensor dropout_logits{};  ///< of the probability that a count is replaced by 0; undefined: none are
};

class CountHead : public Head {
 public:
  void observe(const Data& data, Random& random) override;
  void declare(Declare& d, const Shape& sample) override;
  Tensor forward(const Params& p, const Tensor& raw, Random& random) const override;
  Interval range() const override { return {.low = 0}; }
  Support support() const override { return {.whole = true}; }
  bool discrete() const override {
    return gradient_name == "straight_through" || gradient_name == "score_function";
  }
  SampleGradient gradient() const override;
  std::string inexact_second_derivatives() const override {
    if (gradient() == SampleGradient::score)
      return "are an estimate of their own, not the slopes of the first ones";
    return gradient() == SampleGradient::estimate ? "leave out how the slopes of draws change" : "";
  }
  bool has_likelihood() const override { return true; }
  /// Where the library size is drawn, that of the samples themselves stands for it.
  Tensor log_likelihood(const Params& p, const Tensor& raw, const Tensor& samples) const override;

  std::string gradient_name, library;
  double size = 0;

 protected:
  /// raw: [lane, batch, raw numbers]; `mean_of` makes means of the first as many as there are features.
  virtual CountParameters parameters(const Params& p, const Tensor& raw,
                                     const Tensor& library_sizes) const = 0;
  /// The temperature of relaxed dropout: [1 or lane, 1, 1].
  virtual Tensor dropout_temperature(const Params&, const Tensor& like) const {
    return at::ones({1}, like.options());
  }
  /// Softplus of raw numbers, or shares (softmax) of the library size: [lane, batch, feature].
  static Tensor mean_of(const Tensor& raw, const Tensor& library_sizes);
  int64_t features() const { return features_; }

 private:
  double fixed_size() const { return size > 0 ? size : mean_total_; }
  Tensor library_sizes(const Tensor& raw, Random& random) const;
  Tensor draw(const Params& p, const CountParameters& c, Random& random) const;

  Shape sample_;
  int64_t features_ = 0;
  // Of the training samples' totals.
  Tensor totals_;  // [n] float64
  double mean_total_ = 0, mean_log_total_ = 0, std_log_total_ = 0;
};

template <class T>
void describe_counts(Schema<T>& s) {
  s.param(
      "library", &T::library, {.initial = "none", .choices = {"none", "observed", "log_normal", "fixed"}},
      "The total that a sample's means sum to. none: means are the softplus of the raw output; otherwise "
      "shares, the softmax of the raw output, of: observed, the total of a training sample drawn at random; "
      "log_normal, a number from the normal distribution of ln of the training totals; fixed, `size`.");
  s.param("size", &T::size, {.initial = 0.0, .range = at_least(0)},
          "The library size under fixed; 0: the mean of the training totals.");
  s.param(
      "gradient", &T::gradient_name,
      {.initial = "straight_through", .choices = {"straight_through", "relaxed", "score_function", "mean"}},
      "Through the sampling. straight_through: counts, as if each changed as fast as its rate (takes f′ for "
      "f(k + 1) − f(k): no bias where the critic is linear); relaxed: trains with gamma numbers of the "
      "counts' mean and variance, whose third moments differ; score_function: counts, unbiased, of a large "
      "variance; mean: trains with the means, without noise. Measured are counts under each.");
}

}  // namespace saddle
