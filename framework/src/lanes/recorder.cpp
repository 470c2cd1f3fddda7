#include "recorder.hpp"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ranges>
#include <string_view>

#include "lane_kernels.hpp"
#include "operators.hpp"

namespace saddle {
namespace {

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Allocate, and leave the content to others.
constexpr std::array<std::string_view, 5> allocating{"aten::empty", "aten::empty_like", "aten::empty_strided",
                                                     "aten::new_empty", "aten::new_empty_strided"};
// Take no more than the shape from their tensor.
constexpr std::array<std::string_view, 6> from_shape{"aten::zeros_like", "aten::ones_like", "aten::full_like",
                                                     "aten::new_zeros",  "aten::new_ones",  "aten::new_full"};
// Overwrite what they change without reading it.
constexpr std::array<std::string_view, 3> overwriting{"aten::copy_", "aten::fill_", "aten::zero_"};

std::vector<const Tensor*> pointers_to(const std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> pointers;
  for (const Tensor& x : tensors) pointers.push_back(&x);
  return pointers;
}

// The whole of what its storage holds.
bool covers_storage(const Tensor& x) {
  return x.storage_offset() == 0 && x.is_non_overlapping_and_dense() &&
         static_cast<size_t>(x.numel()) * x.element_size() >= x.storage().nbytes();
}

}  // namespace

// ---- What has to lie where
// ---------------------------------------------------------------------------------

// The first byte of every memory when the tape runs.
struct Recorder::Layout {
  std::vector<char*> base;
};

class Recorder::Places {
 public:
  Places(const Recorder& recorder, const Layout& layout) : recorder_(recorder), layout_(layout) {}

  char* pointer(const Tensor& x) const {
    if (!x.defined()) return nullptr;
    const auto found = recorder_.known_.find(x.storage().unsafeGetStorageImpl());
    char* base = layout_.base[found->second];
    return base + x.storage_offset() * static_cast<int64_t>(x.element_size());
  }
  /// The same tensor there, without its history.
  Tensor tensor(const Tensor& x) const {
    if (!x.defined()) return x;
    const auto found = recorder_.known_.find(x.storage().unsafeGetStorageImpl());
    if (recorder_.memories_[found->second].role == Role::constant)
      return x.unsafeGetTensorImpl()->is_wrapped_number() ? x : x.detach();
    return at::from_blob(pointer(x), x.sizes(), x.strides(), x.options().requires_grad(false));
  }
  c10::IValue value(const c10::IValue& value) const {
    return map_tensors(value, [this](const Tensor& x) { return tensor(x); });
  }

