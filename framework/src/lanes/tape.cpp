#include "tape.hpp"

#include <ATen/core/LegacyTypeDispatch.h>

#include <new>

namespace saddle {

std::shared_ptr<char> Workspace::reserve(size_t bytes) {
  if (!block_ || bytes > size_) {
    constexpr std::align_val_t alignment{64};
    size_ = bytes;
    block_ = std::shared_ptr<char>(static_cast<char*>(::operator new(bytes, alignment)),
                                   [](char* p) { ::operator delete(p, alignment); });
  }
  return block_;
}

Tape::Tape(std::vector<Call> calls, std::vector<c10::Storage> constants, std::shared_ptr<char> memory)
    : calls_(std::move(calls)), constants_(std::move(constants)), memory_(std::move(memory)) {}

void Tape::run(int64_t step) const {
  const at::AutoDispatchBelowADInplaceOrView no_graph;
  for (const Call& call : calls_) call(step);
}

}  // namespace saddle
