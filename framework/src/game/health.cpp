#include "game/health.hpp"

#include <ATen/core/grad_mode.h>
#include <saddle/packing.hpp>

#include <array>
#include <cmath>

#include "game/still_game.hpp"

namespace saddle {
namespace {

constexpr double one_point = 1e-4;

struct About {
  Outcome outcome;
  const char* reason;
};
constexpr std::array<About, 3> abouts{
    {{Outcome::collapsed, "the generated samples are one point"},
     {Outcome::dead_critic, "the critic's score is one number for all samples, and its gradient is zero"},
     {Outcome::stalled, "the generator no longer changes, and its gradient is zero"}}};

// Root of the total variance over all features; samples [n, feature…].
double spread(const Tensor& samples) {
  const Tensor flat = samples.flatten(1).to(at::kDouble);
  return std::sqrt((flat - flat.mean(0)).square().sum().item<double>() / static_cast<double>(flat.size(0)));
}

// The streams of a measurement: the same for every trial.
Streams streams_of(const Tensor& samples) {
  return {std::vector<uint64_t>(static_cast<size_t>(samples.size(0)), 0), samples.options()};
}

std::vector<bool> to_lanes(const Tensor& flags) {
  const Tensor on_cpu = flags.to(at::kBool).cpu().contiguous();
  const auto* first = on_cpu.const_data_ptr<bool>();
  return std::vector<bool>(first, first + on_cpu.numel());
}

bool any(const std::vector<bool>& flags) {
  return std::find(flags.begin(), flags.end(), true) != flags.end();
}

// By lane, whether every gradient is exactly zero.
std::vector<bool> all_zero(const Field& gradients, int64_t lanes) {
  Tensor zero = at::ones({lanes}, at::kBool);
  for (const Tensor& gradient : gradients)
    if (gradient.defined()) zero = zero.logical_and((gradient.flatten(1) == 0).all(1).cpu());
  return to_lanes(zero);
}

std::vector<bool> both(std::vector<bool> a, const std::vector<bool>& b) {
  for (size_t i = 0; i < a.size(); ++i) a[i] = a[i] && b[i];
  return a;
}

class CriticScores {
 public:
  CriticScores(const Assembly& assembly, const Networks& networks, const TrainConfig& train,
               const Tensor& real, const Tensor& fake, int64_t step)
      : streams_(streams_of(fake)),
        largest_(assembly.parts().critic->works_on_batch() ? train.batch : real.size(1) + fake.size(1)),
        game_(assembly, networks, streams_, train, step),
        real_(real),
        fake_(fake) {}

  // Whether all scores of the first `n` samples of either kind are one number.
  std::vector<bool> constant(int64_t n) {
    const at::NoGradGuard no_grad;
    const Tensor real = game_.play().score(first(real_, n)).flatten(1);
    const Tensor fake = game_.play().score(first(fake_, n)).flatten(1);
    const Tensor one = real.select(1, 0).unsqueeze(1);
    return to_lanes((real == one).all(1).logical_and((fake == one).all(1)));
  }

  std::vector<bool> without_gradient(size_t critic) {
    const at::AutoGradMode gradients(true);
    const int64_t n = std::min(real_.size(1), fake_.size(1));
    const Tensor difference = lane_sum(game_.play().score(first(real_, n)).flatten(1)) -
                              lane_sum(game_.play().score(first(fake_, n)).flatten(1));
    return all_zero(derivative(difference, game_.parameters(critic)), fake_.size(0));
  }

 private:
  // As the critic sees them, no more than there are.
  Tensor first(const Tensor& samples, int64_t n) {
    std::vector<int64_t> sizes = samples.sizes().vec();
    sizes[0] = fake_.size(0);
    const int64_t m = game_.play().parts().packing, all = std::min({n, sizes[1], largest_});
    return pack(samples.expand(sizes).narrow(1, 0, all - all % m).contiguous(), m);
  }

