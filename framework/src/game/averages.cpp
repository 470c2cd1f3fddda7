#include "game/averages.hpp"

#include <ATen/core/grad_mode.h>

namespace saddle {

void Averages::add(const Average& average, const Networks& networks, int64_t steps_done) {
  const at::NoGradGuard no_grad;
  // The first weights to enter replace what was there, as those before the start do.
  const bool enters = steps_done > average.start;
  for (const auto& [kind, network] : networks) {
    const Tensor now = network.buffer().to(at::kDouble);
    if (count_ == 0) {
      buffers_.insert_or_assign(kind, now.clone());
      continue;
    }
    std::vector<double> shares;
    for (int64_t lane = 0; lane < now.size(0); ++lane) shares.push_back(average.share(count_, lane));
    Tensor& mean = buffers_.at(kind);
    mean.add_((now - mean) * at::tensor(shares, mean.options()).unsqueeze(1));
  }
  if (enters) ++count_;
}

Networks Averages::of(const Networks& networks) const {
  Networks averaged;
  for (const auto& [kind, network] : networks)
    averaged.emplace(kind, buffers_.empty() ? network : network.with_buffer(buffers_.at(kind)));
  return averaged;
}

void Averages::lasting(const Networks& networks, Lasting& all) {
  for (const auto& [kind, network] : networks) {
    const auto [buffer, added] = buffers_.try_emplace(kind);
    if (added) buffer->second = network.buffer().to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
    all.rows(network.role() + "/average", buffer->second);
  }
  all.count("average/count", count_);
}

void Averages::keep(const std::vector<int64_t>& lanes) {
  for (auto& [kind, buffer] : buffers_)
    buffer = buffer.index_select(0, at::tensor(lanes, at::kLong).to(buffer.device()));
}

}  // namespace saddle
