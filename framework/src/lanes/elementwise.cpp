#include "elementwise.hpp"

#include <ATen/ATen.h>
#include <saddle/vectorize.hpp>

#include <algorithm>
#include <array>

namespace saddle {
namespace {

constexpr size_t most_inputs = 3;

// Only what has one right result is here. (ATen's sqrt is MKL's, which is not always rounded correctly.)

// A loop over n elements; steps in elements: 0 or 1 for what the compiler vectorises, anything for the rest.
template <class T>
using Loop = void (*)(int64_t n, const char* const* in, const int64_t* steps, T* out, int64_t out_step);

// Loops over one, two or three inputs of type T. Written thrice: with all inputs dense, with one of two
// constant, and with any steps.
#define SADDLE_BINARY(name, T, expression)                                                             \
  static SADDLE_VECTORIZE void name##_both(int64_t n, const T* a, const T* b, T* out) {                \
    for (int64_t i = 0; i < n; ++i) {                                                                  \
      const T x = a[i], y = b[i];                                                                      \
      out[i] = expression;                                                                             \
    }                                                                                                  \
  }                                                                                                    \
  static SADDLE_VECTORIZE void name##_left(int64_t n, const T* a, T y, T* out) {                       \
    for (int64_t i = 0; i < n; ++i) {                                                                  \
      const T x = a[i];                                                                                \
      out[i] = expression;                                                                             \
    }                                                                                                  \
  }                                                                                                    \
  static SADDLE_VECTORIZE void name##_right(int64_t n, T x, const T* b, T* out) {                      \
    for (int64_t i = 0; i < n; ++i) {                                                                  \
      const T y = b[i];                                                                                \
      out[i] = expression;                                                                             \
    }                                                                                                  \
  }                                                                                                    \
  static void name(int64_t n, const char* const* in, const int64_t* steps, T* out, int64_t out_step) { \
    const T* a = reinterpret_cast<const T*>(in[0]);                                                    \
    const T* b = reinterpret_cast<const T*>(in[1]);                                                    \
    if (out_step == 1 && steps[0] == 1 && steps[1] == 1) return name##_both(n, a, b, out);             \
    if (out_step == 1 && steps[0] == 1 && steps[1] == 0) return name##_left(n, a, *b, out);            \
    if (out_step == 1 && steps[0] == 0 && steps[1] == 1) return name##_right(n, *a, b, out);           \
    for (int64_t i = 0; i < n; ++i) {                                                                  \
      const T x = a[i * steps[0]], y = b[i * steps[1]];                                                \
      out[i * out_step] = expression;                                                                  \
    }                                                                                                  \
  }
#define SADDLE_UNARY(name, T, expression)                                                              \
  static SADDLE_VECTORIZE void name##_dense(int64_t n, const T* a, T* out) {                           \
    for (int64_t i = 0; i < n; ++i) {                                                                  \
      const T x = a[i];                                                                                \
      out[i] = expression;                                                                             \
    }                                                                                                  \
  }                                                                                                    \
  static void name(int64_t n, const char* const* in, const int64_t* steps, T* out, int64_t out_step) { \
    const T* a = reinterpret_cast<const T*>(in[0]);                                                    \
    if (out_step == 1 && steps[0] == 1) return name##_dense(n, a, out);                                \
    for (int64_t i = 0; i < n; ++i) {                                                                  \
      const T x = a[i * steps[0]];                                                                     \
      out[i * out_step] = expression;                                                                  \
    }                                                                                                  \
  }
// Of bytes (a condition) and two numbers.
#define SADDLE_WHERE(name, T)                                                                          \
  static SADDLE_VECTORIZE void name##_both(int64_t n, const char* c, const T* a, const T* b, T* out) { \
    for (int64_t i = 0; i < n; ++i) out[i] = c[i] != 0 ? a[i] : b[i];                                  \
  }                                                                                                    \
  static SADDLE_VECTORIZE void name##_left(int64_t n, const char* c, const T* a, T b, T* out) {        \
    for (int64_t i = 0; i < n; ++i) out[i] = c[i] != 0 ? a[i] : b;                                     \
  }                                                                                                    \
  static void name(int64_t n, const char* const* in, const int64_t* steps, T* out, int64_t out_step) { \
    const char* c = in[0];                                                                             \
    const T* a = reinterpret_cast<const T*>(in[1]);                                                    \
    const T* b = reinterpret_cast<const T*>(in[2]);                                                    \
    const bool dense = out_step == 1 && steps[0] == 1 && steps[1] == 1;                                \
    if (dense && steps[2] == 1) return name##_both(n, c, a, b, out);                                   \
    if (dense && steps[2] == 0) return name##_left(n, c, a, *b, out);                                  \
    for (int64_t i = 0; i < n; ++i)                                                                    \
      out[i * out_step] = c[i * steps[0]] != 0 ? a[i * steps[1]] : b[i * steps[2]];                    \
  }
