// Recording: what one evaluation of a loss and its gradient does to numbers, so that a tape (tape.hpp) can do
// it again without autograd's graph, the dispatcher and the allocator, which cost small networks more than
// their arithmetic does.
//
// While a Recorder is current, every operator that reaches a backend passes through it, below autograd: the
// operators of a plugin, those of autograd's backward pass, and our own kernels, draws and batches, which
// report themselves. Only the values of parameters and state, of draws and of batches may differ from run to
// run. So a recording is refused, with a reason, where anything else could: where somebody reads a number
// that is computed
// (`.item()`, a data pointer: storages are locked), asks for the step, or draws from a generator of ATen's.
#pragma once
#include <ATen/core/ivalue.h>
#include <c10/core/Storage.h>
#include <torch/version.h>
#include <saddle/lanes.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tape.hpp"

// Before 2.12 a storage that is locked can't be unlocked: there, losses are evaluated at every step.
#define SADDLE_LOCKS_STORAGES \
  (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 12))

namespace saddle {

/// The first number of a tensor, whether it's locked or not.
char* raw_pointer(const Tensor& x);

class SADDLE_API Recorder {
 public:
  /// Pointers to a kernel's operands, in the order in which they were given.
  using Kernel = std::function<void(char* const* operands)>;

  /// `variables`: tensors whose values are others in every run. `step`: that of the draws now.
  Recorder(int64_t step, const std::vector<Tensor>& variables);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Of this thread; null where nobody records.
  static Recorder* current();

  /// Evaluates under this recorder. False where something can't be replayed: then `reason` says what, and
  /// what was evaluated is not to be used. Other exceptions end the recording likewise: evaluating again
  /// without a recorder tells whose they are.
  bool record(const std::function<void()>& evaluate);
  const std::string& reason() const { return reason_; }
  /// What `record` did, as a tape that leaves the value of each first tensor in the second.
  Tape tape(const std::vector<std::pair<Tensor, Tensor>>& results, Workspace& workspace);
  /// What the evaluation asked of the update's number: `due` was the answer to "is it a multiple of `every`".
  struct Condition {
    int64_t every;
    bool due;
  };
  const std::vector<Condition>& conditions() const { return conditions_; }

  // To be called by what is being recorded.

  /// Somebody does what a tape can't do.
  void refuse(std::string why);
  void assume(Condition condition) { conditions_.push_back(condition); }
  /// A kernel that has just run.
  void kernel(const std::vector<Tensor>& reads, const std::vector<Tensor>& writes, Kernel body);
  /// Numbers that have just been drawn at `step`: `again` draws those of another step.
  void drawn(const Tensor& numbers, int64_t step, std::function<void(int64_t step, char* to)> again);
  /// The same where the numbers depend on parameters.
  void drawn(const Tensor& parameters, const Tensor& numbers, int64_t step,
             std::function<void(int64_t step, const char* from, char* to)> again);
  /// Tensors that come from outside at each run. They are made unrecorded.
  using Made = std::vector<Tensor>;
  Made outside(std::function<Made(int64_t step)> make);
  /// The same where all that the step decides is what `make` draws, as of batches and latents: how they are
  /// made is recorded if it can be.
  Made made_of_draws(std::function<Made(int64_t step)> make);
  /// An operator of ATen's.
  void operate(const c10::OperatorHandle& op, c10::DispatchKeySet keys, std::vector<c10::IValue>* stack);

  /// While it lives, nothing is recorded.
  class Pause {
   public:
    Pause();
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    Recorder* paused_;
  };

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
  };
  struct Layout;

  /// Makes them under this recording, and takes the recording back where it can't be repeated.
  std::optional<Made> recorded(const std::function<Made(int64_t step)>& make);
  size_t memory_of(const Tensor& x, Role role_of_new = Role::constant);
  void add(const std::vector<const Tensor*>& reads, const std::vector<const Tensor*>& writes, bool repeats,
           std::function<Tape::Call(const Places&)> place);
  void write(const Tensor& x);
  void lock(const Memory& memory) const;
  void unlock(const Memory& memory) const;
  void unlock_all() const;
  void fold_constants();
  void drop_unused(const std::vector<size_t>& results);

  int64_t step_;
  std::string reason_;
  std::vector<Memory> memories_;
  std::unordered_map<const c10::StorageImpl*, size_t> known_;
  std::vector<Instruction> instructions_;
  std::vector<Condition> conditions_;
};

/// Runs body(pointers) now, and at every replay of what is being recorded. The pointers are those of `reads`,
/// then those of `writes`, whose tensors are written whole.
template <class Body>
void run_kernel(std::initializer_list<const Tensor*> reads, std::initializer_list<const Tensor*> writes,
                Body body) {
  char* pointers[8];
  size_t n = 0;
  for (const auto* list : {&reads, &writes})
    for (const Tensor* x : *list) pointers[n++] = x->defined() ? raw_pointer(*x) : nullptr;
  body(static_cast<char* const*>(pointers));
  if (Recorder* recorder = Recorder::current()) {
    std::vector<Tensor> read, written;
    for (const Tensor* x : reads) read.push_back(*x);
    for (const Tensor* x : writes) written.push_back(*x);
    recorder->kernel(read, written, body);
  }
}

}  // namespace saddle
