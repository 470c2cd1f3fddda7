// A recording: somebody evaluates a loss and its gradient in this thread to have it done again at later
// steps, on the CPU as a tape (recorder.hpp), elsewhere as a graph of the device (graph_recorder.hpp).
// Operators that reach a backend pass through it, below autograd; kernels, draws and batches report
// themselves to it. It is refused, with a reason, where a later step could do anything else.
#pragma once
#include <ATen/core/dispatch/Dispatcher.h>
#include <saddle/lanes.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace saddle {

/// Does an operator of ATen's by `op.redispatchBoxed(keys, stack)`.
using WatchedOperator = std::function<void(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                                           std::vector<c10::IValue>* stack)>;
/// Calls work(), and instead of each of ATen's operators that reaches a backend in this thread, unless
/// recorded, operate.
SADDLE_API void watch_operators(const WatchedOperator& operate, const std::function<void()>& work);

class SADDLE_API Recording {
 public:
  /// Pointers to a kernel's operands, in the order in which they were given.
  using Kernel = std::function<void(char* const* operands)>;

  /// `step`: that of the draws now.
  explicit Recording(int64_t step) : step_(step) {}
  virtual ~Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// Of this thread; null where nobody records.
  static Recording* current();

  int64_t step() const { return step_; }
  /// Why it can't be done again; empty where it can.
  const std::string& reason() const { return reason_; }
  /// What the evaluation asked of the update's number: `due` was the answer to "is it a multiple of `every`".
  struct Condition {
    int64_t every;
    bool due;
  };
  const std::vector<Condition>& conditions() const { return conditions_; }

  // To be called by what is being recorded.

  /// Somebody does what can't be done again.
  void refuse(std::string why);
  void assume(Condition condition) { conditions_.push_back(condition); }
  /// A kernel of ours that has just run on the CPU.
  virtual void kernel(const std::vector<Tensor>& reads, const std::vector<Tensor>& writes, Kernel body) = 0;
  /// Numbers that have just been drawn on the CPU at `step`: `again` draws those of another step.
  virtual void drawn(const Tensor& numbers, int64_t step,
                     std::function<void(int64_t step, char* to)> again) = 0;
  /// The same where the numbers depend on parameters.
  virtual void drawn(const Tensor& parameters, const Tensor& numbers, int64_t step,
                     std::function<void(int64_t step, const char* from, char* to)> again) = 0;
  /// Tensors that come from outside at each run, made on the CPU. They are made unrecorded.
  using Made = std::vector<Tensor>;
  virtual Made outside(std::function<Made(int64_t step)> make) = 0;
  /// The same where all that the step decides is what `make` draws, as of batches and latents: how they are
  /// made is recorded if it can be.
  virtual Made made_of_draws(std::function<Made(int64_t step)> make) = 0;

 protected:
  /// An operator of ATen's, to be done by `op.redispatchBoxed(keys, stack)`.
  virtual void operate(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                       std::vector<c10::IValue>* stack) = 0;

  struct Refused : std::exception {};
  /// Calls evaluate() as the current recording of this thread, all operators passing through `operate`.
  /// Exceptions refuse: evaluating again without a recording tells whose they are.
  void evaluate_under(const std::function<void()>& evaluate);
  /// Does an operator whose own parts are not to be recorded beside it.
  static void whole(const c10::OperatorHandle& op, c10::DispatchKeySet keys, std::vector<c10::IValue>* stack);
  /// Calls make() unrecorded.
  static Made unrecorded(const std::function<Made()>& make);
  void forget_reason() { reason_.clear(); }
  std::vector<Condition>& assumed() { return conditions_; }

 private:
  friend void watch_operators(const WatchedOperator& operate, const std::function<void()>& work);
  static void pass_through(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                           std::vector<c10::IValue>* stack);
  static void route_operators();

  int64_t step_;
  std::string reason_;
  std::vector<Condition> conditions_;
};

/// Why an operator can't be done again whatever its numbers are by then; empty if it can.
std::string why_not_again(const c10::OperatorHandle& op);

/// f of every tensor in an operator's argument or result.
template <class F>
void each_tensor(const c10::IValue& value, F&& f) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) f(value.toTensor());
  } else if (value.isList()) {
    for (const c10::IValue& one : value.toListRef()) each_tensor(one, f);
  }
}

/// The same argument with f of every tensor in it.
template <class F>
c10::IValue map_tensors(const c10::IValue& value, F&& f) {
  if (value.isTensor()) return f(value.toTensor());
  if (value.isTensorList()) {
    c10::List<Tensor> list;
    for (const Tensor& x : value.toTensorVector()) list.push_back(f(x));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<Tensor>> list;
    for (const std::optional<Tensor>& x : value.toOptionalTensorVector())
      list.push_back(x ? std::optional<Tensor>(f(*x)) : std::nullopt);
    return list;
  }
  return value;
}

/// What make(step) makes on the CPU, on a device: a recording gets it anew at each run.
SADDLE_API Recording::Made brought_to(const at::Device& device, int64_t step,
                                      const std::function<Recording::Made(int64_t step)>& make);
/// Throws where what comes from outside is of another shape or type than at first.
void check_as_before(const Tensor& now, const Tensor& before);

/// The first number of a tensor, whether it's locked or not.
char* raw_pointer(const Tensor& x);

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
  if (Recording* recording = Recording::current()) {
    std::vector<Tensor> read, written;
    for (const Tensor* x : reads) read.push_back(*x);
    for (const Tensor* x : writes) written.push_back(*x);
    recording->kernel(read, written, body);
  }
}

}  // namespace saddle
