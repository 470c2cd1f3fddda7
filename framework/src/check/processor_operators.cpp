#include "check/processor_operators.hpp"

#include <ATen/core/dispatch/Dispatcher.h>

#include "lanes/portable_operators.hpp"
#include "lanes/recording.hpp"

namespace saddle::check {
namespace {

// Operators that only place, choose or compare numbers, or round one sum, product or quotient of two; and
// sums that ATen does one number after the other.
const std::set<std::string> exact_operators{"_local_scalar_dense",
                                            "_reshape_alias",
                                            "_to_copy",
                                            "_unsafe_view",
                                            "abs",
                                            "add",
                                            "add_",
                                            "all",
                                            "amax",
                                            "amin",
                                            "argmax",
                                            "as_strided",
                                            "bitwise_and",
                                            "cat",
                                            "clamp",
                                            "clamp_",
                                            "clamp_max",
                                            "clamp_min",
                                            "clone",
                                            "copy_",
                                            "detach",
                                            "diag_embed",
                                            "diagonal",
                                            "diagonal_backward",
                                            "div",
                                            "div_",
                                            "empty",
                                            "empty_like",
                                            "eq",
                                            "equal",
                                            "expand",
                                            "eye",
                                            "fill_",
                                            "floor",
                                            "full",
                                            "gather",
                                            "ge",
                                            "gt",
                                            "index_select",
                                            "isnan",
                                            "le",
                                            "lt",
                                            "masked_select",
                                            "max",
                                            "maximum",
                                            "median",
                                            "min",
                                            "mul",
                                            "mul_",
                                            "ne",
                                            "neg",
                                            "new_zeros",
                                            "ones",
                                            "ones_like",
                                            "reciprocal",
                                            "round",
                                            "scalar_tensor",
                                            "scatter",
                                            "scatter_",
                                            "scatter_add_",
                                            "select",
                                            "sgn",
                                            "slice",
                                            "slice_backward",
                                            "sort",
                                            "split_with_sizes",
                                            "squeeze",
                                            "stack",
                                            "sub",
                                            "sub_",
                                            "t",
                                            "transpose",
                                            "unbind",
                                            "unsqueeze",
                                            "view",
                                            "where",
                                            "zero_",
                                            "zeros",
                                            "zeros_like"};

/// Fused into one rounding by some processors.
bool scales(const c10::OperatorHandle& op, const std::vector<c10::IValue>& stack) {
  const auto alpha = op.schema().argumentIndexWithName("alpha");
  if (!alpha) return false;
  const auto& value = stack[stack.size() - op.schema().arguments().size() + static_cast<size_t>(*alpha)];
  return value.isScalar() && std::abs(value.toScalar().toDouble()) != 1;
}

bool real(const std::vector<c10::IValue>& stack, size_t last) {
  bool found = false;
  for (size_t i = stack.size() - last; i < stack.size(); ++i)
    each_tensor(stack[i], [&](const Tensor& x) { found = found || x.is_floating_point() || x.is_complex(); });
  return found;
}

}  // namespace

std::set<std::string> processor_operators(const std::function<void()>& work) {
  std::set<std::string> found;
  const auto note = [&](const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                        std::vector<c10::IValue>* stack) {
    const auto& schema = op.schema();
    const std::string bare = schema.name().substr(schema.name().find("::") + 2);
    const bool scaled = scales(op, *stack), takes = real(*stack, schema.arguments().size());
    op.redispatchBoxed(keys, stack);
    if (!takes && !real(*stack, schema.returns().size())) return;
    if (exact_operators.contains(bare) && !scaled) return;
    found.insert(schema.name() + (schema.overload_name().empty() ? "" : "." + schema.overload_name()) +
                 (scaled ? " with alpha" : ""));
  };
  watch_operators(note, work);
  for (const std::string& name : portable_operators()) found.erase(name);
  return found;
}

}  // namespace saddle::check
