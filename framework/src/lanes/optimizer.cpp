#include <saddle/optimizer.hpp>

#include <ATen/core/grad_mode.h>

namespace saddle {

LaneReal Update::rates(const LaneReal& rate) const {
  std::vector<double> all;
  for (int64_t lane = 0; lane < rate.lanes(); ++lane) all.push_back(this->rate(rate, lane));
  return {std::move(all), rate.values().options()};
}

void Optimizer::update(const Update& u) const {
  const at::NoGradGuard in_place;
  const Updated after = next(u);
  u.params.copy_(after.params);
  for (size_t i = 0; i < after.states.size(); ++i) u.states[i].copy_(after.states[i]);
}

}  // namespace saddle
