#include "game/replayed_gradients.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

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

const ReplayedGradients::Numbers* ReplayedGradients::run(const Which& which, int64_t step, Players& players,
                                                         const Evaluate& evaluate) {
  if (step == 0) return nullptr;  // a stream's step 0 could not be told from a constant
  if (make_graph_ ? refused_.contains(which) : !refused_.empty()) return nullptr;
  const int64_t update = players.turns(which.second);
  const auto holds = [&](const Recording::Condition& c) { return (update % c.every == 0) == c.due; };
  for (const Entry& entry : entries_[which])
    if (std::all_of(entry.conditions.begin(), entry.conditions.end(), holds)) {
      entry.replay(step);
      return read(entry.numbers);
    }
  return record(which, {step, players, evaluate, players.planned_gradient(which.second)});
}

const ReplayedGradients::Numbers* ReplayedGradients::record(const Which& which, const Recorded& what) {
  std::vector<std::pair<Tensor, Tensor>> states;  // and what was there before
  for (const auto& [kind, network] : what.players.networks())
    states.emplace_back(network.state_buffer(), network.state_buffer().clone());
  const bool evaluated = make_graph_ ? graph(which, what) : tape(which, what);
  if (evaluated) return &numbers_;
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
  read(kept);
  return true;
}

bool ReplayedGradients::graph(const Which& which, const Recorded& what) {
  Tensor kept;
  const auto deliver = [&] {
    const auto [loss, gradient] = what.evaluate();
    const at::NoGradGuard no_grad;
    if (!kept.defined()) kept = at::empty({2, loss.size(0)}, loss.options());
    kept[0].copy_(loss);
    what.players.plan_gradient(which.second, gradient, kept[1]);
  };
  GraphRecorder recorder(what.step, what.gradient.at(0).device());
  if (!recorder.watch(deliver)) {
    refuse(which, recorder.reason());
    return false;
  }
  read(kept);
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
const ReplayedGradients::Numbers* ReplayedGradients::read(const Tensor& numbers) {
  const Tensor on_cpu = numbers.is_cpu() ? numbers : numbers.cpu();
  const auto at = [&](size_t i) {
    return on_cpu.scalar_type() == at::kDouble ? on_cpu.const_data_ptr<double>()[i]
                                               : static_cast<double>(on_cpu.const_data_ptr<float>()[i]);
  };
  const auto lanes = static_cast<size_t>(numbers.size(-1));
  numbers_.losses.resize(lanes);
  numbers_.finite = numbers.dim() == 2;
  for (size_t lane = 0; lane < lanes; ++lane) {
    numbers_.losses[lane] = at(lane);
    if (numbers.dim() == 2 && !std::isfinite(at(lanes + lane))) numbers_.finite = false;
  }
  return &numbers_;
}

}  // namespace saddle
