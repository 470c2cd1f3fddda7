#include "lane_kernels.hpp"

#include "gemm.hpp"
#include "kernels.hpp"

namespace saddle {
namespace {

// What lane `lane` has of an operand, which may be missing.
template <class T>
T* of_lane(char* operand, int64_t lane, int64_t step) {
  return operand == nullptr ? nullptr : reinterpret_cast<T*>(operand) + lane * step;
}

template <class T>
struct GatedProducts {
  LaneProducts<T> product;

  void operator()(char* const* operands) const {
    const auto& [ta, tb, lanes, m, n, k, step_a, step_b] = product;
    for (int64_t lane = 0; lane < lanes; ++lane)
      gated_gemm(ta, tb, m, n, k, of_lane<const T>(operands[0], lane, step_a),
                 of_lane<const T>(operands[1], lane, step_b), of_lane<const T>(operands[2], lane, m * n),
                 of_lane<T>(operands[3], lane, m * n), of_lane<T>(operands[4], lane, n));
  }
};

template <class T>
std::optional<Recording::Kernel> joined(const Recording::Kernel& product, const Recording::Kernel& gate) {
  const auto* p = product.target<LaneProducts<T>>();
  const auto* g = gate.target<LaneGates<T>>();
  if (p == nullptr || g == nullptr || g->activation != Activation::relu) return std::nullopt;
  if (g->lanes != p->lanes || g->rows != p->m || g->columns != p->n) return std::nullopt;
  return GatedProducts<T>{*p};
}

}  // namespace

template <class T>
void LaneProducts<T>::operator()(char* const* operands) const {
  for (int64_t lane = 0; lane < lanes; ++lane)
    gemm(transpose_a, transpose_b, m, n, k, of_lane<const T>(operands[0], lane, step_a),
         of_lane<const T>(operands[1], lane, step_b), false, of_lane<T>(operands[2], lane, m * n));
}

template <class T>
void LaneGates<T>::operator()(char* const* operands) const {
  const int64_t n = rows * columns;
  for (int64_t lane = 0; lane < lanes; ++lane)
    kernels::activation_gradient(activation, of_lane<const T>(operands[0], lane, n),
                                 of_lane<const T>(operands[1], lane, n), of_lane<T>(operands[2], lane, n),
                                 of_lane<T>(operands[3], lane, columns), rows, columns);
}

template struct LaneProducts<float>;
template struct LaneProducts<double>;
template struct LaneGates<float>;
template struct LaneGates<double>;

std::optional<Recording::Kernel> gated_product(const Recording::Kernel& product,
                                               const Recording::Kernel& gate) {
  if (auto kernel = joined<float>(product, gate)) return kernel;
  return joined<double>(product, gate);
}

}  // namespace saddle
