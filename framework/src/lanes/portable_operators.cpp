#include "portable_operators.hpp"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/WrapDimUtilsMulti.h>
#include <ATen/native/Resize.h>
#include <torch/library.h>
#include <saddle/ops.hpp>
#include <saddle/portable.hpp>

#include <bitset>
#include <cmath>
#include <limits>
#include <numeric>

#include "portable_algebra.hpp"

// They replace ATen's kernels, below autograd, which goes on to differentiate as it did. What they call in
// turn is either exact (sums and products of two numbers, comparisons, copies) or one of them.

namespace saddle {
namespace {

using c10::Scalar;
using c10::ScalarType;
using Dims = at::OptionalIntArrayRef;

void check_type(const Tensor& value, const Tensor& out) {
  TORCH_CHECK(c10::canCast(value.scalar_type(), out.scalar_type()), "result type ", value.scalar_type(),
              " can't be cast to the desired output type ", out.scalar_type());
}

Tensor& put(Tensor& out, const Tensor& value) {
  check_type(value, out);
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

// Powers and derivatives of digamma.

int64_t whole_power(int64_t x, int64_t n) {
  if (n < 0) return x == 1 ? 1 : x == -1 ? (n % 2 == 0 ? 1 : -1) : 0;
  uint64_t product = 1;  // modulo 2⁶⁴, as ATen's
  for (auto factor = static_cast<uint64_t>(x); n > 0; n /= 2, factor *= factor)
    if (n % 2 == 1) product *= factor;
  return static_cast<int64_t>(product);
}

/// f of every two numbers of tensors that are broadcast, of the type T.
template <class T, class F>
Tensor paired(const Tensor& x, const Tensor& y, F f) {
  const auto type = c10::CppTypeToScalarType<T>::value;
  const auto both = at::broadcast_tensors({x, y});
  const Tensor a = both[0].to(type).contiguous(), b = both[1].to(type).contiguous();
  Tensor c = at::empty_like(a);
  const T *left = a.const_data_ptr<T>(), *right = b.const_data_ptr<T>();
  T* out = c.mutable_data_ptr<T>();
  for (int64_t i = 0; i < c.numel(); ++i) out[i] = f(left[i], right[i]);
  return c;
}

Tensor powers(const Tensor& x, const Tensor& y) {
  const auto type = at::result_type(x, y);
  TORCH_CHECK(!c10::isComplexType(type), "portable kernels know no complex numbers");
  if (c10::isIntegralType(type, /*includeBool=*/true)) return paired<int64_t>(x, y, whole_power).to(type);
  return paired<double>(x, y, portable::pow).to(type);
}

Tensor power(const Tensor& any, const Scalar& exponent) {
  const auto type = at::result_type(any, exponent);
  const Tensor x = any.to(type);
  const double y = exponent.toDouble();
  if (c10::isIntegralType(type, /*includeBool=*/true))
    TORCH_CHECK(y >= 0, "Integers to negative integer powers are not allowed.");
  if (y == 0) return at::ones_like(x);
  if (y == 1) return x.clone();
  if (y == 2) return x * x;
  if (y == 3) return x * x * x;
  if (y == -1) return at::reciprocal(x);
  if (y == -2) return at::reciprocal(x * x);
  if (y == 0.5) return mapped(x, square_root);
  if (y == -0.5) return mapped(x, inverse_root);
  return powers(x, at::scalar_tensor(exponent, at::kDouble).to(type));
}

Tensor polygamma(int64_t n, const Tensor& x) {
  TORCH_CHECK(n >= 0 && n <= 100, "polygamma: portable kernels know orders from 0 to 100, not ", n);
  return mapped(x, [n](double at) { return portable::polygamma(n, at); });
}

/// x ln y, 0 where x is 0.
Tensor x_log_y(const Tensor& x, const Tensor& y) {
  const auto type = floating(at::empty({0}, at::result_type(x, y)));
  return paired<double>(x, y,
                        [](double a, double b) {
                          return std::isnan(b) ? b : a == 0 ? 0 : a * portable::log(b);
                        })
      .to(type);
}

Tensor log_add_exp(const Tensor& x, const Tensor& y) {
  const auto type = floating(at::empty({0}, at::result_type(x, y)));
  return paired<double>(x, y,
                        [](double a, double b) {
                          if (std::isinf(a) && a == b) return a;
                          return (a < b ? b : a) + portable::log1p(portable::exp(-std::abs(a - b)));
                        })
      .to(type);
}

Tensor& linspace(const Scalar& from, const Scalar& to, int64_t n, Tensor& out) {
  TORCH_CHECK(n >= 0, "number of steps must be non-negative");
  const double start = from.toDouble(), end = to.toDouble(), step = n > 1 ? (end - start) / (n - 1) : 0;
  Tensor all = at::empty({n}, at::kDouble);
  auto* x = all.mutable_data_ptr<double>();
  for (int64_t i = 0; i < n; ++i) x[i] = i < n / 2 || n == 1 ? start + step * i : end - step * (n - 1 - i);
  at::native::resize_output(out, {n});
  return out.copy_(all);
}

/// What is computed in steps: of 16 bits, numbers are rounded after the last of them.
Tensor wide(const Tensor& x, const char* who) {
  TORCH_CHECK(!x.is_complex(), who, ": portable kernels know no complex numbers");
  TORCH_CHECK(x.is_floating_point(), who, ": numbers must be real, not ", x.dtype());
  return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

// Sums, in float64 and in one order.

struct Reduced {
  Tensor rows;                 // [result…, reduced numbers], dense
  std::vector<int64_t> shape;  // of the result
};

/// No axes mean all of them.
std::bitset<at::dim_bitset_size> reduced_axes(const Tensor& x, Dims dims) {
  return dims && !dims->empty() ? at::dim_list_to_bitset(*dims, static_cast<size_t>(x.dim()))
                                : std::bitset<at::dim_bitset_size>().set();
}

Reduced reduced(const Tensor& x, Dims dims, bool keep) {
  const int64_t n = x.dim();
  const auto gone = reduced_axes(x, dims);
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
  return {x.permute(order).reshape(kept).contiguous(), shape};
}

Tensor sum_over(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> given) {
  TORCH_CHECK(!x.is_complex(), "portable kernels know no complex numbers");
  const ScalarType type = given ? *given : x.is_floating_point() ? x.scalar_type() : at::kLong;
  const bool whole = c10::isIntegralType(type, /*includeBool=*/true);
  const Reduced r = reduced(x.to(whole                 ? at::kLong
                                 : type == at::kDouble ? at::kDouble
                                                       : at::kFloat),
                            dims, keep);
  const int64_t n = r.rows.size(-1);
  Tensor out = at::empty(r.shape, r.rows.options());
  if (whole) {  // exact in any order
    const auto* from = r.rows.const_data_ptr<int64_t>();
    auto* to = out.mutable_data_ptr<int64_t>();
    for (int64_t i = 0; i < out.numel(); ++i, from += n) to[i] = std::accumulate(from, from + n, int64_t{0});
  } else {
    const at::AutoDispatchBelowAutograd plain;
    out.copy_(lane_sum(r.rows.reshape({out.numel(), n})).view(r.shape));
  }
  return out.to(type);
}

Tensor mean_over(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> given) {
  const ScalarType type = given.value_or(x.scalar_type());
  TORCH_CHECK(c10::isFloatingType(type),
              "mean(): could not infer output dtype. Input dtype must be a floating point dtype");
  const Tensor total = sum_over(x, dims, keep, type == at::kDouble ? at::kDouble : at::kFloat);
  const int64_t n = total.numel() == 0 ? 0 : x.numel() / total.numel();
  return (total / static_cast<double>(n)).to(type);
}

/// A sum into a tensor is one of its type.
Tensor& sum_into(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> type, Tensor& out) {
  return put(out, sum_over(x, dims, keep, type.value_or(out.scalar_type())));
}
Tensor& mean_into(const Tensor& x, Dims dims, bool keep, std::optional<ScalarType> type, Tensor& out) {
  return put(out, mean_over(x, dims, keep, type.value_or(out.scalar_type())));
}

Tensor sum_of_all(const Tensor& x, std::optional<ScalarType> type) {
  return sum_over(x, std::nullopt, false, type);
}
Tensor mean_of_all(const Tensor& x, std::optional<ScalarType> type) {
  return mean_over(x, std::nullopt, false, type);
}

/// The first number of each reduced row, as it lies in x.
Tensor first_of(const Tensor& x, Dims dims) {
  const auto gone = reduced_axes(x, dims);
  Tensor first = x;
  for (int64_t d = 0; d < x.dim(); ++d)
    if (gone[static_cast<size_t>(d)]) first = first.narrow(d, 0, 1);
  return first;
}

Tensor variance(const Tensor& x, Dims dims, const std::optional<Scalar>& correction, bool keep) {
  Tensor away = wide(x, "var");
  // From one of them: a mean is rounded, and equal numbers have no variance.
  if (x.numel() > 0) away = away - first_of(away, dims);
  away = away - mean_over(away, dims, true, std::nullopt);
  const Tensor squares = sum_over(away * away, dims, keep, std::nullopt);
  const int64_t n = squares.numel() == 0 ? 0 : x.numel() / squares.numel();
  return (squares / std::max(0.0, static_cast<double>(n) - (correction ? correction->toDouble() : 1.0)))
      .to(x.scalar_type());
}

Tensor deviation(const Tensor& x, Dims dims, const std::optional<Scalar>& correction, bool keep) {
  return variance(wide(x, "std"), dims, correction, keep).sqrt().to(x.scalar_type());
}

Tensor norm_over(const Tensor& x_any, const Scalar& order, Dims dims, bool keep,
                 std::optional<ScalarType> type) {
  const ScalarType result = type.value_or(x_any.scalar_type());
  const Tensor x = wide(x_any.to(result), "norm").abs();
  const double p = order.toDouble();
  const std::vector<int64_t> all = dims ? dims->vec() : std::vector<int64_t>();
  if (p == std::numeric_limits<double>::infinity()) return x.amax(all, keep).to(result);
  if (p == -std::numeric_limits<double>::infinity()) return x.amin(all, keep).to(result);
  if (p == 0) return sum_over((x != 0).to(x.scalar_type()), dims, keep, std::nullopt).to(result);
  if (p == 1) return sum_over(x, dims, keep, std::nullopt).to(result);
  return power(sum_over(power(x, p), dims, keep, std::nullopt), 1 / p).to(result);
}

// Products.

void check_operands(const char* name, const Tensor& a, int64_t a_dim, const Tensor& b, int64_t b_dim) {
  TORCH_CHECK(a.dim() == a_dim && b.dim() == b_dim, name, ": ", a.sizes(), " and ", b.sizes(), " are not of ",
              a_dim, " and ", b_dim, " dimensions");
  TORCH_CHECK(a.scalar_type() == b.scalar_type(), name, ": ", a.scalar_type(), " and ", b.scalar_type(),
              " are not of one type");
}

Tensor of_lanes(const Tensor& a, const Tensor& b) {
  TORCH_CHECK(!a.is_complex(), "matmul: portable kernels know no complex numbers");
  TORCH_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1), "matmul: ", a.sizes(), " and ", b.sizes(),
              " do not fit");
  if (!a.is_floating_point())  // exact in any order
    return (a.unsqueeze(3) * b.unsqueeze(1)).sum(2).to(a.scalar_type());
  const at::AutoDispatchBelowAutograd plain;
  return saddle::matmul(wide(a, "matmul"), wide(b, "matmul")).to(a.scalar_type());
}
Tensor batched(const Tensor& a, const Tensor& b) {
  check_operands("bmm", a, 3, b, 3);
  return of_lanes(a, b);
}
Tensor product(const Tensor& a, const Tensor& b) {
  check_operands("mm", a, 2, b, 2);
  return of_lanes(a.unsqueeze(0), b.unsqueeze(0))[0];
}
Tensor of_vector(const Tensor& a, const Tensor& x) {
  check_operands("mv", a, 2, x, 1);
  return product(a, x.unsqueeze(1)).squeeze(1);
}
Tensor of_vectors(const Tensor& x, const Tensor& y) {
  check_operands("dot", x, 1, y, 1);
  return product(x.unsqueeze(0), y.unsqueeze(1)).squeeze();
}

Tensor added(const Tensor& c, const Tensor& ab, const Scalar& beta, const Scalar& alpha) {
  TORCH_CHECK(c.scalar_type() == ab.scalar_type() && at::is_expandable_to(c.sizes(), ab.sizes()),
              "addmm: ", c.dtype(), " ", c.sizes(), " can't be added to a product that is ", ab.dtype(), " ",
              ab.sizes());
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
  const Tensor all = wide(x, "softmax");
  if (x.numel() == 0) return at::empty_like(x);
  const Tensor e = (all - all.amax(dim, true)).exp();
  return (e / sum_over(e, dim, true, std::nullopt)).to(x.scalar_type());
}
Tensor log_softmax(const Tensor& x, int64_t dim, bool) {
  const Tensor all = wide(x, "log_softmax");
  if (x.numel() == 0) return at::empty_like(x);
  const Tensor away = all - all.amax(dim, true);
  return (away - sum_over(away.exp(), dim, true, std::nullopt).log()).to(x.scalar_type());
}
Tensor softmax_gradient(const Tensor& g_any, const Tensor& y_any, int64_t dim, ScalarType type) {
  const Tensor g = wide(g_any, "softmax"), y = wide(y_any, "softmax");
  return (y * (g - sum_over(g * y, dim, true, std::nullopt))).to(type);
}
Tensor log_softmax_gradient(const Tensor& g_any, const Tensor& y_any, int64_t dim, ScalarType type) {
  const Tensor g = wide(g_any, "log_softmax"), y = wide(y_any, "log_softmax");
  return (g - y.exp() * sum_over(g, dim, true, std::nullopt)).to(type);
}
Tensor tanh_gradient(const Tensor& g, const Tensor& y) { return g * (1 - y * y); }
Tensor sigmoid_gradient(const Tensor& g, const Tensor& y) { return g * (y * (1 - y)); }

/// An operator's other forms: into its first argument, and into a given tensor.
template <auto f>
struct Forms;
template <class First, class... Rest, Tensor (*f)(First, Rest...)>
struct Forms<f> {
  static Tensor& in_place(Tensor& x, Rest... rest) {
    const Tensor value = f(x, rest...);
    check_type(value, x);
    return x.copy_(value);
  }
  static Tensor& out(First first, Rest... rest, Tensor& result) { return put(result, f(first, rest...)); }
};

/// Of one with several results: into given tensors.
template <auto f>
struct ManyForms;
template <class... Results, class... Args, std::tuple<Results...> (*f)(Args...)>
struct ManyForms<f> {
  template <class>
  using Given = Tensor&;
  static std::tuple<Given<Results>...> out(Args... args, Given<Results>... given) {
    const auto values = f(args...);
    const std::tuple<Given<Results>...> results(given...);
    [&]<size_t... i>(std::index_sequence<i...>) { (put(std::get<i>(results), std::get<i>(values)), ...); }
    (std::index_sequence_for<Results...>());
    return results;
  }
};

/// Operators, and where their names are noted.
class Replaced {
 public:
  /// They are replaced as long as this lives, or only named.
  explicit Replaced(bool replaces) {
    if (replaces) library_.emplace(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
  }

  /// By f; its other forms by those names.
  template <auto f>
  void with(const std::string& name, const std::string& out = "", const std::string& in_place = "") {
    form(name, f);
    if (!out.empty()) form(out, &Forms<f>::out);
    if (!in_place.empty()) form(in_place, &Forms<f>::in_place);
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
  template <class F>
  void form(const std::string& name, F* f) {
    if (library_) library_->impl(name.c_str(), torch::CppFunction(f));
    names_.push_back("aten::" + name);
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::optional<torch::Library> library_;
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
  r.elementary<portable::digamma>("digamma");
  r.form("polygamma", &polygamma);
  r.form("polygamma.out", &Forms<&polygamma>::out);
  r.with<&x_log_y>("xlogy.Tensor", "xlogy.OutTensor", "xlogy_.Tensor");
  r.with<&log_add_exp>("logaddexp", "logaddexp.out");
  r.form("linspace.out", &linspace);
  r.elementary<square_root>("sqrt");
  r.elementary<inverse_root>("rsqrt");
  r.elementary<logistic>("sigmoid");
  r.with<&tanh_gradient>("tanh_backward", "tanh_backward.grad_input");
  r.with<&sigmoid_gradient>("sigmoid_backward", "sigmoid_backward.grad_input");
  r.with<&power>("pow.Tensor_Scalar", "pow.Tensor_Scalar_out", "pow_.Scalar");
  r.with<&powers>("pow.Tensor_Tensor", "pow.Tensor_Tensor_out", "pow_.Tensor");
}

void replace_reductions(Replaced& r) {
  r.with<&sum_of_all>("sum");
  r.with<&sum_over>("sum.dim_IntList");
  r.form("sum.IntList_out", &sum_into);
  r.with<&mean_of_all>("mean");
  r.with<&mean_over>("mean.dim");
  r.form("mean.out", &mean_into);
  r.with<&variance>("var.correction", "var.correction_out");
  r.with<&deviation>("std.correction", "std.correction_out");
  r.with<&norm_over>("linalg_vector_norm", "linalg_vector_norm.out");
  r.with<&softmax>("_softmax", "_softmax.out");
  r.with<&log_softmax>("_log_softmax", "_log_softmax.out");
  r.with<&softmax_gradient>("_softmax_backward_data", "_softmax_backward_data.out");
  r.with<&log_softmax_gradient>("_log_softmax_backward_data", "_log_softmax_backward_data.out");
}

void replace_products(Replaced& r) {
  r.product<&batched>("bmm", "baddbmm");
  r.product<&product>("mm", "addmm");
  r.product<&of_vector>("mv", "addmv");
  r.with<&of_vectors>("dot");
}

void replace_algebra(Replaced& r) {
  r.with<&algebra::eigvals>("_linalg_eigvals");
  r.form("linalg_eigvals.out", &Forms<&algebra::eigvals>::out);
  r.form("_linalg_eigh", &algebra::eigh);
  r.form("_linalg_eigh.eigenvalues", &ManyForms<&algebra::eigh>::out);
  r.form("_linalg_solve_ex", &algebra::solve_ex);
  r.form("_linalg_solve_ex.result", &ManyForms<&algebra::solve_ex>::out);
  r.with<&algebra::lu_solve>("linalg_lu_solve", "linalg_lu_solve.out");
  r.form("linalg_inv_ex", &algebra::inv_ex);
  r.form("linalg_inv_ex.inverse", &ManyForms<&algebra::inv_ex>::out);
}

Replaced all_of_them(bool replaces) {
  // Each would be warned of.
  c10::WarningUtils::WarningHandlerGuard quiet([] {
    struct Silent : c10::WarningHandler {
      void process(const c10::Warning&) override {}
    };
    static Silent silent;
    return &silent;
  }());
  Replaced all(replaces);
  replace_elementary(all);
  replace_reductions(all);
  replace_products(all);
  replace_algebra(all);
  return all;
}

}  // namespace

void use_portable_operators() { static const Replaced replaced = all_of_them(true); }
const std::vector<std::string>& portable_operators() {
  static const std::vector<std::string> names = all_of_them(false).names();
  return names;
}

}  // namespace saddle
