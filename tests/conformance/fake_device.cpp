#include "conformance/fake_device.hpp"

#include <ATen/ATen.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>
#include <unistd.h>

#include <bit>
#include <map>
#include <mutex>

#include "lanes/recording.hpp"

namespace saddle::testing {
namespace {

using at::Tensor;
using Stack = std::vector<c10::IValue>;

constexpr auto type = at::kPrivateUse1;

// ---- Memory: mapped twice, where the device's tensors say that it lies, without any access, and for its
// kernels

class Memory final : public c10::Allocator {
 public:
  Memory() {
    const int file = memfd_create("fake device", 0);
    TORCH_CHECK(file >= 0 && ftruncate(file, size) == 0, "no memory for the fake device");
    outside_ = static_cast<char*>(mmap(nullptr, size, PROT_NONE, MAP_SHARED, file, 0));
    inside_ = static_cast<char*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    TORCH_CHECK(outside_ != MAP_FAILED && inside_ != MAP_FAILED, "no memory for the fake device");
    close(file);
  }
  c10::DataPtr allocate(size_t bytes) override {
    const size_t rounded = std::bit_ceil(std::max<size_t>(bytes, 64));
    const std::lock_guard lock(mutex_);
    auto& free = free_[rounded];
    char* p = outside_ + used_;
    if (!free.empty()) {
      p = free.back();
      free.pop_back();
    } else {
      used_ += rounded;
      TORCH_CHECK(used_ <= size, "the fake device is full");
    }
    std::memset(inside(p), 0xff, rounded);  // NaN, to whoever reads it before it is written
    return {p, new Block{p, rounded}, &Memory::give_back, c10::Device(type, 0)};
  }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    std::memcpy(inside(to), inside(from), bytes);
  }
  char* inside(const void* p) const {
    if (p == nullptr) return nullptr;  // of no numbers
    return inside_ + (static_cast<const char*>(p) - outside_);
  }

  static Memory& instance() {
    static Memory all;
    return all;
  }

 private:
  struct Block {
    char* p;
    size_t bytes;
  };
  static void give_back(void* context) {
    const std::unique_ptr<Block> block(static_cast<Block*>(context));
    std::memset(instance().inside(block->p), 0xff, block->bytes);
    const std::lock_guard lock(instance().mutex_);
    instance().free_[block->bytes].push_back(block->p);
  }

  static constexpr size_t size = size_t{4} << 30;  // touched where it is used
  char *outside_, *inside_;
  size_t used_ = 0;
  std::map<size_t, std::vector<char*>> free_;
  std::mutex mutex_;
};

/// What lies there, as a tensor on the CPU.
Tensor inside(const Tensor& x) {
  return at::from_blob(Memory::instance().inside(x.const_data_ptr()), x.sizes(), x.strides(),
                       x.options().device(at::kCPU).requires_grad(false));
}

bool is_here(const Tensor& x) { return x.defined() && x.device().type() == type; }

// ---- Graphs

class Graph final : public DeviceGraph {
 public:
  void begin() override;
  void end() override { capturing = nullptr; }
  void replay() override {
    for (const auto& call : calls_) call();
  }
  void add(std::function<void()> call) { calls_.push_back(std::move(call)); }
  /// What is allocated while it is captured stays with it.
  void keep(const Tensor& x) { kept_.push_back(x.storage()); }

  static thread_local Graph* capturing;

