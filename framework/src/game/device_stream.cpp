#include "game/device_stream.hpp"

#include <c10/core/AutogradState.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <unordered_map>

namespace saddle {
namespace {

c10::AutogradState& autograd() { return c10::AutogradState::get_tls_state(); }

// One a thread: memory that was freed is used again on its stream alone.
c10::Stream stream_of(const c10::Device& device) {
  static thread_local std::unordered_map<c10::Device, c10::Stream> streams;
  const auto found = streams.find(device);
  if (found != streams.end()) return found->second;
  const c10::impl::VirtualGuardImpl impl(device.type());
  return streams.emplace(device, impl.getStreamFromGlobalPool(device)).first->second;
}

}  // namespace

// What was put on the stream before is done first: parameters and optimizers' memories.
DeviceStream::DeviceStream(c10::Device device) : threads_(autograd().get_multithreading_enabled()) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl impl(device.type());
  if (!device.has_index()) device = impl.getDevice();
  impl.synchronizeDevice(device.index());
  stream_.emplace(stream_of(device));
  autograd().set_multithreading_enabled(false);
}

DeviceStream::~DeviceStream() {
  if (!stream_) return;
  autograd().set_multithreading_enabled(threads_);
  try {
    stream_->current_stream().synchronize();
  } catch (const std::exception&) {  // an error of the device's shows at the next call
  }
}

}  // namespace saddle
