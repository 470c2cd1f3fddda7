// The key functions of every class that plugins derive from: each has one vtable and one type_info, in
// libsaddle, so that exceptions and dynamic_cast cross the boundary.
#include <saddle/average.hpp>
#include <saddle/constraint.hpp>
#include <saddle/data.hpp>
#include <saddle/divergence.hpp>
#include <saddle/dynamics.hpp>
#include <saddle/error.hpp>
#include <saddle/head.hpp>
#include <saddle/metric.hpp>
#include <saddle/network.hpp>
#include <saddle/objective.hpp>
#include <saddle/optimizer.hpp>
#include <saddle/penalty.hpp>
#include <saddle/prior.hpp>
#include <saddle/schedule.hpp>

namespace saddle {

Plugin::~Plugin() = default;
Data::~Data() = default;
Prior::~Prior() = default;
Generator::~Generator() = default;
Critic::~Critic() = default;
Encoder::~Encoder() = default;
Head::~Head() = default;
Divergence::~Divergence() = default;
FDivergence::~FDivergence() = default;
Penalty::~Penalty() = default;
Constraint::~Constraint() = default;
Optimizer::~Optimizer() = default;
Metric::~Metric() = default;
Objective::~Objective() = default;
Dynamics::~Dynamics() = default;
Schedule::~Schedule() = default;
Average::~Average() = default;
Play::~Play() = default;
Game::~Game() = default;
Turn::~Turn() = default;

double Schedule::at(int64_t step, int64_t steps, int64_t lane) const {
  if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup);
  // The last step has progress 1.
  const int64_t after = std::max<int64_t>(steps - 1 - warmup, 1);
  return factor(static_cast<double>(step - warmup) / static_cast<double>(after), lane);
}

Tensor Generator::forward(const Params&, const Tensor&) const {
  throw PluginError("the generator has no forward without draws: write forward or draw");
}
Tensor Generator::log_density(const Params&, const Tensor&) const {
  throw PluginError(has_density() ? "the generator says that it has a density, but log_density is not written"
                                  : "the generator has no density");
}

Tensor Head::log_likelihood(const Params&, const Tensor&, const Tensor&) const {
  throw PluginError(has_likelihood()
                        ? "the head says that it has a likelihood, but log_likelihood is not written"
                        : "the head has no likelihood");
}

Tensor Divergence::generator_losses(const Round&) const {
  throw PluginError(
      has_generator_losses()
          ? "the divergence says that it has a loss a sample, but generator_losses is not written"
          : "the divergence has no loss a sample");
}

Batch Data::training(int64_t, int64_t, const at::TensorOptions&) const {
  throw PluginError(training_size() > 0
                        ? "the data says that it has training samples, but training is not written"
                        : "the data keeps no training samples");
}

Tensor Data::log_density(const Tensor&) const {
  throw PluginError(has_density() ? "the data says that it has a density, but log_density is not written"
                                  : "the data has no density");
}

}  // namespace saddle
