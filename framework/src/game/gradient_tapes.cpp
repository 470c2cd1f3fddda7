#include "game/gradient_tapes.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace saddle {
namespace {

double number(const Tensor& one) {
  return one.scalar_type() == at::kDouble ? *one.const_data_ptr<double>() : *one.const_data_ptr<float>();
}

// Lanes are trained one after the other, by one thread: all their tapes can compute in the same place.
Workspace& workspace() {
  static thread_local Workspace shared;
  return shared;
}

}  // namespace

std::optional<double> GradientTapes::run(const Which& which, int64_t step, Players& players,
                                         const Evaluate& evaluate) {
  if (!refusal_.empty()) return std::nullopt;
  const int64_t update = players.turns(which.second);
  const auto holds = [&](const Recorder::Condition& c) { return (update % c.every == 0) == c.due; };
  for (const Entry& entry : entries_[which])
    if (std::all_of(entry.conditions.begin(), entry.conditions.end(), holds)) {
      entry.tape.run(step);
      return number(entry.loss);
    }
  return record(which, step, players, evaluate);
}

std::optional<double> GradientTapes::record(const Which& which, int64_t step, Players& players,
                                            const Evaluate& evaluate) {
  std::vector<Tensor> variables, states, before;
  for (const auto& [kind, network] : players.networks()) {
    variables.push_back(network.buffer());
    variables.push_back(network.state_buffer());
    states.push_back(network.state_buffer());
    before.push_back(network.state_buffer().clone());
  }
  const Field& into = players.planned_gradient(which.second);
  Tensor loss;
  Field gradient;
  Recorder recorder(step, variables);
  if (!recorder.record([&] { std::tie(loss, gradient) = evaluate(); })) {
    refusal_ = recorder.reason();
    for (size_t i = 0; i < states.size(); ++i) states[i].copy_(before[i]);
    return std::nullopt;
  }
  const at::NoGradGuard no_grad;
  const Tensor kept_loss = at::empty({1}, loss.options().requires_grad(false));
  std::vector<std::pair<Tensor, Tensor>> results{{loss, kept_loss}};
  for (size_t i = 0; i < gradient.size(); ++i) results.emplace_back(gradient[i], into[i]);
  for (const auto& [from, to] : results) to.copy_(from);
  Tape tape = recorder.tape(results, workspace());
  entries_[which].push_back({recorder.conditions(), std::move(tape), kept_loss});
  return number(kept_loss);
}

}  // namespace saddle
