// Convolutions. Value, both derivatives and all of theirs are partial derivatives of one trilinear form,
// Σ y·convolve(x, w): given two of x, w and y, a product with the rows that a window sees gives the third.
#include <saddle/layers.hpp>

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <memory>

#include "aligned.hpp"
#include "elsewhere.hpp"
#include "function.hpp"
#include "gemm.hpp"
#include "recording.hpp"
#include "sliding.hpp"

namespace saddle {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

enum class Operand { x, w, y };

// What autograd keeps of a convolution: the window and the image's size.
std::vector<int64_t> packed(const Window& w, const Extent& size) {
  std::vector<int64_t> numbers;
  for (const Extent& e : {w.kernel, w.stride, w.dilation, w.before, w.after, size})
    numbers.insert(numbers.end(), e.begin(), e.end());
  numbers.push_back(w.circular ? 1 : 0);
  return numbers;
}

std::pair<Window, Extent> unpacked(const std::vector<int64_t>& numbers) {
  Window w;
  Extent size{};
  size_t at = 0;
  for (Extent* e : {&w.kernel, &w.stride, &w.dilation, &w.before, &w.after, &size})
    for (int64_t& number : *e) number = numbers.at(at++);
  w.circular = numbers.at(at) != 0;
  return {w, size};
}

// Weights of a lane may lie in a buffer with others.
Tensor dense_weights(const Tensor& w) {
  return w.stride(2) == 1 && w.stride(1) == w.size(2) ? w : w.contiguous();
}

// Rows at a time: about what the second-level cache holds, whole registers of results. It depends on the
// shape alone, as the order of all sums does.
int64_t rows_at_a_time(int64_t seen) { return std::max<int64_t>(16, (int64_t{1} << 16) / seen / 16 * 16); }

// One lane's y = rows·w, x = adjoint of that, or w = rowsᵀ·y.
template <class T>
void contract_lane(Operand wanted, const Sliding& sliding, int64_t batch, int64_t outputs, const T* x,
                   const T* w, const T* y, T* result) {
  const int64_t seen = sliding.seen(), total = batch * sliding.places_of_sample();
  const int64_t block = std::min(rows_at_a_time(seen), total);
  const Aligned<T> rows(block * seen);
  if (wanted == Operand::x)
    std::fill_n(result, batch * sliding.size()[0] * sliding.size()[1] * sliding.channels(), T(0));
  if (wanted == Operand::w && total == 0) std::fill_n(result, seen * outputs, T(0));
  for (int64_t first = 0; first < total; first += block) {
    const int64_t count = std::min(block, total - first);
    switch (wanted) {
      case Operand::y:
        sliding.gather(x, rows.data, first, count);
        gemm(false, false, count, outputs, seen, rows.data, w, false, result + first * outputs);
        break;
      case Operand::x:
        gemm(false, true, count, seen, outputs, y + first * outputs, w, false, rows.data);
        sliding.scatter(rows.data, result, first, count);
        break;
      case Operand::w:
        sliding.gather(x, rows.data, first, count);
        gemm(true, false, seen, outputs, count, rows.data, y + first * outputs, first > 0, result);
        break;
    }
  }
}

// `a` and `b`: the two operands that are not wanted, in the order x, w, y.
Tensor contract_on_cpu(const Tensor& a_any, const Tensor& b_any, Operand wanted, const Window& window,
                       const Extent& size) {
  const Tensor a = wanted == Operand::w || wanted == Operand::y ? a_any.contiguous() : dense_weights(a_any);
  const Tensor b = wanted == Operand::y ? dense_weights(b_any) : b_any.contiguous();
  const Tensor& weights = wanted == Operand::x ? a : b;  // or y, whose last axis is the same
  const int64_t lanes = a.size(0), outputs = weights.size(-1), taps = window.kernel[0] * window.kernel[1];
  const int64_t batch = wanted == Operand::x ? b.size(1) : a.size(1);
  const int64_t channels = wanted == Operand::x ? a.size(1) / taps : a.size(4);
  const auto sliding = std::make_shared<const Sliding>(window, size, channels);
  const Extent& places = sliding->places();
  Tensor result = wanted == Operand::y ? at::empty({lanes, batch, places[0], places[1], outputs}, a.options())
                  : wanted == Operand::x ? at::empty({lanes, batch, size[0], size[1], channels}, a.options())
                                         : at::empty({lanes, sliding->seen(), outputs}, a.options());
  if (result.numel() == 0) return result;
  AT_DISPATCH_FLOATING_TYPES(a.scalar_type(), "convolve", [&] {
    run_kernel(
        {&a, &b}, {&result},
        [=, step_a = a.stride(0), step_b = b.stride(0), step = result.stride(0)](char* const* operands) {
          for (int64_t lane = 0; lane < lanes; ++lane) {
            const auto* of_a = reinterpret_cast<const scalar_t*>(operands[0]) + lane * step_a;
            const auto* of_b = reinterpret_cast<const scalar_t*>(operands[1]) + lane * step_b;
            auto* to = reinterpret_cast<scalar_t*>(operands[2]) + lane * step;
            contract_lane<scalar_t>(wanted, *sliding, batch, outputs, wanted == Operand::x ? nullptr : of_a,
                                    wanted == Operand::x   ? of_a
                                    : wanted == Operand::y ? of_b
                                                           : nullptr,
                                    wanted == Operand::y ? nullptr : of_b, to);
          }
        });
  });
  return result;
}

struct ContractFunction : LaneFunction<ContractFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& a, const Tensor& b, int64_t wanted,
                      const std::vector<int64_t>& numbers) {
    ctx->save_for_backward({b.requires_grad() ? a : Tensor(), a.requires_grad() ? b : Tensor()});
    ctx->saved_data["wanted"] = wanted;
    ctx->saved_data["numbers"] = numbers;
    const auto [window, size] = unpacked(numbers);
    return contract_on_cpu(a, b, static_cast<Operand>(wanted), window, size);
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& grads) {
    const auto saved = ctx->get_saved_variables();
    const auto wanted = static_cast<size_t>(ctx->saved_data["wanted"].toInt());
    const auto numbers = ctx->saved_data["numbers"].toIntVector();
    std::array<Tensor, 3> operands;
    std::array<size_t, 2> given{};
    for (size_t i = 0, next = 0; i < 3; ++i)
      if (i != wanted) given[next++] = i;
    operands[wanted] = grads[0];
    operands[given[0]] = saved[0];
    operands[given[1]] = saved[1];
    variable_list result(4);
    for (size_t i = 0; i < 2; ++i) {
      if (!ctx->needs_input_grad(i)) continue;
      std::vector<Tensor> others;
      for (size_t k = 0; k < 3; ++k)
        if (k != given[i]) others.push_back(operands[k]);
      result[i] = apply(others[0], others[1], static_cast<int64_t>(given[i]), numbers);
    }
    return result;
  }
};

