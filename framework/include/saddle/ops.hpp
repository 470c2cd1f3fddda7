// Operations whose result for one lane does not depend, not even in its last bit, on the lanes beside it.
//
// Most of ATen's element-wise operators keep that promise as they are (+ − × ÷, exp, log, tanh, sqrt, clamp,
// where). These do not, and have a lane-exact form here: matrix products, sigmoid and softplus (the tail of
// ATen's vector loops takes another routine, and where the tail falls depends on the neighbours), reductions
// over a batch. All of them can be differentiated any number of times. Where ATen has a function of the same
// name, write saddle::softplus: the bare name is ambiguous.
#pragma once
#include <saddle/lanes.hpp>

#include <functional>
#include <string>
#include <vector>

namespace saddle {

/// Runs a loop of your own over numbers: `loop` gets a pointer to the first number of each of `reads`, then
/// of each of `writes`, which it fills. All are dense tensors on the CPU. Training repeats what it has
/// recorded once: `loop` is then called again, with other pointers, so that all else that it uses must stay
/// as it is. (Numbers that are read past this function and ATen's operators can't be repeated.) No gradient
/// goes through it.
SADDLE_API void run_loop(const std::vector<Tensor>& reads, const std::vector<Tensor>& writes,
                         const std::function<void(char* const* numbers)>& loop);

/// Mean over every axis but the lane axis: [lane, …] -> [lane]. Summed in float64 on the CPU.
SADDLE_API Tensor lane_mean(const Tensor& x);
/// Sum over every axis but the lane axis: [lane, …] -> [lane]. Summed in float64 on the CPU.
SADDLE_API Tensor lane_sum(const Tensor& x);
/// Sum over everything but lane and batch: [lane, batch, …] -> [lane, batch].
SADDLE_API Tensor sample_sum(const Tensor& x);
/// Euclidean norm over everything but lane and batch: [lane, batch, …] -> [lane, batch].
/// Its gradient at 0 is 0.
SADDLE_API Tensor sample_norm(const Tensor& x);

/// log(1 + eˣ), accurate for every x.
SADDLE_API Tensor softplus(const Tensor& x);
/// 1 / (1 + e⁻ˣ).
SADDLE_API Tensor sigmoid(const Tensor& x);
/// eˣ − 1, accurate near 0.
SADDLE_API Tensor expm1(const Tensor& x);

/// Σ_k rate_k^power · exp(rate_k · x) of every number: x [lane, …], rates [lane, k] (not differentiated).
/// Mixtures of kernels are such sums.
SADDLE_API Tensor sum_of_exp(const Tensor& x, const Tensor& rates, int64_t power = 0);

/// Product of each lane's matrices: [lane, n, k] × [lane, k, m] -> [lane, n, m], after transposing those that
/// are asked to be.
SADDLE_API Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false,
                         bool transpose_b = false);

enum class Activation { identity, relu, leaky_relu, tanh, sigmoid, softplus };
/// From its name in experiment files.
SADDLE_API Activation activation_named(const std::string& name);
SADDLE_API const std::vector<std::string>& activation_names();
/// leaky_relu has slope 0.2 below zero.
SADDLE_API Tensor activate(const Tensor& x, Activation);

/// activation(x·w + b), one affine map a lane: x [lane, batch, in], w [lane, in, out], b [lane, out].
SADDLE_API Tensor dense(const Tensor& x, const Tensor& w, const Tensor& b, Activation = Activation::identity);

/// d(sum of scores)/dx, differentiable again: scores [lane, batch], x [lane, batch, …] that they were
/// computed from and that requires a gradient. Zeros where it is zero for any numbers, as that of the slope
/// of a network of relu (torch::autograd::grad refuses that unless told allow_unused).
SADDLE_API Tensor input_gradient(const Tensor& scores, const Tensor& x);
/// What to take such a gradient at: x itself where it already is part of a graph (a dynamics may ask how the
/// other player changes it), otherwise a copy that requires a gradient.
SADDLE_API Tensor gradient_input(const Tensor& x);

/// d(value)/d(each of `wrt`), lane by lane: value [lane], wrt tensors [lane, …]. Zero for what `value` does
/// not depend on. `differentiable`: whether the result can be differentiated again.
SADDLE_API std::vector<Tensor> derivative(const Tensor& value, const std::vector<Tensor>& wrt,
                                          bool differentiable = false);

}  // namespace saddle