#define SADDLE_LOOPS(T, suffix)          \
  SADDLE_BINARY(add_##suffix, T, x + y)  \
  SADDLE_BINARY(sub_##suffix, T, x - y)  \
  SADDLE_BINARY(mul_##suffix, T, x* y)   \
  SADDLE_BINARY(div_##suffix, T, x / y)  \
  SADDLE_UNARY(neg_##suffix, T, -x)      \
  SADDLE_UNARY(copy_##suffix, T, x)      \
  SADDLE_UNARY(square_##suffix, T, x* x) \
  SADDLE_WHERE(where_##suffix, T)
SADDLE_LOOPS(float, float)
SADDLE_LOOPS(double, double)

template <class T>
struct Loops;
template <>
struct Loops<float> {
  static constexpr Loop<float> add = add_float, sub = sub_float, mul = mul_float, div = div_float,
                               neg = neg_float, copy = copy_float, square = square_float, where = where_float;
};
template <>
struct Loops<double> {
  static constexpr Loop<double> add = add_double, sub = sub_double, mul = mul_double, div = div_double,
                                neg = neg_double, copy = copy_double, square = square_double,
                                where = where_double;
};

// How the operands of one operator lie: sizes and steps by axis, the last the fastest. Axes that every
// operand walks through in one go are one axis.
struct Walk {
  std::vector<int64_t> sizes;
  std::vector<std::array<int64_t, most_inputs + 1>> steps;  // by axis; the result's comes last

  Walk(const std::vector<Tensor>& inputs, const Tensor& result) {
    const int64_t dims = result.dim();
    for (int64_t d = 0; d < dims; ++d) {
      if (result.size(d) == 1) continue;
      std::array<int64_t, most_inputs + 1> step{};
      for (size_t i = 0; i < inputs.size(); ++i) {
        const int64_t own = d - (dims - inputs[i].dim());
        step[i] = own < 0 || inputs[i].size(own) == 1 ? 0 : inputs[i].stride(own);
      }
      step[inputs.size()] = result.stride(d);
      bool joins = !sizes.empty();
      for (size_t i = 0; joins && i <= inputs.size(); ++i)
        joins = steps.back()[i] == step[i] * result.size(d);
      if (joins) {
        sizes.back() *= result.size(d);
        steps.back() = step;
      } else {
        sizes.push_back(result.size(d));
        steps.push_back(step);
      }
    }
    if (sizes.empty()) {
      sizes.push_back(1);
      steps.push_back({});
    }
  }
};

template <class T>
void walk_axis(const Walk& w, size_t axis, size_t inputs, Loop<T> loop,
               std::array<const char*, most_inputs> in, const std::array<int64_t, most_inputs>& widths,
               T* out) {
  const auto& steps = w.steps[axis];
  if (axis + 1 == w.sizes.size()) return loop(w.sizes[axis], in.data(), steps.data(), out, steps[inputs]);
  for (int64_t i = 0; i < w.sizes[axis]; ++i) {
    walk_axis(w, axis + 1, inputs, loop, in, widths, out);
    for (size_t k = 0; k < inputs; ++k) in[k] += steps[k] * widths[k];
    out += steps[inputs];
  }
}

template <class T>
Tape::Call walk(Loop<T> loop, const std::vector<Tensor>& inputs, const Tensor& result) {
  std::array<const char*, most_inputs> in{};
  std::array<int64_t, most_inputs> widths{};
  for (size_t i = 0; i < inputs.size(); ++i) {
    in[i] = static_cast<const char*>(inputs[i].const_data_ptr());
    widths[i] = static_cast<int64_t>(inputs[i].element_size());
  }
  // The tensors themselves stay: an input may be a number of its own, which nobody else keeps.
  return [walk = Walk(inputs, result), loop, in, widths, inputs, count = inputs.size(),
          out = static_cast<T*>(result.mutable_data_ptr())](int64_t) {
    walk_axis(walk, 0, count, loop, in, widths, out);
  };
}

// Whether it is a number written in the source.
bool is_written_number(const Tensor& x) {
  return x.dim() == 0 && x.unsafeGetTensorImpl()->is_wrapped_number();
}

// An input in the result's type: itself, or a number written in the source, which has no axes.
std::optional<Tensor> as_type(const Tensor& x, const Tensor& result) {
  if (x.scalar_type() == result.scalar_type()) return x;
  if (!is_written_number(x)) return std::nullopt;
  return at::scalar_tensor(x.item(), result.options());
}

// An argument, which may be a number instead of a tensor.
Tensor operand(const c10::IValue& argument, const Tensor& result) {
  if (argument.isTensor()) return argument.toTensor();
  return at::scalar_tensor(argument.toScalar(), result.options());
}

bool is_number(const c10::IValue& scalar, double number) {
  return scalar.isScalar() && !scalar.toScalar().isComplex() && scalar.toScalar().toDouble() == number;
}

template <class T>
std::optional<Tape::Call> typed(std::string_view name, const std::vector<c10::IValue>& arguments,
                                const Tensor& result) {
  using L = Loops<T>;
  struct Entry {
    std::string_view name;
    Loop<T> loop;
    size_t inputs;
    bool scaled;  // has a third argument `alpha`, which has to be 1
  };
  static const std::array table{
      Entry{"aten::add.Tensor", L::add, 2, true},   Entry{"aten::add_.Tensor", L::add, 2, true},
      Entry{"aten::add.Scalar", L::add, 2, true},   Entry{"aten::sub.Tensor", L::sub, 2, true},
      Entry{"aten::sub_.Tensor", L::sub, 2, true},  Entry{"aten::sub.Scalar", L::sub, 2, true},
      Entry{"aten::mul.Tensor", L::mul, 2, false},  Entry{"aten::mul_.Tensor", L::mul, 2, false},
      Entry{"aten::mul.Scalar", L::mul, 2, false},  Entry{"aten::div.Tensor", L::div, 2, false},
      Entry{"aten::div_.Tensor", L::div, 2, false}, Entry{"aten::div.Scalar", L::div, 2, false},
      Entry{"aten::neg", L::neg, 1, false},         Entry{"aten::clone", L::copy, 1, false},
  };
  const auto entry = std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.name == name; });
  std::vector<Tensor> inputs;
  Loop<T> loop = nullptr;
  if (entry != table.end()) {
    if (entry->scaled && !is_number(arguments[2], 1)) return std::nullopt;
    for (size_t i = 0; i < entry->inputs; ++i) inputs.push_back(operand(arguments[i], result));
    loop = entry->loop;
  } else if (name == "aten::copy_") {
    inputs = {arguments[1].toTensor()};
    loop = L::copy;
  } else if (name == "aten::pow.Tensor_Scalar" && is_number(arguments[1], 2)) {
    inputs = {arguments[0].toTensor()};  // ATen's is x · x
    loop = L::square;
  } else if (name == "aten::where.self") {
    inputs = {arguments[0].toTensor(), arguments[1].toTensor(), arguments[2].toTensor()};
    if (inputs[0].scalar_type() != at::kBool) return std::nullopt;
    loop = L::where;
  } else {
    return std::nullopt;
  }
  for (const Tensor& x : inputs)
    if (x.dim() > result.dim()) return std::nullopt;
  for (size_t i = name == "aten::where.self" ? 1 : 0; i < inputs.size(); ++i) {
    const auto fits = as_type(inputs[i], result);
    if (!fits) return std::nullopt;
    inputs[i] = *fits;
  }
  return walk(loop, inputs, result);
}

}  // namespace

std::optional<Tape::Call> elementwise(std::string_view name, const std::vector<c10::IValue>& arguments,
                                      const Tensor& result) {
  if (!result.is_non_overlapping_and_dense() && name != "aten::copy_") return std::nullopt;
  if (result.numel() == 0) return [](int64_t) {};
  if (result.scalar_type() == at::kFloat) return typed<float>(name, arguments, result);
  if (result.scalar_type() == at::kDouble) return typed<double>(name, arguments, result);
  return std::nullopt;
}

}  // namespace saddle