  Streams streams_;
  int64_t largest_;  // a critic that looks at the batch knows batches of the training's size
  StillGame game_;
  const Tensor &real_, &fake_;
};

std::vector<bool> collapsed(double of_data, const Tensor& fake) {
  std::vector<bool> flags;
  for (const Tensor& lane : fake.unbind(0)) flags.push_back(spread(lane) <= one_point * of_data);
  return flags;
}

std::vector<bool> dead_critic(const Assembly& assembly, const Networks& networks, const TrainConfig& train,
                              const Tensor& real, const Tensor& fake, int64_t step) {
  const auto lanes = static_cast<size_t>(fake.size(0));
  const auto& players = assembly.players();
  const auto critic =
      std::find_if(players.begin(), players.end(), [](const PlayerSpec& p) { return p.is_critic; });
  const int64_t m = assembly.parts().packing;
  if (critic == players.end() || !assembly.parts().critic || std::min(real.size(1), fake.size(1)) < m)
    return std::vector<bool>(lanes);
  CriticScores scores(assembly, networks, train, real, fake, step);
  const int64_t few =
      std::max<int64_t>(64, m);  // of nearly every critic these are enough to see that it lives
  std::vector<bool> dead = scores.constant(few);
  if (any(dead)) dead = both(dead, scores.constant(std::max(real.size(1), fake.size(1))));
  if (any(dead)) dead = both(dead, scores.without_gradient(static_cast<size_t>(critic - players.begin())));
  return dead;
}

std::vector<Kind> generator_networks(const Assembly& assembly, const Networks& networks) {
  std::vector<Kind> all;
  for (const PlayerSpec& player : assembly.players())
    if (!player.is_critic)
      for (const Kind kind : networks_of(player, networks)) all.push_back(kind);
  return all;
}

}  // namespace

Health::Health(int64_t lanes)
    : since_(at::full({lanes, static_cast<int64_t>(abouts.size())}, -1, at::kDouble)) {}

// By lane, whether no parameter of the generator has changed since the last look. Notes them.
std::vector<bool> Health::unmoved(const Assembly& assembly, const Networks& networks) {
  // At the first look nothing is known to have stayed.
  Tensor same = at::full({since_.size(0)}, !before_.empty(), at::kBool);
  for (const Kind kind : generator_networks(assembly, networks)) {
    const Tensor& now = networks.at(kind).buffer();
    if (const auto before = before_.find(kind); before != before_.end())
      same = same.logical_and((before->second == now).all(1).cpu());
    before_.insert_or_assign(kind, now.clone());
  }
  return to_lanes(same);
}

void Health::look(const Assembly& assembly, const Networks& networks, const TrainConfig& train,
                  const Tensor& real, const Tensor& fake, int64_t step) {
  const at::NoGradGuard no_grad;
  const auto lanes = static_cast<size_t>(since_.size(0));
  std::array<std::vector<bool>, abouts.size()> flags;
  flags.fill(std::vector<bool>(lanes));
  const std::vector<bool> still = unmoved(assembly, networks);
  if (const double of_data = real.defined() ? spread(real[0]) : 0; of_data > 0) {
    flags[0] = collapsed(of_data, fake);
    flags[1] = dead_critic(assembly, networks, train, real, fake, step);
    flags[2] = still;
  }
  for (size_t p = 0; p < assembly.players().size() && any(flags[2]); ++p) {
    if (assembly.players()[p].is_critic) continue;
    const at::AutoGradMode gradients(true);
    const Streams streams = streams_of(fake);
    StillGame game(assembly, networks, streams, train, step);
    flags[2] = both(flags[2], all_zero(game.gradient(p), fake.size(0)));
  }
  auto since = since_.accessor<double, 2>();
  for (size_t lane = 0; lane < lanes; ++lane)
    for (size_t i = 0; i < flags.size(); ++i) {
      double& first = since[static_cast<int64_t>(lane)][static_cast<int64_t>(i)];
      if (!flags[i][lane])
        first = -1;
      else if (first < 0)
        first = static_cast<double>(step);
    }
}

Health::Finding Health::finding(int64_t lane) const {
  Finding finding;
  for (size_t i = 0; i < abouts.size(); ++i) {
    const auto since = since_[lane][static_cast<int64_t>(i)].item<double>();
    if (since < 0) continue;
    if (finding.reason.empty())
      finding = {abouts[i].outcome, abouts[i].reason, static_cast<int64_t>(since)};
    else
      finding.reason += std::string("; ") + abouts[i].reason;
  }
  return finding;
}

void Health::lasting(const Assembly& assembly, const Networks& networks, Lasting& all) {
  all.rows("health/since", since_);
  for (const Kind kind : generator_networks(assembly, networks)) {
    const auto [buffer, added] = before_.try_emplace(kind);
    if (added) buffer->second = networks.at(kind).buffer().clone();
    all.rows("health/" + networks.at(kind).role(), buffer->second);
  }
}

void Health::keep(const std::vector<int64_t>& lanes) {
  const Tensor index = at::tensor(lanes, at::kLong);
  since_ = since_.index_select(0, index);
  for (auto& [kind, buffer] : before_) buffer = buffer.index_select(0, index.to(buffer.device()));
}

}  // namespace saddle
