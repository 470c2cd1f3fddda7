#include "check/point.hpp"

#include <ATen/core/grad_mode.h>

namespace saddle::check {

Point::Point(const TrialConfig& trial, std::vector<uint64_t> seeds)
    : trial_(trial),
      lanes_(seeds.size(), &trial_),
      streams_(std::move(seeds), options_of(trial_)),
      assembly_(lanes_, options_of(trial_), load_data(*trial_.data, {options_of(trial_)})),
      networks_(make_networks(assembly_, streams_)) {
  settle();
}

// What lasts gets a past: running means some batches, a power iteration its singular vectors, whose
// derivative counts as zero.
void Point::settle() {
  Moment moment(assembly_, networks_, streams_, trial_.train, {"measure", 0, trial_.train.steps / 2, 0});
  for (int i = 0; i < 3; ++i)
    for (const PlayerSpec& player : players()) assembly_.objective().loss(player, moment);
  const at::NoGradGuard no_grad;
  const auto critic = networks_.find(Kind::critic);
  if (critic == networks_.end() || critic->second.state_slots().empty()) return;
  for (int i = 0; i < 200; ++i) moment.params(Kind::critic);
}

Point::Loss Point::loss(size_t player, const Networks& networks, bool with_gradient) const {
  StillGame game(assembly_, networks, streams_, trial_.train, trial_.train.steps / 2);
  Loss result;
  const Tensor value = game.loss(player);
  if (with_gradient) result.gradient = derivative(value, game.parameters(player));
  result.value = value.detach();
  return result;
}

Field Point::slope_gradient(size_t player, const Direction& along, size_t by) const {
  StillGame game(assembly_, networks_, streams_, trial_.train, trial_.train.steps / 2);
  const Field gradient = game.gradient(player, /*differentiable=*/true);
  return derivative(dot(gradient, by_parameter(*this, player, along)), game.parameters(by));
}

Field by_parameter(const Point& point, size_t player, const Direction& direction) {
  Field all;
  for (const Kind kind : networks_of(point.players()[player], point.networks()))
    for (Tensor& view : point.networks().at(kind).views_into(direction.at(kind).unsqueeze(0)))
      all.push_back(std::move(view));
  return all;
}

Direction direction(const Point& point, size_t player, uint64_t seed) {
  Direction result;
  double square = 0;
  for (const Kind kind : networks_of(point.players()[player], point.networks())) {
    const Network& network = point.networks().at(kind);
    const Tensor& buffer = network.buffer();
    Tensor row = at::zeros({1, buffer.size(1)}, buffer.options());
    const Streams streams({seed}, buffer.options());
    const auto views = network.views_into(row);
    for (size_t i = 0; i < views.size(); ++i) {
      const Tensor numbers =
          streams.at("direction/" + network.slots()[i].name, 0).normal(network.slots()[i].shape);
      Tensor view = views[i];
      view.copy_(numbers);
      square += numbers.square().sum().item<double>();
    }
    result.emplace(kind, row.squeeze(0));
  }
  for (auto& [kind, row] : result) row.div_(std::sqrt(square));
  return result;
}

Networks moved(const Networks& networks, const std::vector<const Direction*>& directions,
               const std::vector<double>& steps) {
  Networks result;
  for (const auto& [kind, network] : networks) {
    const Tensor buffer = network.buffer().clone();
    for (size_t lane = 0; lane < steps.size(); ++lane) {
      if (steps[lane] == 0) continue;
      const auto row = directions[lane]->find(kind);
      if (row != directions[lane]->end()) buffer[static_cast<int64_t>(lane)].add_(row->second, steps[lane]);
    }
    result.emplace(kind, network.with_buffer(buffer));
  }
  return result;
}

}  // namespace saddle::check