 private:
  const Recorder& recorder_;
  const Layout& layout_;
};

// ---- Recording
// ---------------------------------------------------------------------------------------------

Recorder::Recorder(int64_t step, const std::vector<Tensor>& variables) : Recording(step) {
  for (const Tensor& x : variables) memory_of(x, Role::variable);
}

Recorder::~Recorder() { unlock_all(); }

bool Recorder::record(const std::function<void()>& evaluate) {
#if SADDLE_LOCKS_STORAGES
  lock_all();
  evaluate_under(evaluate);
  unlock_all();
#else
  (void)evaluate;
  refuse("LibTorch before 2.12 can't tell who reads a computed number");
#endif
  return reason().empty();
}

// A locked storage throws where somebody takes its pointer.
void Recorder::lock(const Memory& memory) const {
#if SADDLE_LOCKS_STORAGES
  if (memory.role == Role::variable || memory.role == Role::temporary)
    memory.storage.unsafeGetStorageImpl()->release_data_and_set_meta_custom_data_ptr_error_msg_(
        "the numbers of a tensor are read or written past its operators");
#else
  (void)memory;
#endif
}
void Recorder::unlock(const Memory& memory) const {
#if SADDLE_LOCKS_STORAGES
  memory.storage.unsafeGetStorageImpl()->clear_data_ptr_access_error_msg_();
#else
  (void)memory;
#endif
}
void Recorder::lock_all() const {
  for (const Memory& memory : memories_) lock(memory);
}
void Recorder::unlock_all() const {
  for (const Memory& memory : memories_) unlock(memory);
}

size_t Recorder::memory_of(const Tensor& x, Role role_of_new) {
  const c10::StorageImpl* storage = x.storage().unsafeGetStorageImpl();
  const auto [found, is_new] = known_.try_emplace(storage, memories_.size());
  if (is_new) memories_.push_back({x.storage(), role_of_new});
  return found->second;
}

void Recorder::write(const Tensor& x) {
  Memory& memory = memories_[memory_of(x, Role::fresh)];
  const bool partly = !covers_storage(x) && memory.writers == 0;
  if (memory.role == Role::constant || (memory.role == Role::fresh && partly))
    return refuse("it changes in place what was there before");
  if (memory.role == Role::fresh) memory.role = Role::temporary;
  ++memory.writers;
  lock(memory);
}

void Recorder::add(const std::vector<const Tensor*>& reads, const std::vector<const Tensor*>& writes,
                   bool repeats, std::function<Tape::Call(const Places&)> place) {
  Instruction instruction;
  instruction.repeats = repeats;
  instruction.place = std::move(place);
  for (const Tensor* x : reads) {
    if (!x->defined()) continue;
    Memory& memory = memories_[memory_of(*x)];
    if (memory.role == Role::fresh) memory.role = Role::constant;  // filled by whoever allocated it
    instruction.reads.push_back(memory_of(*x));
  }
  for (const Tensor* x : writes) {
    if (!x->defined()) continue;
    write(*x);
    instruction.writes.push_back(memory_of(*x));
  }
  instructions_.push_back(std::move(instruction));
}

std::function<Tape::Call(const Recorder::Places&)> Recorder::placed(Kernel kernel,
                                                                    std::vector<Tensor> operands) {
  return [kernel = std::move(kernel), operands = std::move(operands)](const Places& places) -> Tape::Call {
    std::vector<char*> pointers;
    for (const Tensor& x : operands) pointers.push_back(places.pointer(x));
    return [pointers = std::move(pointers), kernel](int64_t) { kernel(pointers.data()); };
  };
}

void Recorder::kernel(const std::vector<Tensor>& reads, const std::vector<Tensor>& writes, Kernel body) {
  std::vector<Tensor> operands = reads;
  operands.insert(operands.end(), writes.begin(), writes.end());
  add(pointers_to(reads), pointers_to(writes), /*repeats=*/false, placed(body, operands));
  instructions_.back().kernel = std::move(body);
  instructions_.back().operands = std::move(operands);
}

void Recorder::drawn(const Tensor& numbers, int64_t step, std::function<void(int64_t step, char* to)> again) {
  drawn({}, numbers, step,
        [again = std::move(again)](int64_t now, const char*, char* to) { again(now, to); });
}

void Recorder::drawn(const Tensor& parameters, const Tensor& numbers, int64_t step,
                     std::function<void(int64_t step, const char* from, char* to)> again) {
  const bool other = step == this->step();  // numbers in every run
  add({&parameters}, {&numbers}, other, [=, again = std::move(again)](const Places& places) -> Tape::Call {
    return [=, from = places.pointer(parameters), to = places.pointer(numbers)](int64_t now) {
      again(other ? now : step, from, to);
    };
  });
}

std::optional<Recorder::Made> Recorder::recorded(const std::function<Made(int64_t step)>& make) {
  const auto memories = memories_;
  const auto known = known_;
  const auto conditions = assumed();
  const size_t instructions = instructions_.size();
  try {
    Made made = make(step());
    if (reason().empty()) return made;
  } catch (const std::exception&) {  // whose they are shows when it is made unrecorded
  }
  forget_reason();
  unlock_all();
  memories_ = memories;
  known_ = known;
  assumed() = conditions;
  instructions_.resize(instructions);
  lock_all();
  return std::nullopt;
}

Recorder::Made Recorder::made_of_draws(std::function<Made(int64_t step)> make) {
  if (auto made = recorded(make)) return std::move(*made);
  return outside(std::move(make));
}

Recorder::Made Recorder::outside(std::function<Made(int64_t step)> make) {
  struct Unlocked {
    explicit Unlocked(const Recorder& given) : recorder(given) { recorder.unlock_all(); }
    ~Unlocked() { recorder.lock_all(); }
    const Recorder& recorder;
  };
  const Made made = [&] {
    const Unlocked meanwhile(*this);
    return unrecorded([&] {
      Made all = make(step());
      // Copies of its own: a batch may be a view of the data themselves.
      for (Tensor& x : all)
        if (x.defined()) x = x.clone(at::MemoryFormat::Contiguous);
      return all;
    });
  }();
  add({}, pointers_to(made), /*repeats=*/true,
      [made, make = std::move(make)](const Places& places) -> Tape::Call {
        std::vector<std::pair<char*, size_t>> to;
        for (const Tensor& x : made) to.emplace_back(places.pointer(x), x.defined() ? x.nbytes() : 0);
        return [to = std::move(to), made, make](int64_t step) {
          const Made now = make(step);
          for (size_t i = 0; i < to.size(); ++i) {
            if (to[i].first == nullptr) continue;
            const Tensor x = now.at(i).contiguous();
            check_as_before(x, made[i]);
            std::memcpy(to[i].first, raw_pointer(x), to[i].second);
          }
        };
      });
  return made;
}

void Recorder::operate(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                       std::vector<c10::IValue>* stack) {
  const auto& schema = op.schema();
  if (std::string why = why_not_again(op); !why.empty()) {
    refuse(std::move(why));
    throw Refused();
  }
  const size_t count = schema.arguments().size();
  const std::vector<c10::IValue> arguments(stack->end() - static_cast<std::ptrdiff_t>(count), stack->end());
  std::vector<Tensor> read, changed;
  for (size_t i = 0; i < count; ++i) {
    const auto* alias = schema.arguments()[i].alias_info();
    const bool written = alias != nullptr && alias->isWrite();
    each_tensor(arguments[i], [&](const Tensor& x) {
      if (!x.has_storage() || !x.is_cpu()) refuse("a tensor that is not dense, or not on the CPU");
      if (!reason().empty()) throw Refused();
      if (written) changed.push_back(x);
      if (!written || !is_one_of(overwriting, schema.name())) read.push_back(x);
      unlock(memories_[memory_of(x)]);
    });
  }
  const auto lock_again = [&] {
    for (const auto* list : {&read, &changed})
      for (const Tensor& x : *list) lock(memories_[memory_of(x)]);
  };
  try {
    whole(op, keys, stack);
  } catch (...) {
    lock_again();
    throw;
  }
  lock_again();

  std::vector<Tensor> results;  // in storages of their own
  bool tensors_alone = true;
  for (size_t i = stack->size() - schema.returns().size(); i < stack->size(); ++i) {
    const c10::IValue& result = (*stack)[i];
    tensors_alone = tensors_alone && result.isTensor();
    each_tensor(result, [&](const Tensor& x) {
      if (!known_.contains(x.storage().unsafeGetStorageImpl())) results.push_back(x);
    });
  }
  if (results.empty() && changed.empty()) return;  // a view
  if (is_one_of(allocating, schema.name())) {
    for (const Tensor& x : results) memory_of(x, Role::fresh);
    return;
  }
  if (!tensors_alone && !results.empty()) return refuse(schema.name() + " returns more than tensors");
  if (is_one_of(from_shape, schema.name())) read.clear();
  std::vector<Tensor> written = changed;
  written.insert(written.end(), results.begin(), results.end());
  add(pointers_to(read), pointers_to(written), /*repeats=*/false,
      [op, arguments, results, in_place = !changed.empty()](const Places& places) -> Tape::Call {
        std::vector<c10::IValue> placed;
        for (const c10::IValue& argument : arguments) placed.push_back(places.value(argument));
        std::vector<Tensor> out;
        for (const Tensor& x : results) out.push_back(places.tensor(x));
        return replayed_operator(op, std::move(placed), std::move(out), in_place);
      });
}

// ---- Making a tape
// -----------------------------------------------------------------------------------------

// What is computed from constants alone, and is changed by nobody afterwards, is a constant.
void Recorder::fold_constants() {
  std::vector<Instruction> left;
  for (Instruction& instruction : instructions_) {
    const auto constant = [&](size_t m) { return memories_[m].role == Role::constant; };
    const auto once = [&](size_t m) {
      return memories_[m].role == Role::temporary && memories_[m].writers == 1;
    };
    const bool folds = !instruction.repeats &&
                       std::all_of(instruction.reads.begin(), instruction.reads.end(), constant) &&
                       std::all_of(instruction.writes.begin(), instruction.writes.end(), once);
    if (!folds) {
      left.push_back(std::move(instruction));
      continue;
    }
    for (const size_t m : instruction.writes) memories_[m].role = Role::constant;
  }
  instructions_ = std::move(left);
}

// What nobody reads, and what is no result, need not be computed.
void Recorder::drop_unused(const std::vector<size_t>& results) {
  std::vector<bool> needed(memories_.size(), false);
  for (const size_t m : results) needed[m] = true;
  std::vector<Instruction> left;
  for (Instruction& instruction : instructions_ | std::views::reverse) {
    const bool live = std::any_of(instruction.writes.begin(), instruction.writes.end(),
                                  [&](size_t m) { return needed[m] || memories_[m].role == Role::variable; });
    if (!live) continue;
    for (const size_t m : instruction.reads) needed[m] = true;
    left.push_back(std::move(instruction));
  }
  std::reverse(left.begin(), left.end());
  instructions_ = std::move(left);
}

// A product that nothing but a gate reads is computed where the gate is, in one pass. The product's own
// instruction is left to drop_unused.
void Recorder::join_gates(const std::vector<size_t>& results) {
  std::vector<size_t> readers(memories_.size(), 0);
  for (const Instruction& instruction : instructions_)
    for (const size_t m : instruction.reads) ++readers[m];
  for (const size_t m : results) ++readers[m];

  std::vector<size_t> written(memories_.size(), 0);  // after how many instructions, the last time
  for (size_t i = 0; i < instructions_.size(); ++i) {
    Instruction& gate = instructions_[i];
    const auto join = [&] {
      if (!gate.kernel || gate.operands.empty() || !gate.operands.front().defined()) return;
      const Tensor& between = gate.operands.front();
      const size_t m = memory_of(between), after = written[m];
      if (readers[m] != 1 || memories_[m].writers != 1 || after == 0 || !covers_storage(between)) return;
      const Instruction& product = instructions_[after - 1];
      auto both = gated_product(product.kernel, gate.kernel);
      const auto unchanged = [&](size_t read) { return written[read] < after; };
      if (!both || !std::all_of(product.reads.begin(), product.reads.end(), unchanged)) return;
      gate.reads.erase(std::find(gate.reads.begin(), gate.reads.end(), m));
      gate.reads.insert(gate.reads.end(), product.reads.begin(), product.reads.end());
      gate.operands.erase(gate.operands.begin());
      gate.operands.insert(gate.operands.begin(), product.operands.begin(), product.operands.end() - 1);
      gate.kernel = std::move(*both);
      gate.place = placed(gate.kernel, gate.operands);
    };
    join();
    for (const size_t m : gate.writes) written[m] = i + 1;
  }
}

namespace {

// Places intervals of time in as few bytes as first fit finds.
class Packing {
 public:
  /// Bytes that are used from instruction `first` to `last`, both included. Returns their offset.
  size_t place(size_t bytes, size_t first, size_t last) {
    bytes = (bytes + 63) / 64 * 64;
    std::vector<std::pair<size_t, size_t>> taken;  // of those that live at the same time
    for (const Block& block : blocks_)
      if (block.first <= last && first <= block.last)
        taken.emplace_back(block.from, block.from + block.bytes);
    std::sort(taken.begin(), taken.end());
    size_t at = 0;
    for (const auto& [from, to] : taken) {
      if (at + bytes <= from) break;
      at = std::max(at, to);
    }
    blocks_.push_back({at, bytes, first, last});
    size_ = std::max(size_, at + bytes);
    return at;
  }
  size_t size() const { return size_; }

