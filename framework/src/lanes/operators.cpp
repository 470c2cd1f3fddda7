#include "operators.hpp"

#include <ATen/ATen.h>

#include "elementwise.hpp"

namespace saddle {
namespace {

// "mul.Tensor" writes into a given tensor as "mul.out", "where.self" as "where.self_out".
std::optional<c10::OperatorHandle> out_form(const c10::OperatorHandle& op) {
  const auto& schema = op.schema();
  const std::string overload = schema.overload_name();
  std::vector<std::string> tries{"out"};
  if (!overload.empty()) tries.insert(tries.begin(), overload + "_out");
  for (const std::string& name : tries) {
    const auto found = c10::Dispatcher::singleton().findSchema({schema.name(), name});
    if (!found || found->schema().arguments().size() != schema.arguments().size() + 1) continue;
    bool same = found->schema().arguments().back().type()->kind() == c10::TypeKind::TensorType;
    for (size_t i = 0; i < schema.arguments().size(); ++i)
      same = same && *found->schema().arguments()[i].type() == *schema.arguments()[i].type();
    if (same) return found;
  }
  return std::nullopt;
}

}  // namespace

Tape::Call replayed_operator(const c10::OperatorHandle& op, std::vector<c10::IValue> arguments,
                             std::vector<Tensor> results, bool in_place) {
  const auto& schema = op.schema();
  const std::string name =
      schema.overload_name().empty() ? schema.name() : schema.name() + "." + schema.overload_name();
  if (in_place && results.empty()) {
    if (arguments[0].isTensor())
      if (auto call = elementwise(name, arguments, arguments[0].toTensor())) return *call;
    return [op, arguments = std::move(arguments)](int64_t) {
      std::vector<c10::IValue> stack = arguments;
      op.callBoxed(stack);
    };
  }
  if (results.size() == 1 && schema.returns().size() == 1 && !in_place) {
    if (auto call = elementwise(name, arguments, results[0])) return *call;
    if (const auto out = out_form(op)) {
      arguments.emplace_back(results[0]);
      return [out = *out, arguments = std::move(arguments)](int64_t) {
        std::vector<c10::IValue> stack = arguments;
        out.callBoxed(stack);
      };
    }
  }
  // What it returns in storages of its own, in order; other returns are changed arguments or views.
  return [op, arguments = std::move(arguments), results = std::move(results)](int64_t) {
    std::vector<c10::IValue> stack = arguments;
    op.callBoxed(stack);
    size_t next = 0;
    for (const c10::IValue& returned : stack) {
      if (returned.isTensor()) {
        if (next < results.size() && returned.toTensor().sizes() == results[next].sizes())
          at::Tensor(results[next++]).copy_(returned.toTensor());
      }
    }
  };
}

}  // namespace saddle
