// Operators whose last bits depend on the processor, with --kernels portable, too.
#pragma once
#include <functional>
#include <set>
#include <string>

namespace saddle::check {

/// Those of ATen's by which `work` computes real numbers, on the CPU in this thread: "aten::linalg_svd".
/// Neither exact nor replaced by portable ones.
std::set<std::string> processor_operators(const std::function<void()>& work);

}  // namespace saddle::check
