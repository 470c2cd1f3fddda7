#include <saddle/error.hpp>
#include <saddle/ops.hpp>

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <unordered_set>

#include "elsewhere.hpp"
#include "function.hpp"
#include "gemm.hpp"
#include "kernels.hpp"
#include "lane_kernels.hpp"
#include "recording.hpp"

namespace saddle {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// The operands of a kernel of type T, in the order in which run_kernel was given them.
template <class T>
const T* in(char* operand) {
  return reinterpret_cast<const T*>(operand);
}
template <class T>
T* out(char* operand) {
  return reinterpret_cast<T*>(operand);
}

// Applies an element-wise kernel to a contiguous copy of x.
template <class Kernel>
Tensor map(const Tensor& x, Kernel kernel) {
  const Tensor from = x.contiguous();
  Tensor to = at::empty_like(from);
  AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "map", [&] {
    run_kernel({&from}, {&to}, [kernel, n = from.numel()](char* const* p) {
      kernel(in<scalar_t>(p[0]), out<scalar_t>(p[1]), n);
    });
  });
  return to;
}

struct SoftplusFunction : LaneFunction<SoftplusFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x.is_cpu() ? map(x, [](auto... a) { kernels::softplus(a...); }) : elsewhere::softplus(x);
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    return {g[0] * saddle::sigmoid(ctx->get_saved_variables()[0])};
  }
};

struct SigmoidFunction : LaneFunction<SigmoidFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x) {
    Tensor y = map(x, [](auto... a) { kernels::sigmoid(a...); });
    ctx->save_for_backward({y});
    return y;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const Tensor y = ctx->get_saved_variables()[0];
    return {g[0] * (y * (1 - y))};
  }
};

struct Expm1Function : LaneFunction<Expm1Function> {
  static Tensor value(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x.is_cpu() ? map(x, [](auto... a) { kernels::expm1(a...); }) : at::expm1(x);
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    return {g[0] * ctx->get_saved_variables()[0].exp()};
  }
};

// Rates are a constant of the graph: kernels have fixed bandwidths, or take them from the data.
struct SumOfExpFunction : LaneFunction<SumOfExpFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x, const Tensor& rates_any, int64_t power) {
    ctx->save_for_backward({x, rates_any});
    ctx->saved_data["power"] = power;
    const Tensor from = x.contiguous(), rates = rates_any.contiguous();
    Tensor to = at::empty_like(from);
    const int64_t lanes = from.size(0), terms = rates.size(1), n = lanes == 0 ? 0 : from.numel() / lanes;
    AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "sum_of_exp", [&] {
      run_kernel({&from, &rates}, {&to}, [=](char* const* p) {
        for (int64_t lane = 0; lane < lanes; ++lane)
          for (int64_t k = 0; k < terms; ++k) {
            const scalar_t rate = in<scalar_t>(p[1])[lane * terms + k];
            scalar_t factor = 1;
            for (int64_t i = 0; i < power; ++i) factor *= rate;
            kernels::scaled_exp(in<scalar_t>(p[0]) + lane * n, out<scalar_t>(p[2]) + lane * n, n, rate,
                                factor, k > 0);
          }
      });
    });
    return to;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const auto saved = ctx->get_saved_variables();
    return {g[0] * saddle::sum_of_exp(saved[0], saved[1], ctx->saved_data["power"].toInt() + 1), Variable(),
            Variable()};
  }
};

// Sums the axes from `kept` on.
struct SumFunction : LaneFunction<SumFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x, int64_t kept) {
    ctx->saved_data["shape"] = x.sizes().vec();
    const Tensor from = x.contiguous();
    const auto sizes = x.sizes();
    Tensor to = at::empty(sizes.slice(0, static_cast<size_t>(kept)), from.options());
    const int64_t rows = to.numel(), n = rows == 0 ? 0 : from.numel() / rows;
    AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "sum", [&] {
      run_kernel({&from}, {&to}, [rows, n](char* const* p) {
        for (int64_t r = 0; r < rows; ++r)
          out<scalar_t>(p[1])[r] = static_cast<scalar_t>(kernels::sum(in<scalar_t>(p[0]) + r * n, n));
      });
    });
    return to;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const auto shape = ctx->saved_data["shape"].toIntVector();
    std::vector<int64_t> view = g[0].sizes().vec();
    view.resize(shape.size(), 1);
    return {g[0].reshape(view).expand(shape), Variable()};
  }
};

