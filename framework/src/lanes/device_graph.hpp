// Graphs of a device: launches of kernels that are captured once, and launched again at one go.
#pragma once
#include <c10/core/Device.h>
#include <saddle/export.hpp>

#include <functional>
#include <memory>

namespace saddle {

class SADDLE_API DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;
  /// What this thread launches on its current stream until `end` becomes the graph, and is not done
  /// meanwhile. Both throw where the device refuses.
  virtual void begin() = 0;
  virtual void end() = 0;
  /// Does it, on the current stream.
  virtual void replay() = 0;
};

using MakeGraph = std::function<std::unique_ptr<DeviceGraph>()>;

/// Graphs of one training on a device, which compute in the same memory. Empty where this build has none for
/// it.
SADDLE_API MakeGraph graphs_of(const c10::Device& device);

}  // namespace saddle