 private:
  std::vector<std::function<void()>> calls_;
  std::vector<c10::Storage> kept_;
};
thread_local Graph* Graph::capturing = nullptr;

void check_not_capturing(const char* what) {
  TORCH_CHECK(Graph::capturing == nullptr, "operation not permitted when stream is capturing: ", what);
}

// ---- Streams and devices

class Guard final : public c10::impl::DeviceGuardImplInterface {
 public:
  c10::DeviceType type() const override { return testing::type; }
  c10::Device exchangeDevice(c10::Device d) const override { return d; }
  c10::Device getDevice() const override { return {testing::type, 0}; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override { return stream(current); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream(0); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream(1); }
  c10::Stream exchangeStream(c10::Stream s) const override { return stream(std::exchange(current, s.id())); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void synchronizeStream(const c10::Stream&) const override { check_not_capturing("synchronize"); }
  void synchronizeDevice(const c10::DeviceIndex) const override { check_not_capturing("synchronize"); }
  void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}

  static thread_local c10::StreamId current;

 private:
  static c10::Stream stream(c10::StreamId id) {
    return c10::Stream(c10::Stream::UNSAFE, c10::Device(testing::type, 0), id);
  }
};
thread_local c10::StreamId Guard::current = 0;

void Graph::begin() {
  TORCH_CHECK(Guard::current != 0, "graphs must be captured on a non-default stream");
  calls_.clear();
  capturing = this;
}

class Hooks final : public at::PrivateUse1HooksInterface {
 public:
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::Allocator* getPinnedMemoryAllocator() const override { return at::getCPUAllocator(); }
};

// ---- Kernels

/// The same operands where the CPU's kernels can reach them: as they are, or as copies. What an operator
/// makes room in for its result, an empty one, is always another.
c10::IValue inside(const c10::IValue& value, bool written, bool copied) {
  const auto one = [&](const Tensor& x) {
    if (!is_here(x)) return x;
    if (written && x.numel() == 0) return at::empty_like(inside(x));
    return written && copied ? inside(x).clone() : inside(x);
  };
  if (value.isDevice() && value.toDevice().type() == type) return c10::Device(at::kCPU);
  return map_tensors(value, one);
}

/// The same places, which nobody keeps: a graph knows no more than addresses.
c10::IValue unheld(const c10::IValue& value) {
  const auto one = [](const Tensor& x) {
    if (!is_here(x)) return x;
    const c10::Storage& storage = x.storage();
    const c10::Storage address(c10::Storage::use_byte_size_t(), storage.nbytes(),
                               c10::DataPtr(storage.mutable_data(), x.device()));
    auto other = at::detail::make_tensor<c10::TensorImpl>(c10::Storage(address), x.key_set(), x.dtype());
    other.unsafeGetTensorImpl()->set_storage_offset(x.storage_offset());
    other.unsafeGetTensorImpl()->set_sizes_and_strides(x.sizes(), x.strides());
    return Tensor(std::move(other));
  };
  return map_tensors(value, one);
}

bool writes(const c10::Argument& a) { return a.alias_info() != nullptr && a.alias_info()->isWrite(); }

Stack all_inside(const c10::OperatorHandle& op, const Stack& arguments, bool copies_written) {
  Stack stack;
  for (size_t i = 0; i < arguments.size(); ++i)
    stack.push_back(inside(arguments[i], writes(op.schema().arguments()[i]), copies_written));
  return stack;
}

// Of the CPU's result, in a place of its own.
Tensor placed(const Tensor& x, bool with_numbers) {
  if (!x.defined()) return x;
  Tensor result = at::empty_strided(x.sizes(), x.strides(), x.options().device(type));
  if (with_numbers) inside(result).copy_(x);
  return result;
}

// `x`, for which there was no room yet, becomes the CPU's result.
void make_room(const Tensor& x, const Tensor& result, bool with_numbers) {
  const Tensor made = placed(result, with_numbers);
  x.unsafeGetTensorImpl()->set_storage_keep_dtype(made.storage());
  x.unsafeGetTensorImpl()->set_sizes_and_strides(made.sizes(), made.strides());
}

// Where CUDA's kernels take less than the CPU's.
void check_as_cuda_does(const c10::FunctionSchema& schema, const Stack& arguments) {
  if (schema.name() != "aten::_fused_sgd_") return;
  const auto buffers = static_cast<size_t>(*schema.argumentIndexWithName("momentum_buffer_list")),
             momentum = static_cast<size_t>(*schema.argumentIndexWithName("momentum"));
  TORCH_CHECK(arguments[buffers].toListRef().empty() || arguments[momentum].toDouble() > 0,
              "Check failed: momentum > 0");
}

void fallback(const c10::OperatorHandle& op, Stack* stack) {
  const auto& schema = op.schema();
  const auto count = static_cast<std::ptrdiff_t>(schema.arguments().size());
  const Stack arguments(stack->end() - count, stack->end());
  const bool indexes = schema.name().starts_with("aten::index") || schema.name().starts_with("aten::_index");
  const bool captures = Graph::capturing != nullptr;
  for (const c10::IValue& argument : arguments)
    each_tensor(argument, [&](const Tensor& x) {
      if (is_here(x)) return;
      TORCH_CHECK(x.dim() == 0 || (indexes && x.scalar_type() == at::kLong),
                  "expected all tensors to be on the same device: ", schema.name());
      // Those are copied to the device by CUDA's kernels.
      if (captures && (indexes || schema.name().starts_with("aten::where"))) check_not_capturing("a copy");
    });
  check_as_cuda_does(schema, arguments);
  const Stack operands = all_inside(op, arguments, captures);
  Stack results = operands;
  op.callBoxed(results);
  for (size_t i = 0; i < arguments.size(); ++i)
    if (writes(schema.arguments()[i]) && arguments[i].isTensor() && is_here(arguments[i].toTensor()) &&
        arguments[i].toTensor().numel() == 0 && operands[i].toTensor().numel() > 0)
      make_room(arguments[i].toTensor(), operands[i].toTensor(), !captures);

  // Changed arguments are returned themselves; the others get places.
  stack->erase(stack->end() - count, stack->end());
  Stack placed_results;
  for (size_t r = 0; r < results.size(); ++r) {
    const auto* alias = schema.returns()[r].alias_info();
    if (alias == nullptr) {
      placed_results.push_back(
          map_tensors(results[r], [&](const Tensor& x) { return placed(x, !captures); }));
      continue;
    }
    TORCH_CHECK(alias->isWrite(), "a view, for which the fake device has nothing: ", schema.name());
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto* of_argument = schema.arguments()[i].alias_info();
      if (of_argument != nullptr && of_argument->beforeSets() == alias->beforeSets())
        placed_results.push_back(arguments[i]);
    }
  }
  stack->insert(stack->end(), placed_results.begin(), placed_results.end());
  if (!captures) return;
  Stack operands_there, results_there;
  for (const c10::IValue& argument : arguments) operands_there.push_back(unheld(argument));
  for (const c10::IValue& result : placed_results) results_there.push_back(unheld(result));
  Graph::capturing->add([op, operands_there, results_there] {
    Stack again = all_inside(op, operands_there, false);
    op.callBoxed(again);
    for (size_t r = 0; r < again.size(); ++r) {
      if (op.schema().returns()[r].alias_info() != nullptr) continue;
      std::vector<Tensor> from, to;
      each_tensor(again[r], [&](const Tensor& x) { from.push_back(x); });
      each_tensor(results_there[r], [&](const Tensor& x) { to.push_back(x); });
      for (size_t i = 0; i < to.size(); ++i) inside(to[i]).copy_(from[i]);
    }
  });
}

// While a graph is captured nothing is written: an index that a kernel takes then is 0.
Tensor sound_while_captured(const Tensor& x) {
  if (Graph::capturing == nullptr) return x;
  Graph::capturing->keep(x);
  if (!x.is_floating_point()) inside(x).zero_();
  return x;
}

Tensor empty(c10::IntArrayRef size, std::optional<c10::ScalarType> dtype, std::optional<c10::Layout>,
             std::optional<c10::Device>, std::optional<bool>, std::optional<c10::MemoryFormat> format) {
  return sound_while_captured(at::detail::empty_generic(size, &Memory::instance(),
                                                        c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                                        c10::dtype_or_default(dtype), format));
}
Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<c10::ScalarType> dtype,
                     std::optional<c10::Layout>, std::optional<c10::Device>, std::optional<bool>) {
  return sound_while_captured(at::detail::empty_strided_generic(
      size, stride, &Memory::instance(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
      c10::dtype_or_default(dtype)));
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool) {
  if (is_here(from) && is_here(to)) {
    if (Graph::capturing != nullptr)
      Graph::capturing->add(
          [from = unheld(from).toTensor(), to = unheld(to).toTensor()] { inside(to).copy_(inside(from)); });
    else
      inside(to).copy_(inside(from));
    return to;
  }
  check_not_capturing("a copy between the CPU and the device");
  if (is_here(from))
    Tensor(to).copy_(inside(from));
  else
    inside(to).copy_(from);
  return to;
}

c10::Scalar number(const Tensor& x) {
  check_not_capturing("item");
  return inside(x).item();
}

Tensor as_strided(const Tensor& x, c10::IntArrayRef size, c10::IntArrayRef stride,
                  std::optional<int64_t> offset) {
  return at::native::as_strided_tensorimpl(x, size, stride, offset);
}
Tensor view(const Tensor& x, c10::IntArrayRef size) { return at::native::view(x, size); }
Tensor reshape_alias(const Tensor& x, c10::IntArrayRef size, c10::IntArrayRef stride) {
  return at::native::_reshape_alias(x, size, stride);
}
Tensor unfold(const Tensor& x, int64_t dimension, int64_t size, int64_t step) {
  return at::native::unfold(x, dimension, size, step);
}

}  // namespace

c10::Device fake_device() {
  static const Guard guard;
  static Hooks hooks;
  static const c10::impl::DeviceGuardImplRegistrar registrar(type, &guard);
  static const bool made = [] {
    c10::register_privateuse1_backend("fake");
    at::RegisterPrivateUse1HooksInterface(&hooks);
    c10::SetAllocator(type, &Memory::instance());
    return true;
  }();
  (void)made;
  static const torch::Library all = [] {
    torch::Library library(torch::Library::IMPL, "_", c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>());
    return library;
  }();
  static const torch::Library some = [] {
    torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
    library.impl("empty.memory_format", empty);
    library.impl("empty_strided", empty_strided);
    library.impl("_copy_from", copy_from);
    library.impl("_local_scalar_dense", number);
    library.impl("as_strided", as_strided);
    library.impl("view", view);
    library.impl("_reshape_alias", reshape_alias);
    library.impl("unfold", unfold);
    return library;
  }();
  return {type, 0};
}

MakeGraph fake_graphs() {
  return [] { return std::make_unique<Graph>(); };
}

}  // namespace saddle::testing
