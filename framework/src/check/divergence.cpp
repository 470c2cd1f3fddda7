// What divergences of every family promise: `exact` is the largest value of any critic, or what batches tend
// to without one; losses are finite where they fit in float32.
#include <ATen/ATen.h>

#include <cfloat>

#include "check/divergence.hpp"
#include "check/gaussians.hpp"

namespace saddle::check {
namespace {

using Score = std::function<Tensor(const Tensor&)>;

const Divergence& of(const PluginObject& object) { return object.as<Divergence>(); }

/// A round between given samples, scored by `score`.
Round round_between(Tensor real, Tensor fake, Player player, Score score, std::vector<uint64_t> seeds) {
  const auto options = at::TensorOptions(real.scalar_type());
  return Round({.real = [real] { return real; },
                .fake = std::move(fake),
                .latents = {},
                .labels = [] { return Tensor(); },
                .critic = [] { return Params({}, {}, Mode::training); },
                .step = [] { return 3; },
                .steps = 10,
                .player = player,
                .joint_pass = true,
                .score = std::move(score),
                .random = [seeds, options](
                              std::string_view purpose) { return Streams(seeds, options).at(purpose, 3); }});
}

Tensor value_of(const Divergence& d, const Tensor& real, const Tensor& fake, Score score,
                const std::vector<uint64_t>& seeds) {
  return d.value(round_between(real, fake, Player::critic, std::move(score), seeds));
}

/// Two distributions of five atoms, and a batch that has them as frequencies: every real sample once beside
/// every generated one, so that critics that compare pairs see independent pairs.
struct Atoms {
  static constexpr int64_t count = 5;
  Tensor place = at::tensor({0.0, 0.5, 1.5, 2.0, 3.5}, at::kDouble);
  Densities densities;
  Tensor real, fake;  // [sample]: which atom

  Atoms() {
    const std::vector<int64_t> p{5, 3, 1, 2, 1}, q{1, 2, 4, 2, 3};
    std::vector<double> log_p, log_q;
    std::vector<int64_t> x, y;
    for (size_t i = 0; i < p.size(); ++i) {
      log_p.push_back(std::log(static_cast<double>(p[i]) / 12));
      log_q.push_back(std::log(static_cast<double>(q[i]) / 12));
      x.insert(x.end(), static_cast<size_t>(p[i]), static_cast<int64_t>(i));
      y.insert(y.end(), static_cast<size_t>(q[i]), static_cast<int64_t>(i));
    }
    densities = {place, at::ones_like(place), at::tensor(log_p, at::kDouble).unsqueeze(0),
                 at::tensor(log_q, at::kDouble).unsqueeze(0)};
    real = at::tensor(x, at::kLong).repeat_interleave(12);
    fake = at::tensor(y, at::kLong).repeat({12});
  }

