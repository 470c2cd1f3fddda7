// The two links of an f-divergence, and what follows from its terms alone.
#pragma once
#include <saddle/divergence.hpp>

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace saddle::check {

using Function = std::function<Tensor(const Tensor&)>;

/// The terms as functions of the critic's output under one link.
struct Link {
  std::string name;
  Function real, fake;
};
std::vector<Link> links(const FDivergence& divergence);

/// A function's values and its slopes by autograd.
std::pair<Tensor, Tensor> with_slope(const Function& function, const Tensor& at);

/// Both terms of a link and their slopes, in the dtype of v.
constexpr std::array<const char*, 4> term_names{"real", "real_slope", "fake", "fake_slope"};
std::array<Tensor, 4> terms(const Link& link, const Tensor& v);

/// The critic's output that is best where p/q is eˣ: u real′ = fake′, by bisection over its signed logarithm.
/// Not from real_term = f′(u), which saturates.
Tensor best_output(const Link& link, const Tensor& log_u);

/// sup over u of ut − f(u), u between e⁻¹⁴ and e¹⁴, for every t: on a grid, then by golden sections around
/// its best.
Tensor numerical_conjugate(const FDivergence& divergence, const Tensor& t);

/// The first v where `got` is off by more than this relative error though the true value is a normal number
/// of float32; NaN if there is none.
double first_wrong(const Tensor& v, const Tensor& got, const Tensor& truth, double relative);

}  // namespace saddle::check
