// What relaxed discrete heads have in common: a temperature, and which gradient training has.
#pragma once
#include <saddle/head.hpp>
#include <saddle/schema.hpp>

#include <string>

namespace saddle {

class RelaxedHead : public Head {
 public:
  bool discrete() const override { return gradient_name != "relaxed"; }
  SampleGradient gradient() const override {
    if (gradient_name == "score_function") return SampleGradient::score;
    return discrete() ? SampleGradient::estimate : SampleGradient::exact;
  }
  std::string inexact_second_derivatives() const override {
    if (gradient_name == "score_function")
      return "are an estimate of their own, not the slopes of the first ones";
    return gradient_name == "straight_through" ? "are those of relaxed samples in place of the hard ones"
                                               : "";
  }
  bool has_temperature() const override { return gradient_name != "score_function"; }
  bool has_likelihood() const override { return true; }

  std::string gradient_name;
  LaneReal temperature;

 protected:
  /// What is put out of a relaxed and a hard sample from the same random numbers.
  Tensor chosen(const Params& p, const Tensor& soft, const Tensor& hard) const {
    if (!p.training() || gradient_name == "score_function") return hard;
    return gradient_name == "relaxed" ? soft : hard + (soft - soft.detach());
  }
};

template <class T>
void describe_relaxed(Schema<T>& s, double start) {
  s.param("temperature", &T::temperature, {.initial = start, .range = above(0)},
          "Of the relaxed samples; times what `train.temperature_schedule` says.");
  s.param(
      "gradient", &T::gradient_name,
      {.initial = "relaxed", .choices = {"relaxed", "straight_through", "score_function"}},
      "relaxed: trains with relaxed samples, exactly, but of another distribution, the further the warmer; "
      "straight_through: trains with hard samples and the relaxed ones' slope, biased; score_function: hard "
      "samples, unbiased, of a large variance.");
}

}  // namespace saddle
