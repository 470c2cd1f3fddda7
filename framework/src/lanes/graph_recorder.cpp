#include "graph_recorder.hpp"

#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

namespace saddle {

CapturedGraph::Inlet::Inlet(std::function<Recording::Made(int64_t step)> make, int64_t step,
                            const c10::Device& device)
    : make_(std::move(make)) {
  for (const Tensor& x : make_(step)) {
    TORCH_CHECK(!x.defined() || x.is_cpu(), "what comes from outside is made on the CPU");
    for (Host* host : {&now_, &next_})
      host->made.push_back(x.defined() ? at::empty(x.sizes(), x.options().pinned_memory(true)) : Tensor());
    if (x.defined()) now_.made.back().copy_(x);
    device_.push_back(x.defined() ? at::empty(x.sizes(), x.options().device(device)) : Tensor());
  }
  now_.step = step;
  fetch(step);
}

void CapturedGraph::Inlet::make_for(Host& host, int64_t step) const {
  const Recording::Made made = make_(step);
  for (size_t i = 0; i < host.made.size(); ++i) {
    if (!host.made[i].defined()) continue;
    check_as_before(made.at(i), host.made[i]);
    host.made[i].copy_(made[i]);
  }
  host.step = step;
}

void CapturedGraph::Inlet::fetch(int64_t step) {
  if (next_.step == step)
    std::swap(now_, next_);
  else if (now_.step != step)
    make_for(now_, step);
  for (size_t i = 0; i < device_.size(); ++i)
    if (device_[i].defined()) device_[i].copy_(now_.made[i], /*non_blocking=*/true);
}

// A step that never comes, behind the last, may be out of what can be made.
void CapturedGraph::Inlet::look_ahead(int64_t step) {
  if (next_.step == step) return;
  next_.step = -1;
  try {
    make_for(next_, step);
  } catch (const std::exception&) {
    next_.step = -1;  // who runs that step learns of it
  }
}

// A graph's steps are mostly as far apart as they were, whether it runs once at each or twice.
void CapturedGraph::run(int64_t step) {
  for (Inlet& inlet : inlets_) inlet.fetch(step);
  graph_->replay();
  if (last_step_ && step > *last_step_) stride_ = step - *last_step_;
  for (Inlet& inlet : inlets_) inlet.look_ahead(step + stride_);
  last_step_ = step;
}

bool GraphRecorder::watch(const std::function<void()>& evaluate) {
  evaluate_under(evaluate);
  return reason().empty();
}

std::unique_ptr<CapturedGraph> GraphRecorder::capture(std::unique_ptr<DeviceGraph> graph,
                                                      const std::function<void()>& evaluate) {
  captures_ = true;
  next_inlet_ = next_constant_ = 0;
  evaluate_under([&] {
    graph->begin();
    try {
      evaluate();
    } catch (...) {
      try {
        graph->end();
      } catch (const std::exception&) {  // the first error is the one to tell
      }
      throw;
    }
    graph->end();
  });
  if (next_inlet_ != inlets_.size() || next_constant_ != constants_.size())
    refuse("it is not the same when it is evaluated again");
  if (!reason().empty()) return nullptr;
  return std::make_unique<CapturedGraph>(std::move(graph), std::move(inlets_), std::move(constants_));
}

Recording::Made GraphRecorder::outside(std::function<Made(int64_t step)> make) {
  if (captures_) {
    TORCH_CHECK(next_inlet_ < inlets_.size(), "it is not the same when it is evaluated again");
    return inlets_[next_inlet_++].on_device();
  }
  unrecorded([&] {
    inlets_.emplace_back(std::move(make), step(), device_);
    return Made{};
  });
  return inlets_.back().on_device();
}

namespace {

// Where operands lie. A number by itself may lie on the CPU beside others on the device.
struct Where {
  bool cpu = false, device = false, number = false;
  void look(const c10::IValue& value) {
    each_tensor(value, [this](const Tensor& x) {
      (!x.is_cpu() ? device : x.dim() == 0 ? number : cpu) = true;
    });
  }
};

}  // namespace

// Numbers on the CPU are the same in every run: nothing else can get there. So their copies on the device are
// kept, and a graph copies from those.
Tensor GraphRecorder::constant(const std::function<Tensor()>& on_device) {
  if (!captures_) constants_.push_back(on_device());
  TORCH_CHECK(next_constant_ < constants_.size(), "it is not the same when it is evaluated again");
  return constants_[next_constant_++];
}

bool GraphRecorder::copies_constant(const c10::OperatorHandle& op, std::vector<c10::IValue>* stack) {
  const std::string& name = op.schema().name();
  const auto arguments = stack->end() - static_cast<std::ptrdiff_t>(op.schema().arguments().size());
  const at::AutoDispatchBelowADInplaceOrView no_graph;
  if (name == "aten::copy_") {
    const Tensor to = arguments[0].toTensor(), from = arguments[1].toTensor();
    if (to.is_cpu() || !from.is_cpu() || from.unsafeGetTensorImpl()->is_wrapped_number()) return false;
    to.copy_(constant([&] { return from.to(device_); }));
    stack->erase(arguments, stack->end());
    stack->emplace_back(to);
    return true;
  }
  if (name == "aten::_to_copy") {
    const int device = *op.schema().argumentIndexWithName("device"),
              type = *op.schema().argumentIndexWithName("dtype");
    const Tensor from = arguments[0].toTensor();
    if (!from.is_cpu() || arguments[device].isNone() || arguments[device].toDevice().is_cpu()) return false;
    const auto dtype = arguments[type].isNone() ? from.scalar_type() : arguments[type].toScalarType();
    const Tensor copy = constant([&] { return from.to(device_, dtype); }).clone();
    stack->erase(arguments, stack->end());
    stack->emplace_back(copy);
    return true;
  }
  return false;
}

void GraphRecorder::operate(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                            std::vector<c10::IValue>* stack) {
  if (copies_constant(op, stack)) return;
  if (captures_) return op.redispatchBoxed(keys, stack);
  const auto& schema = op.schema();
  const auto refuse_now = [&](std::string why) {
    refuse(std::move(why));
    throw Refused();
  };
  Where before, after;
  for (size_t i = stack->size() - schema.arguments().size(); i < stack->size(); ++i) before.look((*stack)[i]);
  if (std::string why = why_not_again(op); !why.empty()) refuse_now(std::move(why));
  op.redispatchBoxed(keys, stack);
  for (size_t i = stack->size() - schema.returns().size(); i < stack->size(); ++i) after.look((*stack)[i]);
  const bool beside = before.cpu && (before.device || after.device);
  if (beside || (before.device && (after.cpu || after.number)))
    refuse_now("computed numbers go from the device to the CPU, or others beside them (" + schema.name() +
               ")");
}

}  // namespace saddle