// Every pixel of [lane, batch, h, w, c] as a block of pixels.
Tensor spread_blocks(const Tensor& x, int64_t lines, int64_t columns) {
  const auto s = x.sizes();
  return x.unsqueeze(3)
      .unsqueeze(5)
      .expand({s[0], s[1], s[2], lines, s[3], columns, s[4]})
      .reshape({s[0], s[1], s[2] * lines, s[3] * columns, s[4]});
}

// The sum of every block, one pixel after the other.
Tensor block_sums(const Tensor& x, int64_t lines, int64_t columns) {
  const auto s = x.sizes();
  const Tensor blocks = x.reshape({s[0], s[1], s[2] / lines, lines, s[3] / columns, columns, s[4]});
  Tensor sum;
  for (int64_t i = 0; i < lines; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      const Tensor one = blocks.select(3, i).select(4, j);
      sum = sum.defined() ? sum + one : one.clone(at::MemoryFormat::Contiguous);
    }
  return sum;
}

struct BlocksFunction : LaneFunction<BlocksFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x, int64_t lines, int64_t columns, bool spread) {
    ctx->saved_data["lines"] = lines;
    ctx->saved_data["columns"] = columns;
    ctx->saved_data["spread"] = spread;
    return spread ? spread_blocks(x, lines, columns) : block_sums(x, lines, columns);
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    return {apply(g[0], ctx->saved_data["lines"].toInt(), ctx->saved_data["columns"].toInt(),
                  !ctx->saved_data["spread"].toBool()),
            Variable(), Variable(), Variable()};
  }
};

}  // namespace

Tensor convolve(const Tensor& x, const Tensor& w, const Window& window) {
  const Extent size{x.size(2), x.size(3)};
  TORCH_CHECK(x.dim() == 5 && w.dim() == 3 && w.size(0) == x.size(0) &&
                  w.size(1) == window.kernel[0] * window.kernel[1] * x.size(4),
              "convolve: ", x.sizes(), " and ", w.sizes(), " do not fit");
  TORCH_CHECK(window.places(size)[0] > 0 && window.places(size)[1] > 0,
              "convolve: the window does not fit into ", x.sizes());
  if (!x.is_cpu()) return elsewhere::convolve(x, w, Sliding(window, size, x.size(4)));
  return ContractFunction::apply(x, w, static_cast<int64_t>(Operand::y), packed(window, size));
}

Tensor convolve_transposed(const Tensor& y, const Tensor& w, const Window& window, const Extent& size) {
  const Extent places = window.places(size);
  TORCH_CHECK(y.dim() == 5 && w.dim() == 3 && w.size(0) == y.size(0) && w.size(2) == y.size(4) &&
                  w.size(1) % (window.kernel[0] * window.kernel[1]) == 0,
              "convolve_transposed: ", y.sizes(), " and ", w.sizes(), " do not fit");
  TORCH_CHECK(places[0] == y.size(2) && places[1] == y.size(3), "convolve_transposed: on an image of ",
              size[0], " × ", size[1], " the window has ", places[0], " × ", places[1],
              " places, not those of ", y.sizes());
  if (!y.is_cpu())
    return elsewhere::convolve_transposed(
        y, w, Sliding(window, size, w.size(1) / (window.kernel[0] * window.kernel[1])));
  return ContractFunction::apply(w, y, static_cast<int64_t>(Operand::x), packed(window, size));
}

Tensor upsample_nearest(const Tensor& x, const Extent& factor) {
  return BlocksFunction::apply(x, factor[0], factor[1], true);
}

Tensor average_pool(const Tensor& x, const Extent& factor) {
  TORCH_CHECK(x.size(2) % factor[0] == 0 && x.size(3) % factor[1] == 0, "average_pool: ", x.sizes(),
              " does not split into blocks of ", factor[0], " × ", factor[1]);
  return BlocksFunction::apply(x, factor[0], factor[1], false) / static_cast<double>(factor[0] * factor[1]);
}

}  // namespace saddle