// Matrices that are dense within a lane, whatever lies between lanes: copied where they are not.
Tensor dense_lanes(const Tensor& x) {
  const bool rows_dense = x.size(2) == 1 || x.stride(2) == 1;
  const bool dense = rows_dense && (x.size(1) == 1 || x.stride(1) == x.size(2));
  return dense ? x : x.contiguous();
}

Tensor raw_matmul(const Tensor& a_any, const Tensor& b_any, bool ta, bool tb) {
  const Tensor a = dense_lanes(a_any), b = dense_lanes(b_any);
  const int64_t lanes = a.size(0), m = a.size(ta ? 2 : 1), k = a.size(ta ? 1 : 2), n = b.size(tb ? 1 : 2);
  TORCH_CHECK(a.scalar_type() == b.scalar_type(), "matmul: ", a.scalar_type(), " and ", b.scalar_type(),
              " are not of one type");
  TORCH_CHECK(b.size(0) == lanes && b.size(tb ? 2 : 1) == k, "matmul: ", a.sizes(), " and ", b.sizes(),
              " do not fit", ta ? ", first transposed" : "", tb ? ", second transposed" : "");
  Tensor c = at::empty({lanes, m, n}, a.options());
  if (c.numel() == 0) return c;
  if (k == 0) return c.zero_();
  AT_DISPATCH_FLOATING_TYPES(a.scalar_type(), "matmul", [&] {
    run_kernel({&a, &b}, {&c}, LaneProducts<scalar_t>{ta, tb, lanes, m, n, k, a.stride(0), b.stride(0)});
  });
  return c;
}

struct MatmulFunction : LaneFunction<MatmulFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& a, const Tensor& b, bool ta, bool tb) {
    ctx->save_for_backward({b.requires_grad() ? a : Tensor(), a.requires_grad() ? b : Tensor()});
    ctx->saved_data["ta"] = ta;
    ctx->saved_data["tb"] = tb;
    return raw_matmul(a, b, ta, tb);
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& grads) {
    const auto saved = ctx->get_saved_variables();
    const bool ta = ctx->saved_data["ta"].toBool(), tb = ctx->saved_data["tb"].toBool();
    const Tensor &a = saved[0], &b = saved[1], &g = grads[0];
    Tensor ga, gb;
    if (ctx->needs_input_grad(0)) ga = ta ? saddle::matmul(b, g, tb, true) : saddle::matmul(g, b, false, !tb);
    if (ctx->needs_input_grad(1)) gb = tb ? saddle::matmul(g, a, true, ta) : saddle::matmul(a, g, !ta, false);
    return {ga, gb, Variable(), Variable()};
  }
};

// What comes back through an activation, and its sums over the rows, where asked for, in `sums`.
Tensor gated(Activation activation, const Tensor& g, const Tensor& y, const Tensor& sums) {
  Tensor through = at::empty_like(g);
  const bool layers = g.dim() == 3;
  const int64_t lanes = layers ? g.size(0) : 1, rows = layers ? g.size(1) : 1,
                columns = layers ? g.size(2) : g.numel();
  AT_DISPATCH_FLOATING_TYPES(g.scalar_type(), "gate", [&] {
    run_kernel({&g, &y}, {&through, &sums}, LaneGates<scalar_t>{activation, lanes, rows, columns});
  });
  return through;
}

// g where y > 0, and 0 or a part of g elsewhere: linear in g, flat in y.
struct GateFunction : LaneFunction<GateFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& g_any, const Tensor& y, int64_t activation) {
    ctx->save_for_backward({y});
    ctx->saved_data["activation"] = activation;
    const Tensor g = g_any.contiguous(), gate = y.contiguous();
    return gated(static_cast<Activation>(activation), g, gate, {});
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    return {GateFunction::apply(g[0], ctx->get_saved_variables()[0], ctx->saved_data["activation"].toInt()),
            Variable(), Variable()};
  }
};

