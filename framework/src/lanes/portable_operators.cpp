#include "portable_operators.hpp"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/WrapDimUtils.h>
#include <ATen/native/Resize.h>
#include <torch/library.h>
#include <saddle/ops.hpp>
#include <saddle/portable.hpp>

#include <cmath>
#include <limits>

// They replace ATen's kernels, below autograd, which goes on to differentiate as it did. What they call in
// turn is either exact (sums and products of two numbers, comparisons, copies) or one of them.

namespace saddle {
namespace {

using c10::Scalar;
using c10::ScalarType;
using Dims = at::OptionalIntArrayRef;

Tensor& put(Tensor& out, const Tensor& value) {
  at::native::resize_output(out, value.sizes());
  return out.copy_(value);
}

// Elementary functions: in float64, rounded to the type.

ScalarType floating(const Tensor& x) {
  TORCH_CHECK(!x.is_complex(), "portable kernels know no complex numbers");
  return x.is_floating_point() ? x.scalar_type() : c10::get_default_dtype_as_scalartype();
}

template <class F>
Tensor mapped(const Tensor& x, F f) {
  const ScalarType type = floating(x);
  const Tensor from = x.to(type).contiguous();
  Tensor to = at::empty_like(from);
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, type, "portable", [&] {
    const auto* in = from.const_data_ptr<scalar_t>();
    auto* out = to.mutable_data_ptr<scalar_t>();
    for (int64_t i = 0; i < from.numel(); ++i) out[i] = static_cast<scalar_t>(f(static_cast<double>(in[i])));
  });
  return to;
}

double square_root(double x) { return std::sqrt(x); }
double inverse_root(double x) { return 1 / std::sqrt(x); }
double logistic(double x) {
  return x >= 0 ? 1 / (1 + portable::exp(-x)) : portable::exp(x) / (1 + portable::exp(x));
}

template <double (*f)(double)>
Tensor unary(const Tensor& x) {
  return mapped(x, f);
}

// Powers.

Tensor powers(const Tensor& x, const Tensor& y) {
  const auto type = at::result_type(x, y);
  TORCH_CHECK(!c10::isComplexType(type), "portable kernels know no complex numbers");
  const auto both = at::broadcast_tensors({x, y});
  const Tensor a = both[0].to(at::kDouble).contiguous(), b = both[1].to(at::kDouble).contiguous();
  Tensor c = at::empty_like(a);
  const auto *base = a.const_data_ptr<double>(), *exponent = b.const_data_ptr<double>();
  auto* out = c.mutable_data_ptr<double>();
  for (int64_t i = 0; i < c.numel(); ++i) out[i] = portable::pow(base[i], exponent[i]);
  return c.to(type);
}

Tensor power(const Tensor& x, const Scalar& exponent) {
  const double y = exponent.toDouble();
  if (y == 0) return at::ones_like(x, at::result_type(x, exponent));
  if (y == 1) return x.to(at::result_type(x, exponent)).clone();
  if (y == 2) return (x * x).to(at::result_type(x, exponent));
  if (y == 3) return (x * x * x).to(at::result_type(x, exponent));
  if (y == -1 && x.is_floating_point()) return at::reciprocal(x);
  if (y == -2 && x.is_floating_point()) return at::reciprocal(x * x);
  if (y == 0.5) return mapped(x, square_root);
  if (y == -0.5) return mapped(x, inverse_root);
  return powers(x, at::scalar_tensor(exponent, at::kDouble).to(at::result_type(x, exponent)));
}

// Sums, in float64 and in one order.

struct Reduced {
  Tensor rows;                 // [result…, reduced numbers], dense
  std::vector<int64_t> shape;  // of the result
};

Reduced reduced(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> type) {
  const int64_t n = x.dim();
  std::vector<bool> gone(static_cast<size_t>(n), !dims.has_value() || dims->empty());
  if (dims)
    for (const int64_t d : *dims) gone[static_cast<size_t>(at::maybe_wrap_dim(d, n))] = true;
  std::vector<int64_t> order, shape, kept;
  int64_t count = 1;
  for (int64_t d = 0; d < n; ++d) {
    if (gone[static_cast<size_t>(d)]) {
      count *= x.size(d);
      if (keep) shape.push_back(1);
      continue;
    }
    order.push_back(d);
    kept.push_back(x.size(d));
    shape.push_back(x.size(d));
  }
  for (int64_t d = 0; d < n; ++d)
    if (gone[static_cast<size_t>(d)]) order.push_back(d);
  kept.push_back(count);
  return {x.to(type.value_or(x.scalar_type())).permute(order).reshape(kept).contiguous(), shape};
}

Tensor sum_over(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> type) {
  const bool whole = !type && !x.is_floating_point();
  const Reduced r = reduced(x, dims, keep, whole ? std::optional(at::kLong) : type);
  const int64_t n = r.rows.size(-1);
  Tensor out = at::empty(r.shape, r.rows.options());
  if (!r.rows.is_floating_point()) {  // exact in any order
    auto* to = out.mutable_data_ptr<int64_t>();
    TORCH_CHECK(r.rows.scalar_type() == at::kLong, "portable kernels sum whole numbers as int64");
    const auto* from = r.rows.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < out.numel(); ++i, from += n) {
      to[i] = 0;
      for (int64_t j = 0; j < n; ++j) to[i] += from[j];
    }
    return out;
  }
  const at::AutoDispatchBelowAutograd plain;
  return out.copy_(lane_sum(r.rows.reshape({out.numel(), n})).view(r.shape));
}