 private:
  struct Block {
    size_t from, bytes, first, last;
  };
  std::vector<Block> blocks_;
  size_t size_ = 0;
};

}  // namespace

Tape Recorder::tape(const std::vector<std::pair<Tensor, Tensor>>& results, Workspace& workspace) {
  std::vector<size_t> wanted;
  for (const auto& [from, to] : results) wanted.push_back(memory_of(from));
  fold_constants();
  drop_unused(wanted);
  join_gates(wanted);
  drop_unused(wanted);

  Layout layout{std::vector<char*>(memories_.size(), nullptr)};
  for (size_t m = 0; m < memories_.size(); ++m)
    if (memories_[m].role != Role::temporary)
      layout.base[m] = static_cast<char*>(
          memories_[m].storage.unsafeGetStorageImpl()->_mutable_data_ptr_no_checks().get());

  // A result is computed where it is wanted, if it is a storage of its own.
  std::vector<size_t> copies;
  for (size_t i = 0; i < results.size(); ++i) {
    const auto& [from, to] = results[i];
    const bool own = memories_[wanted[i]].role == Role::temporary && layout.base[wanted[i]] == nullptr;
    const bool alike = covers_storage(from) && from.is_contiguous() && to.is_contiguous() &&
                       from.scalar_type() == to.scalar_type() &&
                       reinterpret_cast<uintptr_t>(raw_pointer(to)) % 64 == 0;
    if (own && alike)
      layout.base[wanted[i]] = raw_pointer(to);
    else
      copies.push_back(i);
  }

  constexpr size_t never = ~size_t{0};
  std::vector<std::pair<size_t, size_t>> lives(memories_.size(), {never, 0});
  for (size_t i = 0; i < instructions_.size(); ++i)
    for (const auto* list : {&instructions_[i].reads, &instructions_[i].writes})
      for (const size_t m : *list) lives[m] = {std::min(lives[m].first, i), std::max(lives[m].second, i)};
  for (const size_t i : copies) lives[wanted[i]].second = instructions_.size();
  Packing packing;
  std::vector<std::pair<size_t, size_t>> offsets;
  for (size_t m = 0; m < memories_.size(); ++m)
    if (layout.base[m] == nullptr && lives[m].first != never)
      offsets.emplace_back(m, packing.place(memories_[m].storage.nbytes(), lives[m].first, lives[m].second));
  auto memory = workspace.reserve(packing.size());
  for (const auto& [m, offset] : offsets) layout.base[m] = memory.get() + offset;

  const Places places(*this, layout);
  std::vector<Tape::Call> calls;
  for (const Instruction& instruction : instructions_) calls.push_back(instruction.place(places));
  for (const size_t i : copies)
    calls.emplace_back([from = places.tensor(results[i].first), to = results[i].second.detach()](int64_t) {
      at::Tensor(to).copy_(from);
    });
  std::vector<c10::Storage> kept;
  for (const Memory& m : memories_)
    if (m.role != Role::temporary) kept.push_back(m.storage);
  return {std::move(calls), std::move(kept), std::move(memory)};
}

}  // namespace saddle
