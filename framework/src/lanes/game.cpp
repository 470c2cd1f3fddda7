#include <saddle/game.hpp>

#include <ATen/ATen.h>

namespace saddle {
namespace {

template <class Function>
Field each(const Field& a, Function&& function) {
  Field result;
  result.reserve(a.size());
  for (size_t i = 0; i < a.size(); ++i) result.push_back(function(i));
  return result;
}

}  // namespace

Field operator+(const Field& a, const Field& b) {
  return each(a, [&](size_t i) { return a[i] + b[i]; });
}
Field operator-(const Field& a, const Field& b) {
  return each(a, [&](size_t i) { return a[i] - b[i]; });
}
Field operator*(const LaneReal& factor, const Field& a) {
  return each(a, [&](size_t i) { return factor * a[i]; });
}
Field operator*(double factor, const Field& a) {
  return each(a, [&](size_t i) { return a[i] * factor; });
}
Field copy(const Field& a) {
  return each(a, [&](size_t i) { return a[i].detach().clone(); });
}

Tensor dot(const Field& a, const Field& b) {
  Tensor sum;
  for (size_t i = 0; i < a.size(); ++i) {
    const Tensor one = lane_sum(a[i] * b[i]);
    sum = sum.defined() ? sum + one : one;
  }
  return sum;
}

}  // namespace saddle
