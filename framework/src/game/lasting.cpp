#include "game/lasting.hpp"

#include <ATen/core/grad_mode.h>

#include <fmt/format.h>

#include <algorithm>

namespace saddle {
namespace {

const at::Tensor& find(const NamedTensors& saved, const std::string& name) {
  const auto found = std::find_if(saved.begin(), saved.end(), [&](const auto& s) { return s.first == name; });
  if (found == saved.end()) throw CheckpointMismatch("it has no " + name);
  return found->second;
}

}  // namespace

void Lasting::rows(std::string name, at::Tensor tensor) {
  rows_.emplace_back(std::move(name), std::move(tensor));
}
void Lasting::numbers(std::string name, std::vector<double>& numbers) {
  numbers_.emplace_back(std::move(name), &numbers);
}
void Lasting::count(std::string name, int64_t& number) { counts_.emplace_back(std::move(name), &number); }

NamedTensors Lasting::of(int64_t lane) const {
  NamedTensors all;
  for (const auto& [name, tensor] : rows_)
    all.emplace_back(name, tensor[lane].to(at::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous());
  for (const auto& [name, numbers] : numbers_)
    all.emplace_back(name, at::scalar_tensor((*numbers)[static_cast<size_t>(lane)], at::kDouble));
  for (const auto& [name, number] : counts_)
    all.emplace_back(name, at::scalar_tensor(static_cast<double>(*number), at::kDouble));
  return all;
}

void Lasting::check(const NamedTensors& saved, const NamedTensors& neighbour) const {
  const size_t parts = rows_.size() + numbers_.size() + counts_.size();
  if (saved.size() != parts)
    throw CheckpointMismatch(fmt::format("it has {} parts, not {}", saved.size(), parts));
  for (const auto& [name, tensor] : rows_) {
    const at::Tensor& one = find(saved, name);
    if (one.sizes() != tensor.sizes().slice(1) || one.scalar_type() != tensor.scalar_type())
      throw CheckpointMismatch("its " + name + " has another shape or precision");
  }
  for (const auto& [name, numbers] : numbers_)
    if (find(saved, name).numel() != 1) throw CheckpointMismatch("its " + name + " is no number");
  for (const auto& [name, number] : counts_)
    if (find(saved, name).numel() != 1 ||
        find(saved, name).item<double>() != find(neighbour, name).item<double>())
      throw CheckpointMismatch("its " + name + " is not that of its neighbours");
}

void Lasting::restore(const std::vector<const NamedTensors*>& lanes) const {
  const at::NoGradGuard no_grad;
  for (const NamedTensors* saved : lanes) check(*saved, *lanes[0]);
  for (size_t lane = 0; lane < lanes.size(); ++lane) {
    for (const auto& [name, tensor] : rows_)
      tensor[static_cast<int64_t>(lane)].copy_(find(*lanes[lane], name));
    for (const auto& [name, numbers] : numbers_) (*numbers)[lane] = find(*lanes[lane], name).item<double>();
  }
  for (const auto& [name, number] : counts_)
    *number = static_cast<int64_t>(find(*lanes[0], name).item<double>());
}

}  // namespace saddle
