#include "recording.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace saddle {
namespace {

thread_local Recording* recording = nullptr;
thread_local const WatchedOperator* watcher = nullptr;

// A key below autograd's, above every backend's, that nobody else uses in C++.
constexpr auto key = c10::DispatchKey::Fake;

// Let a computed number decide what happens next, or move a tensor to another storage.
constexpr std::array<std::string_view, 6> refused{
    "aten::_local_scalar_dense", "aten::is_nonzero", "aten::equal", "aten::set_", "aten::resize_",
    "aten::_resize_output_"};

// While it lives, a variable of the thread has another value.
template <class T>
class Becomes {
 public:
  Becomes(T& variable, T now) : variable_(variable), before_(std::exchange(variable, now)) {}
  ~Becomes() { variable_ = before_; }
  Becomes(const Becomes&) = delete;
  Becomes& operator=(const Becomes&) = delete;

 private:
  T& variable_;
  T before_;
};

}  // namespace

Recording* Recording::current() { return recording; }

void Recording::pass_through(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                             std::vector<c10::IValue>* stack) {
  const c10::impl::ExcludeDispatchKeyGuard below(key);
  const auto lower = keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, key);
  if (recording != nullptr)
    recording->operate(op, lower, stack);
  else if (watcher != nullptr)
    (*watcher)(op, lower, stack);
  else
    op.redispatchBoxed(lower, stack);
}

// Made when first needed, and kept to the end of the process: the dispatcher has no other place for it.
void Recording::route_operators() {
  static const torch::Library library = [] {
    torch::Library made(torch::Library::IMPL, "_", key, __FILE__, __LINE__);
    made.fallback(torch::CppFunction::makeFromBoxedFunction<&Recording::pass_through>());
    return made;
  }();
  (void)library;
}

void watch_operators(const WatchedOperator& operate, const std::function<void()>& work) {
  Recording::route_operators();
  const Becomes<const WatchedOperator*> watched(watcher, &operate);
  const c10::impl::IncludeDispatchKeyGuard through(key);
  work();
}

void Recording::refuse(std::string why) {
  if (reason_.empty()) reason_ = std::move(why);
}

void Recording::evaluate_under(const std::function<void()>& evaluate) {
  route_operators();
  const Becomes<Recording*> current(recording, this);
  try {
    const c10::impl::IncludeDispatchKeyGuard watch(key);
    evaluate();
  } catch (const Refused&) {
  } catch (const c10::Error& e) {
    refuse(e.what_without_backtrace());
  } catch (const std::exception& e) {
    refuse(e.what());
  }
}

// Portable operators call kernels of ours.
void Recording::whole(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                      std::vector<c10::IValue>* stack) {
  const Becomes<Recording*> nobody(recording, nullptr);
  op.redispatchBoxed(keys, stack);
}

Recording::Made Recording::unrecorded(const std::function<Made()>& make) {
  const Becomes<Recording*> nobody(recording, nullptr);
  const c10::impl::ExcludeDispatchKeyGuard below(key);
  return make();
}

std::string why_not_again(const c10::OperatorHandle& op) {
  const std::string& name = op.schema().name();
  if (std::find(refused.begin(), refused.end(), name) != refused.end())
    return "it depends on a computed number (" + name + ")";
  if (op.hasTag(at::Tag::data_dependent_output) || op.hasTag(at::Tag::dynamic_output_shape))
    return "a shape or a number outside depends on computed numbers (" + name + ")";
  if (op.hasTag(at::Tag::inplace_view)) return "it changes a tensor's shape in place (" + name + ")";
  const auto& arguments = op.schema().arguments();
  if (op.schema().returns().empty() && std::none_of(arguments.begin(), arguments.end(), [](const auto& a) {
        return a.alias_info() != nullptr && a.alias_info()->isWrite();
      }))
    return "it checks computed numbers (" + name + ")";
  if (op.hasTag(at::Tag::nondeterministic_seeded))
    return "it draws from a generator of ATen's (" + name + ")";
  return {};
}

Recording::Made brought_to(const at::Device& device, int64_t step,
                           const std::function<Recording::Made(int64_t step)>& make) {
  if (recording != nullptr) return recording->outside(make);
  Recording::Made made = make(step);
  for (Tensor& x : made)
    if (x.defined()) x = x.to(device);
  return made;
}

void check_as_before(const Tensor& now, const Tensor& before) {
  TORCH_CHECK(now.scalar_type() == before.scalar_type() && now.sizes() == before.sizes(),
              "batches and latents are of one shape and type throughout: ", now.sizes(), " after ",
              before.sizes());
}

char* raw_pointer(const Tensor& x) {
  auto* base = static_cast<char*>(x.storage().unsafeGetStorageImpl()->_mutable_data_ptr_no_checks().get());
  return base + x.storage_offset() * static_cast<int64_t>(x.element_size());
}

}  // namespace saddle
