#include "device_graph.hpp"

#ifdef SADDLE_CUDA_GRAPHS
#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <torch/version.h>
#endif

namespace saddle {

#ifdef SADDLE_CUDA_GRAPHS
namespace {

// Memory that the graphs of one training compute in: they run one after the other, and leave their results
// outside.
class Pool {
 public:
  Pool() : id_(at::cuda::graph_pool_handle()) {}
  // What the graphs had would stay with this process, out of reach of others on the device.
  ~Pool() {
    try {
      c10::cuda::CUDACachingAllocator::emptyCache();
    } catch (const std::exception&) {  // an error of the device's shows at the next call
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  const at::MempoolId_t& id() const { return id_; }

 private:
  at::MempoolId_t id_;
};

class CudaGraph final : public DeviceGraph {
 public:
  explicit CudaGraph(std::shared_ptr<const Pool> pool) : pool_(std::move(pool)) {}
  void begin() override { graph_.capture_begin(pool_->id()); }
  void end() override {
    try {
      graph_.capture_end();
    } catch (const std::exception&) {
      abandon();
      throw;
    }
  }
  void replay() override { graph_.replay(); }

 private:
  // Before 2.14 LibTorch leaves its allocators in a capture that CUDA has ended: they would ask a graph that
  // is gone.
  void abandon() const noexcept {
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 14
    try {
      const auto device = c10::cuda::current_device();
      c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool_->id());
      c10::cuda::CUDACachingAllocator::releasePool(device, pool_->id());
      at::getHostAllocator(at::kCUDA)->end_allocate_to_pool(pool_->id());
    } catch (const std::exception&) {  // they had left it
    }
#endif
  }

  std::shared_ptr<const Pool> pool_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace

MakeGraph graphs_of(const c10::Device& device) {
  if (!device.is_cuda()) return {};
  // LibTorch gives up a pool with the last of its graphs: the next graph needs another.
  return [last = std::weak_ptr<const Pool>()]() mutable {
    auto pool = last.lock();
    if (!pool) last = pool = std::make_shared<const Pool>();
    return std::make_unique<CudaGraph>(pool);
  };
}
#else
MakeGraph graphs_of(const c10::Device&) { return {}; }
#endif

}  // namespace saddle
