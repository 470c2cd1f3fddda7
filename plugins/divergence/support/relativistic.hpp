// Losses of relativistic critics: what is lost where a sample should score higher than another by `gap`.
#pragma once
#include <ATen/ATen.h>
#include <saddle/ops.hpp>
#include <saddle/schema.hpp>

#include <string>

namespace saddle {

inline Tensor relativistic_loss(const std::string& form, const Tensor& gap) {
  if (form == "least_squares") return (gap - 1).square();
  if (form == "hinge") return (1 - gap).clamp_min(0);
  return saddle::softplus(-gap);
}

inline Options<std::string> relativistic_forms() {
  return {.initial = "standard", .choices = {"standard", "least_squares", "hinge"}};
}
constexpr const char* relativistic_form_doc =
    "What a gap g between the scores costs: ln(1 + e⁻ᵍ), (g − 1)² or max(0, 1 − g).";

}  // namespace saddle