Tensor mean_over(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> type) {
  const Tensor total = sum_over(x, dims, keep, type);
  const int64_t n = total.numel() == 0 ? 0 : x.numel() / total.numel();
  return total / static_cast<double>(n);
}

Tensor sum_of_all(const Tensor& x, std::optional<ScalarType> type) {
  return sum_over(x, std::nullopt, false, type);
}
Tensor mean_of_all(const Tensor& x, std::optional<ScalarType> type) {
  return mean_over(x, std::nullopt, false, type);
}

Tensor variance(const Tensor& x, Dims dims, const std::optional<Scalar>& correction, bool keep) {
  const Tensor away = x - mean_over(x, dims, true, std::nullopt),
               squares = sum_over(away * away, dims, keep, std::nullopt);
  const int64_t n = squares.numel() == 0 ? 0 : x.numel() / squares.numel();
  return squares / std::max(0.0, static_cast<double>(n) - (correction ? correction->toDouble() : 1.0));
}

Tensor deviation(const Tensor& x, Dims dims, const std::optional<Scalar>& correction, bool keep) {
  return variance(x, dims, correction, keep).sqrt();
}

Tensor norm_over(const Tensor& x_any, const Scalar& order, Dims dims, bool keep,
                 std::optional<ScalarType> type) {
  const Tensor x = x_any.to(type.value_or(floating(x_any))).abs();
  const double p = order.toDouble();
  const std::vector<int64_t> all = dims ? dims->vec() : std::vector<int64_t>();
  if (p == std::numeric_limits<double>::infinity()) return x.amax(all, keep);
  if (p == -std::numeric_limits<double>::infinity()) return x.amin(all, keep);
  if (p == 0) return sum_over((x != 0).to(x.scalar_type()), dims, keep, std::nullopt);
  if (p == 1) return sum_over(x, dims, keep, std::nullopt);
  return power(sum_over(power(x, p), dims, keep, std::nullopt), 1 / p);
}

// Products.

Tensor batched(const Tensor& a, const Tensor& b) {
  const at::AutoDispatchBelowAutograd plain;
  return saddle::matmul(a, b);
}
Tensor product(const Tensor& a, const Tensor& b) { return batched(a.unsqueeze(0), b.unsqueeze(0))[0]; }
Tensor of_vector(const Tensor& a, const Tensor& x) { return product(a, x.unsqueeze(1)).squeeze(1); }
Tensor of_vectors(const Tensor& x, const Tensor& y) {
  return product(x.unsqueeze(0), y.unsqueeze(1)).squeeze();
}

Tensor added(const Tensor& c, const Tensor& ab, const Scalar& beta, const Scalar& alpha) {
  const Tensor scaled = alpha.toDouble() == 1 ? ab : ab * alpha;
  if (beta.toDouble() == 0) return scaled;
  return (beta.toDouble() == 1 ? c : c * beta) + scaled;
}

template <Tensor (*multiply)(const Tensor&, const Tensor&)>
Tensor multiplied_and_added(const Tensor& c, const Tensor& a, const Tensor& b, const Scalar& beta,
                            const Scalar& alpha) {
  return added(c, multiply(a, b), beta, alpha);
}

// Softmax and its gradients.

Tensor softmax(const Tensor& x, int64_t dim, bool) {
  const Tensor e = (x - x.amax(dim, true)).exp();
  return e / sum_over(e, dim, true, std::nullopt);
}
Tensor log_softmax(const Tensor& x, int64_t dim, bool) {
  const Tensor away = x - x.amax(dim, true);
  return away - sum_over(away.exp(), dim, true, std::nullopt).log();
}
Tensor softmax_gradient(const Tensor& g, const Tensor& y, int64_t dim, ScalarType) {
  return y * (g - sum_over(g * y, dim, true, std::nullopt));
}
Tensor log_softmax_gradient(const Tensor& g, const Tensor& y, int64_t dim, ScalarType) {
  return g - y.exp() * sum_over(g, dim, true, std::nullopt);
}
Tensor tanh_gradient(const Tensor& g, const Tensor& y) { return g * (1 - y * y); }
Tensor sigmoid_gradient(const Tensor& g, const Tensor& y) { return g * (y * (1 - y)); }