Tensor differentiable_activation_gradient(Activation activation, const Tensor& g, const Tensor& y) {
  switch (activation) {
    case Activation::identity:
      return g;
    case Activation::relu:
    case Activation::leaky_relu:
      if (g.is_cpu()) return GateFunction::apply(g, y, static_cast<int64_t>(activation));
      return at::where(y > 0, g, (activation == Activation::relu ? 0 : 0.2) * g);
    case Activation::tanh:
      return g * (1 - y * y);
    case Activation::sigmoid:
      return g * (y * (1 - y));
    case Activation::softplus:
      return -g * saddle::expm1(-y);
  }
  return g;
}

struct ActivationFunction : LaneFunction<ActivationFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x, int64_t activation) {
    Tensor y = x.detach().clone(at::MemoryFormat::Contiguous);
    AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "activate", [&] {
      run_kernel({&y}, {&y}, [activation, n = y.numel()](char* const* p) {
        kernels::activate(static_cast<Activation>(activation), out<scalar_t>(p[1]), n);
      });
    });
    ctx->saved_data["activation"] = activation;
    ctx->save_for_backward({y});
    return y;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const auto activation = static_cast<Activation>(ctx->saved_data["activation"].toInt());
    return {differentiable_activation_gradient(activation, g[0], ctx->get_saved_variables()[0]), Variable()};
  }
};

/// DenseFunction's way back through relu in float32, by gated products; its sums come with the weights'
/// gradient.
variable_list gated_backward(const AutogradContext& ctx, const Tensor& g, const Tensor& x_any,
                             const Tensor& w_any, const Tensor& y) {
  const int64_t lanes = g.size(0), rows = g.size(1), outputs = g.size(2), inputs = w_any.size(1);
  Tensor gx, gw, gb;
  if (ctx.needs_input_grad(0)) {
    const Tensor w = dense_lanes(w_any);
    gx = at::empty({lanes, rows, inputs}, g.options());
    run_kernel({&g, &y, &w}, {&gx}, [=, step_w = w.stride(0), n = rows * outputs](char* const* p) {
      for (int64_t lane = 0; lane < lanes; ++lane)
        gated_to_inputs(rows, inputs, outputs, in<float>(p[0]) + lane * n, in<float>(p[1]) + lane * n,
                        in<float>(p[2]) + lane * step_w, out<float>(p[3]) + lane * rows * inputs);
    });
  }
  if (ctx.needs_input_grad(1)) {
    const Tensor x = dense_lanes(x_any);
    const bool sums = ctx.needs_input_grad(2);
    gw = at::empty({lanes, inputs, outputs}, g.options());
    if (sums) gb = at::empty({lanes, outputs}, g.options());
    run_kernel({&g, &y, &x}, {&gw, &gb}, [=, step_x = x.stride(0), n = rows * outputs](char* const* p) {
      for (int64_t lane = 0; lane < lanes; ++lane)
        gated_to_weights(rows, inputs, outputs, in<float>(p[0]) + lane * n, in<float>(p[1]) + lane * n,
                         in<float>(p[2]) + lane * step_x, out<float>(p[3]) + lane * inputs * outputs,
                         sums ? out<float>(p[4]) + lane * outputs : nullptr);
    });
  }
  return {gx, gw, gb, Variable()};
}