  /// The value for critics given by their scores of the atoms: [lane, atom] -> [lane].
  Tensor value(const Divergence& d, const Tensor& scores) const {
    const int64_t lanes = scores.size(0);
    const auto samples = [&](const Tensor& atoms) {
      return atoms.to(at::kDouble).view({1, -1, 1}).expand({lanes, -1, 1});
    };
    return value_of(
        d, samples(real), samples(fake),
        [&](const Tensor& x) { return scores.gather(1, x.squeeze(2).to(at::kLong)); },
        std::vector<uint64_t>(static_cast<size_t>(lanes), 0));
  }
};

constexpr int64_t candidates = 61;

/// The largest value over all critics of the atoms: atom by atom on ever finer grids, until nothing improves.
double best_value(const Divergence& d, const Atoms& atoms) {
  Tensor scores = at::zeros({1, Atoms::count}, at::kDouble);
  double best = -INFINITY;
  for (int sweep = 0; sweep < 500; ++sweep) {
    const double before = best;
    for (int64_t atom = 0; atom < Atoms::count; ++atom)
      for (double reach = 30; reach > 1e-8; reach /= 30) {
        Tensor tried = scores.expand({candidates, -1}).clone();
        tried.select(1, atom).add_(at::linspace(-reach, reach, candidates, at::kDouble));
        const Tensor values = atoms.value(d, tried), winner = values.argmax();
        best = values[winner.item<int64_t>()].item<double>();
        scores = tried.index_select(0, winner.view({1}));
      }
    if (best - before < 1e-13) break;
  }
  return best;
}

/// The largest value over critics of slope ±1 between neighbouring atoms: where a value is linear in the
/// scores, of all 1-Lipschitz ones.
double best_lipschitz_value(const Divergence& d, const Atoms& atoms) {
  Tensor slopes = at::empty({16, 4}, at::kDouble);
  for (int64_t i = 0; i < 16; ++i)
    for (int64_t step = 0; step < 4; ++step) slopes[i][step] = (i >> step & 1) != 0 ? 1.0 : -1.0;
  const Tensor rises = slopes * atoms.place.diff();
  return atoms.value(d, at::cat({at::zeros({16, 1}, at::kDouble), rises.cumsum(1)}, 1)).max().item<double>();
}

std::string fault_of_critic(const Subject& subject, const Settings& settings, double promised) {
  const Atoms atoms;
  const PluginObject alone = make(*subject.plugin, settings);
  const bool lipschitz = of(alone).needs_lipschitz_critic();
  const PluginObject object = make(*subject.plugin, settings, lipschitz ? 16 : candidates);
  const double best = lipschitz ? best_lipschitz_value(of(object), atoms) : best_value(of(object), atoms);
  if (std::abs(best - promised) < 1e-9) return {};
  return fmt::format(
      "between two distributions of five atoms the best critic{} reaches {:.10g}, and exact says "
      "{:.10g}",
      lipschitz ? " of slope 1" : "", best, promised);
}

/// Batches of N(0, 1) and N(1, 1) against the divergence of the two.
std::string fault_of_samples(const Subject& subject, const Settings& settings, double promised) {
  const int64_t repeats = 100, n = 100;
  std::vector<uint64_t> seeds(repeats);
  for (size_t i = 0; i < seeds.size(); ++i) seeds[i] = i;
  const Streams streams(seeds, at::kDouble);
  const Tensor real = streams.at("real", 0).normal({n, 1}), fake = streams.at("fake", 0).normal({n, 1}) + 1;
  const PluginObject object = make(*subject.plugin, settings, repeats);
  const auto estimate = [&](int64_t begin, int64_t count) {
    return value_of(of(object), real.narrow(1, begin, count), fake.narrow(1, begin, count), {}, seeds);
  };
  // A bias of order 1/n, which empirical measures bring, is what two halves have more of than the whole.
  const Tensor whole = estimate(0, n), halves = (estimate(0, n / 2) + estimate(n / 2, n / 2)) / 2;
  const Tensor estimates = 2 * whole - halves;
  const double mean = estimates.mean().item<double>();
  const double standard_error = estimates.std().item<double>() / std::sqrt(static_cast<double>(repeats));
  if (std::abs(mean - promised) < 4 * standard_error && standard_error < 0.1 * std::abs(promised)) return {};
  return fmt::format("batches of N(0, 1) and N(1, 1) have {:.6g} ± {:.2g} in the mean, and exact says {:.6g}",
                     mean, standard_error, promised);
}

/// Where bandwidths are chosen from the batch, nothing is known beforehand: they are fixed.
Settings with_bandwidths(const RegisteredPlugin& plugin, Settings settings) {
  if (plugin.schema->find("bandwidths")) settings.try_emplace("bandwidths", "[0.5, 2]");
  return settings;
}

std::string fault_in_float32(const Subject& subject, const Settings& settings) {
  const PluginObject alone = make(*subject.plugin, settings);
  const int64_t batch = std::max<int64_t>(of(alone).smallest_batch(), of(alone).uses_critic() ? 1 : 3);
  // Every pair of scores is a lane.
  const Tensor levels = at::cat({at::linspace(-80, 80, 17, at::kDouble), at::tensor({-0.5, 0.25, 1.0})});
  const int64_t lanes = levels.size(0) * levels.size(0);
  const std::vector<uint64_t> seeds(static_cast<size_t>(lanes), 0);
  const auto batches = [&](const Tensor& level) {
    return level.view({lanes, 1, 1}).expand({-1, batch, 1}).contiguous();
  };
  Tensor real = batches(levels.repeat_interleave(levels.size(0))),
         fake = batches(levels.repeat({levels.size(0)}));
  if (!of(alone).uses_critic()) {  // without a critic equal samples would be all that there is
    real = real + at::arange(batch, at::kDouble).view({1, -1, 1}) / 4;
    fake = fake + at::arange(batch, at::kDouble).view({1, -1, 1}) / 8;
  }
  const PluginObject precise = make(*subject.plugin, settings, lanes),
                     single = make(*subject.plugin, settings, lanes, at::kFloat);
  const auto truth = losses(of(precise), real, fake, seeds);
  const auto got = losses(of(single), real.to(at::kFloat), fake.to(at::kFloat), seeds);
  constexpr const char* names[] = {"the value", "the value's slope", "the generator's loss",
                                   "the generator's slope"};
  for (size_t i = 0; i < truth.size(); ++i) {
    const Tensor wrong = (truth[i].abs() < FLT_MAX / 2).logical_and(got[i].isfinite().logical_not());
    if (!wrong.any().item<bool>()) continue;
    const int64_t lane = wrong.to(at::kInt).view({lanes, -1}).amax(1).argmax().item<int64_t>();
    return fmt::format(
        "{} overflows in float32 {} {:.4g} for the real and {:.4g} for the generated sample, where float64 "
        "has {:.4g}",
        names[i], of(alone).uses_critic() ? "at scores of" : "at", real[lane][0].item<double>(),
        fake[lane][0].item<double>(), truth[i].masked_select(wrong)[0].item<double>());
  }
  return {};
}

}  // namespace

std::array<Tensor, 4> losses(const Divergence& d, const Tensor& real, const Tensor& fake,
                             const std::vector<uint64_t>& seeds) {
  const Tensor x = real.detach().clone().requires_grad_(), y = fake.detach().clone().requires_grad_();
  const auto score = [](const Tensor& samples) { return samples.select(2, 0); };
  const Tensor value = d.value(round_between(x, y, Player::critic, score, seeds));
  const Tensor loss = d.generator_loss(round_between(x, y, Player::generator, score, seeds));
  return {value.detach(), derivative(value, {x, y})[1], loss.detach(), derivative(loss, {y})[0]};
}

Finding exact(const Subject& subject) {
  const Densities line = densities({0, 1}, {1, 1}, 64);
  size_t count = 0;
  bool by_critic = false;
  for (const Settings& varied : variations(subject)) {
    by_critic = of(make(*subject.plugin, varied)).uses_critic();
    const Settings settings = by_critic ? varied : with_bandwidths(*subject.plugin, varied);
    const PluginObject object = make(*subject.plugin, settings);
    const auto promised = of(object).exact(by_critic ? Atoms().densities : line);
    if (!promised) continue;
    ++count;
    const double value = promised->item<double>();
    const std::string fault =
        by_critic ? fault_of_critic(subject, settings, value) : fault_of_samples(subject, settings, value);
    if (!fault.empty()) return {Verdict::failed, fault + settings_text(settings)};
  }
  if (count == 0) return {Verdict::skipped, "no formula is known for its value (exact)"};
  return {Verdict::ok, fmt::format("exact is what {}; {}",
                                   by_critic ? "the best critic reaches" : "batches have in the mean",
                                   counted(count, "setting"))};
}

Finding finite(const Subject& subject) {
  size_t count = 0;
  for (const Settings& varied : variations(subject)) {
    const Settings settings = with_bandwidths(*subject.plugin, varied);
    ++count;
    const std::string fault = fault_in_float32(subject, settings);
    if (!fault.empty()) return {Verdict::failed, fault + settings_text(settings)};
  }
  return {Verdict::ok,
          "losses and slopes are finite in float32 where they fit, for scores and samples up to ±80; " +
              counted(count, "setting")};
}

}  // namespace saddle::check
