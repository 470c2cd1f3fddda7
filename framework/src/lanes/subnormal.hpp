// Numbers too small for full precision (below 1.2e-38 in float32) cost a processor about a hundred times as
// much as others. They come up in training where a gradient has stayed at zero: an optimizer's mean of it
// halves at every step.
#pragma once
#include <ATen/Context.h>

namespace saddle {

/// While it lives, this thread's arithmetic takes such numbers for zero, and rounds to zero what would be
/// one: as XLA does. Without effect where the processor can't.
class FlushSubnormals {
 public:
  FlushSubnormals() { at::Context::setFlushDenormal(true); }
  ~FlushSubnormals() { at::Context::setFlushDenormal(false); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;
};

}  // namespace saddle
