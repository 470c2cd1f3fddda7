// A device that every machine has, for tests of what runs on GPUs. Its kernels are the CPU's, but to
// everybody else it is another device: its memory can't be read from the CPU (that ends the process),
// operands on the CPU are refused, and its graphs are captured as CUDA's are, without being done, on a stream
// that is not the default one, without transfers.
#pragma once
#include "lanes/device_graph.hpp"

namespace saddle::testing {

c10::Device fake_device();
MakeGraph fake_graphs();

}  // namespace saddle::testing