// An affine map and its activation in one node: a network's step is bound by the number of operators.
struct DenseFunction : LaneFunction<DenseFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x_any, const Tensor& w_any, const Tensor& b_any,
                      int64_t activation) {
    const Tensor x = dense_lanes(x_any), w = dense_lanes(w_any);
    const Tensor b = b_any.size(1) <= 1 || b_any.stride(1) == 1 ? b_any : b_any.contiguous();
    const int64_t lanes = x.size(0), rows = x.size(1), inputs = x.size(2), outputs = w.size(2);
    TORCH_CHECK(w.size(0) == lanes && w.size(1) == inputs && b.size(0) == lanes && b.size(1) == outputs,
                "dense: ", x.sizes(), ", ", w.sizes(), " and ", b.sizes(), " do not fit");
    Tensor y = at::empty({lanes, rows, outputs}, x.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "dense", [&] {
      run_kernel({&x, &w, &b}, {&y},
                 [=, step_x = x.stride(0), step_w = w.stride(0), step_b = b.stride(0)](char* const* p) {
                   for (int64_t lane = 0; lane < lanes; ++lane)
                     affine(static_cast<Activation>(activation), rows, outputs, inputs,
                            in<scalar_t>(p[0]) + lane * step_x, in<scalar_t>(p[1]) + lane * step_w,
                            in<scalar_t>(p[2]) + lane * step_b, out<scalar_t>(p[3]) + lane * rows * outputs);
                 });
    });
    ctx->saved_data["activation"] = activation;
    ctx->save_for_backward({w_any.requires_grad() ? x_any : Tensor(), w_any, y});
    return y;
  }

  static variable_list slopes(AutogradContext* ctx, const variable_list& grads) {
    const auto saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &w = saved[1], &y = saved[2];
    const auto activation = static_cast<Activation>(ctx->saved_data["activation"].toInt());
    Tensor gx, gw, gb;
    if (at::GradMode::is_enabled()) {  // someone differentiates the gradient: only differentiable operations
      const Tensor g = differentiable_activation_gradient(activation, grads[0], y);
      if (ctx->needs_input_grad(0)) gx = matmul(g, w, false, true);
      if (ctx->needs_input_grad(1)) gw = matmul(x, g, true, false);
      if (ctx->needs_input_grad(2)) gb = SumFunction::apply(g.transpose(1, 2), 2);
      return {gx, gw, gb, Variable()};
    }
    Tensor g = grads[0].contiguous();
    const int64_t lanes = g.size(0), rows = g.size(1), outputs = g.size(2);
    const bool sums = ctx->needs_input_grad(2);
    if (activation == Activation::relu && g.scalar_type() == at::kFloat &&
        (!sums || ctx->needs_input_grad(1)) && can_gate(rows, w.size(1), outputs))
      return gated_backward(*ctx, g, x, w, y);
    if (sums) gb = at::empty({lanes, outputs}, g.options());
    if (activation != Activation::identity) g = gated(activation, g, y, gb);
    if (ctx->needs_input_grad(0)) gx = raw_matmul(g, w, false, true);
    if (ctx->needs_input_grad(1)) gw = raw_matmul(x, g, true, false);
    if (sums && activation == Activation::identity) {
      AT_DISPATCH_FLOATING_TYPES(g.scalar_type(), "dense_backward", [&] {
        run_kernel({&g}, {&gb}, [=](char* const* p) {
          for (int64_t lane = 0; lane < lanes; ++lane)
            kernels::column_sums(in<scalar_t>(p[0]) + lane * rows * outputs,
                                 out<scalar_t>(p[1]) + lane * outputs, rows, outputs);
        });
      });
    }
    return {gx, gw, gb, Variable()};
  }
};

}  // namespace

void run_loop(const std::vector<Tensor>& reads, const std::vector<Tensor>& writes,
              const std::function<void(char* const*)>& loop) {
  std::vector<char*> pointers;
  for (const auto* list : {&reads, &writes})
    for (const Tensor& x : *list) {
      TORCH_CHECK(x.is_cpu() && x.is_contiguous(), "run_loop: tensors are dense and on the CPU");
      pointers.push_back(raw_pointer(x));
    }
  loop(pointers.data());
  if (Recording* recording = Recording::current()) recording->kernel(reads, writes, loop);
}

Tensor lane_sum(const Tensor& x) {
  return x.is_cpu() ? SumFunction::apply(x, 1) : x.reshape({x.size(0), -1}).sum(1);
}
Tensor lane_mean(const Tensor& x) {
  const int64_t lanes = x.size(0);
  return lane_sum(x) / static_cast<double>(lanes == 0 ? 1 : x.numel() / lanes);
}
Tensor sample_sum(const Tensor& x) {
  return x.is_cpu() ? SumFunction::apply(x, 2) : x.reshape({x.size(0), x.size(1), -1}).sum(2);
}

Tensor sample_norm(const Tensor& x) {
  const Tensor squares = sample_sum(x * x);
  const Tensor positive = squares > 0;
  return at::where(positive, at::where(positive, squares, 1).sqrt(), 0);
}

