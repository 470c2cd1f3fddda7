// Where a training's work on a device is put.
#pragma once
#include <c10/core/StreamGuard.h>

#include <optional>

namespace saddle {

/// While it lives, this thread's work on the device goes to the thread's own stream, in one order: graphs can
/// be captured there, and autograd goes backward in this thread. Nothing on the CPU.
class DeviceStream {
 public:
  explicit DeviceStream(c10::Device device);
  ~DeviceStream();
  DeviceStream(const DeviceStream&) = delete;
  DeviceStream& operator=(const DeviceStream&) = delete;

 private:
  std::optional<c10::StreamGuard> stream_;
  bool threads_;
};

}  // namespace saddle
