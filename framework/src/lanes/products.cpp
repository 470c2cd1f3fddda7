#include "products.hpp"

#include <array>
#include <cstddef>

namespace saddle::products {
namespace {

std::array<const Loops*, 4> find() {
  std::array<const Loops*, 4> found{};
  size_t count = 0;
#if defined(__x86_64__)
  const bool has_256 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has_256 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    found[count++] = &loops_512();
  if (has_256) found[count++] = &loops_256();
#endif
  found[count] = &loops_any();
  return found;
}

}  // namespace

const Loops* const* loops_here() {
  static const std::array<const Loops*, 4> found = find();
  return found.data();
}

}  // namespace saddle::products
