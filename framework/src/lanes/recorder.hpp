// A recording as a tape (tape.hpp): what one evaluation of a loss and its gradient does to numbers on the
// CPU, to be done again without autograd's graph, the dispatcher and the allocator, which cost small networks
// more than their arithmetic does.
//
// Only the values of parameters and state, of draws and of batches may differ from run to run. So it is
// refused, with a reason, where anything else could: where somebody reads a number that is computed
// (`.item()`, a data pointer: storages are locked), asks for the step, or draws from a generator of ATen's.
#pragma once
#include <ATen/core/ivalue.h>
#include <c10/core/Storage.h>
#include <torch/version.h>

#include <optional>
#include <unordered_map>

#include "recording.hpp"
#include "tape.hpp"

// Before 2.12 a storage that is locked can't be unlocked: there, losses are evaluated at every step.
#define SADDLE_LOCKS_STORAGES \
  (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 12))

namespace saddle {

class SADDLE_API Recorder final : public Recording {
 public:
  /// `variables`: tensors whose values are others in every run. `step`: that of the draws now.
  Recorder(int64_t step, const std::vector<Tensor>& variables);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Evaluates under this recorder. False where something can't be replayed: then `reason` says what, and
  /// what was evaluated is not to be used. Other exceptions end the recording likewise.
  bool record(const std::function<void()>& evaluate);
  /// What `record` did, as a tape that leaves the value of each first tensor in the second.
  Tape tape(const std::vector<std::pair<Tensor, Tensor>>& results, Workspace& workspace);

  void kernel(const std::vector<Tensor>& reads, const std::vector<Tensor>& writes, Kernel body) override;
  void drawn(const Tensor& numbers, int64_t step, std::function<void(int64_t step, char* to)> again) override;
  void drawn(const Tensor& parameters, const Tensor& numbers, int64_t step,
             std::function<void(int64_t step, const char* from, char* to)> again) override;
  Made outside(std::function<Made(int64_t step)> make) override;
  Made made_of_draws(std::function<Made(int64_t step)> make) override;

 protected:
  void operate(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
               std::vector<c10::IValue>* stack) override;

 private:
  enum class Role {
    constant,   // the same in every run
    variable,   // from outside, other numbers in every run
    fresh,      // allocated, with nothing or with constants in it
    temporary,  // computed
  };
  struct Memory {
    c10::Storage storage;
    Role role;
    int writers = 0;
  };
  // Where tensors lie when a tape runs.
  class Places;
  struct Instruction {
    std::vector<size_t> reads, writes;  // memories
    bool repeats = true;                // false: does the same in every run
    std::function<Tape::Call(const Places&)> place;
    // Of a kernel of ours: what it is called with.
    Kernel kernel;
    std::vector<Tensor> operands;
  };
  struct Layout;

  /// Makes them under this recording, and takes the recording back where it can't be repeated.
  std::optional<Made> recorded(const std::function<Made(int64_t step)>& make);
  size_t memory_of(const Tensor& x, Role role_of_new = Role::constant);
  static std::function<Tape::Call(const Places&)> placed(Kernel kernel, std::vector<Tensor> operands);
  void add(const std::vector<const Tensor*>& reads, const std::vector<const Tensor*>& writes, bool repeats,
           std::function<Tape::Call(const Places&)> place);
  void write(const Tensor& x);
  void lock(const Memory& memory) const;
  void unlock(const Memory& memory) const;
  void lock_all() const;
  void unlock_all() const;
  void fold_constants();
  void drop_unused(const std::vector<size_t>& results);
  void join_gates(const std::vector<size_t>& results);

  std::vector<Memory> memories_;
  std::unordered_map<const c10::StorageImpl*, size_t> known_;
  std::vector<Instruction> instructions_;
};

}  // namespace saddle
