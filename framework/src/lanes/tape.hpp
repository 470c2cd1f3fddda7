// A tape: what a recording (recorder.hpp) did, ready to be done again. Every operand has its place in memory
// already; a run goes through a list of calls, in the order in which they were recorded (a product that its
// gate joins: where the gate was), with the same bits.
#pragma once
#include <c10/core/Storage.h>
#include <saddle/lanes.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace saddle {

/// Memory for what tapes compute on the way. Tapes that run one after the other share it.
class SADDLE_API Workspace {
 public:
  /// At least so many bytes, aligned to 64. Grows by a new block: tapes made before keep theirs.
  std::shared_ptr<char> reserve(size_t bytes);

 private:
  std::shared_ptr<char> block_;
  size_t size_ = 0;
};

class SADDLE_API Tape {
 public:
  /// `step`: what keys the streams of random numbers.
  using Call = std::function<void(int64_t step)>;

  Tape(std::vector<Call> calls, std::vector<c10::Storage> constants, std::shared_ptr<char> memory);
  void run(int64_t step) const;
  size_t calls() const { return calls_.size(); }

 private:
  std::vector<Call> calls_;
  std::vector<c10::Storage> constants_;
  std::shared_ptr<char> memory_;
};

}  // namespace saddle
