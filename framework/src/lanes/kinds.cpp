// The key functions of every class that plugins derive from: each has one vtable and one type_info, in
// libsaddle, so that exceptions and dynamic_cast cross the boundary.
#include <saddle/constraint.hpp>
#include <saddle/data.hpp>
#include <saddle/divergence.hpp>
#include <saddle/error.hpp>
#include <saddle/head.hpp>
#include <saddle/metric.hpp>
#include <saddle/network.hpp>
#include <saddle/objective.hpp>
#include <saddle/optimizer.hpp>
#include <saddle/penalty.hpp>
#include <saddle/prior.hpp>

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
Play::~Play() = default;

Tensor Data::log_density(const Tensor&) const {
  throw PluginError(has_density() ? "the data says that it has a density, but log_density is not written"
                                  : "the data has no density");
}

}  // namespace saddle
