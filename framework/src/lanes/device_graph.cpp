#include "device_graph.hpp"

#ifdef SADDLE_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#endif

namespace saddle {

#ifdef SADDLE_CUDA_GRAPHS
namespace {

class CudaGraph final : public DeviceGraph {
 public:
  void begin() override { graph_.capture_begin(); }
  void end() override { graph_.capture_end(); }
  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

}  // namespace

MakeGraph graphs_of(const c10::Device& device) {
  if (!device.is_cuda()) return {};
  return [] { return std::make_unique<CudaGraph>(); };
}
#else
MakeGraph graphs_of(const c10::Device&) { return {}; }
#endif

}  // namespace saddle
