#include "game/replayed_gradients.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "lanes/graph_recorder.hpp"
#include "lanes/recorder.hpp"

namespace saddle {
namespace {

// Lanes are trained one after the other, by one thread: all their tapes can compute in the same place.
Workspace& workspace() {
  static thread_local Workspace shared;
  return shared;
}

}  // namespace

const std::vector<double>* ReplayedGradients::run(const Which& which, int64_t step, Players& players,
                                                  const Evaluate& evaluate) {
  if (step == 0) return nullptr;  // a stream's step 0 could not be told from a constant
  if (make_graph_ ? refused_.contains(which) : !refused_.empty()) return nullptr;
  const int64_t update = players.turns(which.second);
  const auto holds = [&](const Recording::Condition& c) { return (update % c.every == 0) == c.due; };
  for (const Entry& entry : entries_[which])
    if (std::all_of(entry.conditions.begin(), entry.conditions.end(), holds)) {
      entry.replay(step);
      return numbers(entry.loss);
    }
  return record(which, {step, players, evaluate, players.planned_gradient(which.second)});
}

const std::vector<double>* ReplayedGradients::record(const Which& which, const Recorded& what) {
  std::vector<std::pair<Tensor, Tensor>> states;  // and what was there before
  for (const auto& [kind, network] : what.players.networks())
    states.emplace_back(network.state_buffer(), network.state_buffer().clone());
  const bool evaluated = make_graph_ ? graph(which, what) : tape(which, what);
  if (evaluated) return &losses_;
  for (const auto& [state, before] : states) state.copy_(before);
  return nullptr;
}

bool ReplayedGradients::tape(const Which& which, const Recorded& what) {
  std::vector<Tensor> variables;
  for (const auto& [kind, network] : what.players.networks()) {
    variables.push_back(network.buffer());
    variables.push_back(network.state_buffer());
  }
  Tensor loss;
  Field gradient;
  Recorder recorder(what.step, variables);
  if (!recorder.record([&] { std::tie(loss, gradient) = what.evaluate(); })) {
    refuse(which, recorder.reason());
    return false;
  }
  const at::NoGradGuard no_grad;
  const Tensor kept = at::empty_like(loss);
  std::vector<std::pair<Tensor, Tensor>> results{{loss, kept}};
  for (size_t i = 0; i < gradient.size(); ++i) results.emplace_back(gradient[i], what.gradient[i]);
  for (const auto& [from, to] : results) to.copy_(from);
  entries_[which].push_back({recorder.conditions(),
                             [tape = recorder.tape(results, workspace())](int64_t step) { tape.run(step); },
                             kept});
  numbers(kept);
  return true;
}

bool ReplayedGradients::graph(const Which& which, const Recorded& what) {
  Tensor kept;
  const auto deliver = [&] {
    const auto [loss, gradient] = what.evaluate();
    const at::NoGradGuard no_grad;
    if (!kept.defined()) kept = at::empty_like(loss);
    kept.copy_(loss);
    for (size_t i = 0; i < gradient.size(); ++i) what.gradient[i].copy_(gradient[i]);
  };
  GraphRecorder recorder(what.step, what.gradient.at(0).device());
  if (!recorder.watch(deliver)) {
    refuse(which, recorder.reason());
    return false;
  }
  numbers(kept);
  const auto conditions = recorder.conditions();
  if (std::shared_ptr<CapturedGraph> captured = recorder.capture(make_graph_(), deliver))
    entries_[which].push_back({conditions, [captured](int64_t step) { captured->run(step); }, kept});
  else
    refuse(which, recorder.reason());
  return true;
}

void ReplayedGradients::refuse(const Which& which, const std::string& why) {
  refused_.insert(which);
  if (refusal_.empty()) refusal_ = why;
}

// Waits for a device to be done.
const std::vector<double>* ReplayedGradients::numbers(const Tensor& loss) {
  const Tensor on_cpu = loss.is_cpu() ? loss : loss.cpu();
  losses_.resize(static_cast<size_t>(on_cpu.numel()));
  for (size_t lane = 0; lane < losses_.size(); ++lane)
    losses_[lane] = on_cpu.scalar_type() == at::kDouble ? on_cpu.const_data_ptr<double>()[lane]
                                                        : on_cpu.const_data_ptr<float>()[lane];
  return &losses_;
}

}  // namespace saddle
