// Our functions in autograd's graph.
#pragma once
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <utility>

namespace saddle {

/// A function of autograd's: D::value(ctx, …) computes it, D::slopes(ctx, gradients) gives the gradients of
/// its arguments. Called by D::apply(…).
///
/// A gradient that is zero whatever the numbers are, as that of a relu's slope, is no tensor, and stays none
/// on its way back: no zeros are made of it, whose products would be computed. A gradient penalty has a sixth
/// fewer products so. `slopes` is called where at least one gradient is a tensor.
template <class D>
struct LaneFunction : torch::autograd::Function<D> {
  using AutogradContext = torch::autograd::AutogradContext;
  using variable_list = torch::autograd::variable_list;

  template <class... Arguments>
  static auto forward(AutogradContext* ctx, Arguments&&... arguments) {
    static_assert(sizeof...(Arguments) <= most_arguments);
    ctx->set_materialize_grads(false);
    return D::value(ctx, std::forward<Arguments>(arguments)...);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const bool none =
        std::none_of(gradients.begin(), gradients.end(), [](const auto& g) { return g.defined(); });
    return none ? variable_list(most_arguments) : D::slopes(ctx, gradients);
  }

 private:
  // Autograd leaves out what a function returns beyond its arguments' number, if it's no tensor.
  static constexpr size_t most_arguments = 8;
};

}  // namespace saddle
