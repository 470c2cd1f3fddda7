#include "check/processor_operators.hpp"

#include <ATen/core/dispatch/Dispatcher.h>

#include "lanes/portable_operators.hpp"
#include "lanes/recording.hpp"

namespace saddle::check {
namespace {

// Operators that only place, choose or compare numbers, or round one sum, product or quotient of two; and
// sums that ATen does one number after the other. Their forms in place, too.
const std::set<std::string> exact_operators{"_local_scalar_dense",
                                            "_reshape_alias",
                                            "_to_copy",
                                            "_unsafe_index",
                                            "_unsafe_view",
                                            "abs",
                                            "add",
                                            "alias",
                                            "all",
                                            "amax",
                                            "amin",
                                            "aminmax",
                                            "any",
                                            "arange",
                                            "argmax",
                                            "argmin",
                                            "argsort",
                                            "as_strided",
                                            "bitwise_and",
                                            "bitwise_not",
                                            "bitwise_or",
                                            "cat",
                                            "ceil",
                                            "clamp",
                                            "clamp_max",
                                            "clamp_min",
                                            "clone",
                                            "constant_pad_nd",
                                            "copy",
                                            "cummax",
                                            "cummin",
                                            "detach",
                                            "diag_embed",
                                            "diagonal",
                                            "diagonal_backward",
                                            "div",
                                            "empty",
                                            "empty_like",
                                            "empty_strided",
                                            "eq",
                                            "equal",
                                            "expand",
                                            "eye",
                                            "fill",
                                            "flip",
                                            "floor",
                                            "full",
                                            "full_like",
                                            "gather",
                                            "ge",
                                            "gt",
                                            "hardtanh",
                                            "hardtanh_backward",
                                            "index",
                                            "index_copy",
                                            "index_fill",
                                            "index_put",
                                            "index_select",
                                            "isfinite",
                                            "isinf",
                                            "isnan",
                                            "isneginf",
                                            "isposinf",
                                            "kthvalue",
                                            "le",
                                            "leaky_relu",
                                            "leaky_relu_backward",
                                            "lift_fresh",
                                            "lift_fresh_copy",
                                            "logical_and",
                                            "logical_not",
                                            "logical_or",
                                            "logical_xor",
                                            "lt",
                                            "masked_fill",
                                            "masked_scatter",
                                            "masked_select",
                                            "max",
                                            "maximum",
                                            "median",
                                            "min",
                                            "minimum",
                                            "mul",
                                            "nan_to_num",
                                            "narrow",
                                            "narrow_copy",
                                            "ne",
                                            "neg",
                                            "new_empty",
                                            "new_empty_strided",
                                            "new_full",
                                            "new_ones",
                                            "new_zeros",
                                            "ones",
                                            "ones_like",
                                            "permute",
                                            "reciprocal",
                                            "relu",
                                            "repeat",
                                            "repeat_interleave",
                                            "roll",
                                            "round",
                                            "rsub",
                                            "scalar_tensor",
                                            "scatter",
                                            "scatter_add",
                                            "select",
                                            "select_backward",
                                            "select_scatter",
                                            "sgn",
                                            "sign",
                                            "slice",
                                            "slice_backward",
                                            "slice_scatter",
                                            "sort",
                                            "split_with_sizes",
                                            "squeeze",
                                            "stack",
                                            "sub",
                                            "t",
                                            "take",
                                            "threshold",
                                            "threshold_backward",
                                            "topk",
                                            "transpose",
                                            "tril",
                                            "triu",
                                            "trunc",
                                            "unbind",
                                            "unfold",
                                            "unfold_backward",
                                            "unsqueeze",
                                            "view",
                                            "view_as_complex",
                                            "view_as_real",
                                            "where",
                                            "zero",
                                            "zeros",
                                            "zeros_like"};

// Of these, what rounds more than once where numbers are complex.
const std::set<std::string> rounded_if_complex{"abs", "div", "mul", "reciprocal", "sgn"};

bool is_exact(std::string name, bool complex) {
  if (name.back() == '_') name.pop_back();
  return exact_operators.contains(name) && !(complex && rounded_if_complex.contains(name));
}

/// Fused into one rounding by some processors.
bool scales(const c10::OperatorHandle& op, const std::vector<c10::IValue>& stack) {
  const auto alpha = op.schema().argumentIndexWithName("alpha");
  if (!alpha) return false;
  const auto& value = stack[stack.size() - op.schema().arguments().size() + static_cast<size_t>(*alpha)];
  return value.isScalar() && std::abs(value.toScalar().toDouble()) != 1;
}

struct Numbers {
  bool real = false, complex = false;
};

/// Which there are among the last operands.
Numbers numbers_among(const std::vector<c10::IValue>& stack, size_t last) {
  Numbers found;
  for (size_t i = stack.size() - last; i < stack.size(); ++i)
    each_tensor(stack[i], [&](const Tensor& x) {
      found.real = found.real || x.is_floating_point();
      found.complex = found.complex || x.is_complex();
    });
  return found;
}

}  // namespace

std::set<std::string> processor_operators(const std::function<void()>& work) {
  std::set<std::string> found;
  const std::set<std::string> replaced(portable_operators().begin(), portable_operators().end());
  const auto note = [&](const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                        std::vector<c10::IValue>* stack) {
    const auto& schema = op.schema();
    const std::string bare = schema.name().substr(schema.name().find("::") + 2),
                      full = schema.name() +
                             (schema.overload_name().empty() ? "" : "." + schema.overload_name());
    const bool scaled = scales(op, *stack);
    const Numbers taken = numbers_among(*stack, schema.arguments().size());
    op.redispatchBoxed(keys, stack);
    const Numbers given = numbers_among(*stack, schema.returns().size());
    const bool complex = taken.complex || given.complex;
    if (!complex && !taken.real && !given.real) return;
    if (replaced.contains(full)) return;
    if (is_exact(bare, complex) && !scaled) return;
    found.insert(full + (scaled ? " with alpha" : complex ? " of complex numbers" : ""));
  };
  watch_operators(note, work);
  return found;
}

}  // namespace saddle::check