Tensor softplus(const Tensor& x) { return SoftplusFunction::apply(x); }
Tensor sigmoid(const Tensor& x) { return x.is_cpu() ? SigmoidFunction::apply(x) : at::sigmoid(x); }
// Not ATen's derivative, which is expm1(x) + 1: 0 where eˣ is below the rounding of 1.
Tensor expm1(const Tensor& x) { return Expm1Function::apply(x); }

Tensor sum_of_exp(const Tensor& x, const Tensor& rates, int64_t power) {
  if (x.is_cpu() && rates.size(1) > 0) return SumOfExpFunction::apply(x, rates.detach(), power);
  Tensor sum = at::zeros_like(x);
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  for (int64_t k = 0; k < rates.size(1); ++k) {
    const Tensor rate = rates.detach().select(1, k).view(shape);
    sum = sum + rate.pow(power) * (rate * x).exp();
  }
  return sum;
}

Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  if (a.is_cpu()) return MatmulFunction::apply(a, b, transpose_a, transpose_b);
  return at::bmm(transpose_a ? a.transpose(1, 2) : a, transpose_b ? b.transpose(1, 2) : b);
}

const std::vector<std::string>& activation_names() {
  static const std::vector<std::string> names{"identity", "relu",    "leaky_relu",
                                              "tanh",     "sigmoid", "softplus"};
  return names;
}

Activation activation_named(const std::string& name) {
  const auto& names = activation_names();
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Activation>(i);
  throw ParamError("activation", "'" + name + "' is no activation");
}

Tensor activate(const Tensor& x, Activation activation) {
  if (activation == Activation::identity) return x;
  if (x.is_cpu()) return ActivationFunction::apply(x, static_cast<int64_t>(activation));
  switch (activation) {
    case Activation::relu:
      return at::relu(x);
    case Activation::leaky_relu:
      return at::leaky_relu(x, 0.2);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    default:
      return saddle::softplus(x);
  }
}

Tensor dense(const Tensor& x, const Tensor& w, const Tensor& b, Activation activation) {
  if (x.is_cpu()) return DenseFunction::apply(x, w, b, static_cast<int64_t>(activation));
  return activate(at::baddbmm(b.unsqueeze(1), x, w), activation);
}

namespace {

/// Whether the graph of y, which has one, contains x.
bool leads_to(const Tensor& y, const Tensor& x) {
  const torch::autograd::Node* wanted = torch::autograd::impl::gradient_edge(x).function.get();
  std::vector<const torch::autograd::Node*> open{torch::autograd::impl::gradient_edge(y).function.get()};
  std::unordered_set<const torch::autograd::Node*> seen(open.begin(), open.end());
  while (!open.empty()) {
    const torch::autograd::Node* node = open.back();
    open.pop_back();
    if (node == wanted) return true;
    for (const torch::autograd::Edge& edge : node->next_edges())
      if (edge.function && seen.insert(edge.function.get()).second) open.push_back(edge.function.get());
  }
  return false;
}

}  // namespace

Tensor input_gradient(const Tensor& scores, const Tensor& x) {
  const Tensor slope =
      torch::autograd::grad({scores}, {x}, {at::ones_like(scores)}, true, true, /*allow_unused=*/true)[0];
  if (slope.defined()) return slope;
  TORCH_CHECK(leads_to(scores, x), "input_gradient: the scores were not computed from these samples, ",
              x.sizes());
  return at::zeros_like(x);
}

Tensor gradient_input(const Tensor& x) { return x.requires_grad() ? x : x.detach().requires_grad_(); }

std::vector<Tensor> derivative(const Tensor& value, const std::vector<Tensor>& wrt, bool differentiable) {
  std::vector<Tensor> result;
  // A loss that depends on nothing that is trained has no graph at all.
  if (value.requires_grad())
    result = torch::autograd::grad({value}, wrt, {at::ones_like(value)}, differentiable, differentiable,
                                   /*allow_unused=*/true);
  result.resize(wrt.size());
  for (size_t i = 0; i < wrt.size(); ++i)
    if (!result[i].defined()) result[i] = at::zeros_like(wrt[i]);
  return result;
}

}  // namespace saddle