/// An operator's other forms: into its first argument, and into a given tensor.
template <auto f>
struct Forms;
template <class First, class... Rest, Tensor (*f)(First, Rest...)>
struct Forms<f> {
  static Tensor& in_place(Tensor& x, Rest... rest) { return x.copy_(f(x, rest...)); }
  static Tensor& out(First first, Rest... rest, Tensor& result) { return put(result, f(first, rest...)); }
};

/// Operators, and where their names are noted.
class Replaced {
 public:
  Replaced() : library_(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__) {}

  /// By f; its other forms by those names.
  template <auto f>
  void with(const std::string& name, const std::string& out = "", const std::string& in_place = "") {
    put_in(name, f);
    if (!out.empty()) put_in(out, &Forms<f>::out);
    if (!in_place.empty()) put_in(in_place, &Forms<f>::in_place);
  }
  template <double (*f)(double)>
  void elementary(const std::string& name) {
    with<&unary<f>>(name, name + ".out", name + "_");
  }
  template <Tensor (*multiply)(const Tensor&, const Tensor&)>
  void product(const std::string& name, const std::string& adding) {
    with<multiply>(name, name + ".out");
    with<&multiplied_and_added<multiply>>(adding, adding + ".out", adding + "_");
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  template <class F>
  void put_in(const std::string& name, F* f) {
    library_.impl(name.c_str(), torch::CppFunction(f));
    names_.push_back("aten::" + name);
  }

  torch::Library library_;
  std::vector<std::string> names_;
};

void replace_elementary(Replaced& r) {
  r.elementary<portable::exp>("exp");
  r.elementary<portable::exp2>("exp2");
  r.elementary<portable::expm1>("expm1");
  r.elementary<portable::log>("log");
  r.elementary<portable::log2>("log2");
  r.elementary<portable::log10>("log10");
  r.elementary<portable::log1p>("log1p");
  r.elementary<portable::sin>("sin");
  r.elementary<portable::cos>("cos");
  r.elementary<portable::tan>("tan");
  r.elementary<portable::sinh>("sinh");
  r.elementary<portable::cosh>("cosh");
  r.elementary<portable::tanh>("tanh");
  r.elementary<portable::asin>("asin");
  r.elementary<portable::acos>("acos");
  r.elementary<portable::atan>("atan");
  r.elementary<portable::erf>("erf");
  r.elementary<portable::erfc>("erfc");
  r.elementary<portable::lgamma>("lgamma");
  r.elementary<square_root>("sqrt");
  r.elementary<inverse_root>("rsqrt");
  r.elementary<logistic>("sigmoid");
  r.with<&tanh_gradient>("tanh_backward");
  r.with<&sigmoid_gradient>("sigmoid_backward");
  r.with<&power>("pow.Tensor_Scalar", "pow.Tensor_Scalar_out", "pow_.Scalar");
  r.with<&powers>("pow.Tensor_Tensor", "pow.Tensor_Tensor_out", "pow_.Tensor");
}

void replace_reductions(Replaced& r) {
  r.with<&sum_of_all>("sum");
  r.with<&sum_over>("sum.dim_IntList", "sum.IntList_out");
  r.with<&mean_of_all>("mean");
  r.with<&mean_over>("mean.dim", "mean.out");
  r.with<&variance>("var.correction");
  r.with<&deviation>("std.correction");
  r.with<&norm_over>("linalg_vector_norm", "linalg_vector_norm.out");
  r.with<&softmax>("_softmax", "_softmax.out");
  r.with<&log_softmax>("_log_softmax", "_log_softmax.out");
  r.with<&softmax_gradient>("_softmax_backward_data");
  r.with<&log_softmax_gradient>("_log_softmax_backward_data");
}

void replace_products(Replaced& r) {
  r.product<&batched>("bmm", "baddbmm");
  r.product<&product>("mm", "addmm");
  r.product<&of_vector>("mv", "addmv");
  r.with<&of_vectors>("dot");
}

const Replaced& replaced() {
  static const Replaced all = [] {
    // Each would be warned of.
    c10::WarningUtils::WarningHandlerGuard quiet([] {
      struct Silent : c10::WarningHandler {
        void process(const c10::Warning&) override {}
      };
      static Silent silent;
      return &silent;
    }());
    Replaced made;
    replace_elementary(made);
    replace_reductions(made);
    replace_products(made);
    return made;
  }();
  return all;
}

}  // namespace

void use_portable_operators() { replaced(); }
const std::vector<std::string>& portable_operators() { return replaced().names(); }

}  // namespace saddle
