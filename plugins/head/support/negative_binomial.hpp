// Means and dispersions of negative binomial counts.
#pragma once
#include "counts.hpp"

namespace saddle {

class NegativeBinomialHead : public CountHead {
 public:
  Shape raw_shape(const Shape& sample) const override;
  void declare(Declare& d, const Shape& sample) override;

  std::string dispersion;

 protected:
  /// The first raw numbers are the means', then come the dispersions'.
  CountParameters parameters(const Params& p, const Tensor& raw, const Tensor& library_sizes) const override;

 private:
  int64_t dispersions(int64_t features) const;
  ParamRef theta_;
};

template <class T>
void describe_negative_binomial(Schema<T>& s) {
  describe_counts(s);
  s.param(
      "dispersion", &T::dispersion, {.initial = "gene", .choices = {"gene", "cell", "both"}},
      "Whose the inverse dispersion is, the softplus of a number, plus 0.0001. gene: a trained parameter a "
      "feature, started at 1; cell: a raw number a sample; both: a raw number a feature and sample.");
}

}  // namespace saddle
