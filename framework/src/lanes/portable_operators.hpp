// ATen's operators whose last bits differ from processor to processor, done in a way that doesn't.
#pragma once
#include <saddle/export.hpp>

#include <string>
#include <vector>

namespace saddle {

/// From now on, everywhere in this process: elementary functions, powers, sums, means, variances, norms,
/// products, softmax, solvers and eigenvalues on the CPU. Slower than ATen's. For `--kernels portable`.
SADDLE_API void use_portable_operators();
/// Their names, with overloads, "aten::sum.dim_IntList", whether they are used or not.
SADDLE_API const std::vector<std::string>& portable_operators();

}  // namespace saddle
