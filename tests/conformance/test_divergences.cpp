// Divergences of every family: every registered one states what it is, its value() is what exact() promises,
// and it meets known truths. What f-divergences promise beyond that is in test_f_divergences.cpp.
#include <cfloat>

#include "conformance/gaussians.hpp"
#include "conformance/variations.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// check(plugin, settings) for every divergence and every variation of its parameters.
template <class Check>
void for_every_divergence(Check check) {
  at::set_num_threads(1);  // as in a worker
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence))
    for (const Variation& v : variations(*plugin)) {
      INFO(plugin->name() << " " << v.label);
      check(*plugin, v.settings);
    }
}

/// The same where something about bandwidths is fixed, which otherwise come from the batch.
template <class Check>
void for_every_divergence_with_bandwidths(Check check) {
  for_every_divergence([&](const RegisteredPlugin& plugin, Settings settings) {
    if (plugin.schema->find("bandwidths")) settings.emplace("bandwidths", list<double>({0.5, 2}));
    check(plugin, settings);
  });
}

const Divergence& of(const PluginObject& object) { return object.as<Divergence>(); }

Tensor value_of(const Divergence& d, const Tensor& real, const Tensor& fake,
                const std::function<Tensor(const Tensor&)>& score, const std::vector<uint64_t>& seeds = {0}) {
  return d.value(Round(content(real, fake, Player::critic, score, seeds)));
}

/// Two distributions of five atoms, and a batch that has them as frequencies: every real sample once beside
/// every generated one, so that critics that compare pairs see independent pairs.
struct Atoms {
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
    const auto samples = [&](const Tensor& atoms) {
      return atoms.to(at::kDouble).view({1, -1, 1}).expand({scores.size(0), -1, 1});
    };
    return value_of(d, samples(real), samples(fake),
                    [&](const Tensor& x) { return scores.gather(1, x.squeeze(2).to(at::kLong)); });
  }
};

constexpr int64_t candidates = 61;

/// The largest value over all critics of the atoms: atom by atom on ever finer grids, until nothing improves.
double best_value(const Divergence& d, const Atoms& atoms) {
  Tensor scores = at::zeros({1, 5}, at::kDouble);
  double best = -INFINITY;
  for (int sweep = 0; sweep < 500; ++sweep) {
    const double before = best;
    for (int64_t atom = 0; atom < 5; ++atom)
      for (double reach = 30; reach > 1e-8; reach /= 30) {
        Tensor tried = scores.expand({candidates, -1}).clone();
        tried.select(1, atom).add_(at::linspace(-reach, reach, candidates, at::kDouble));
        const Tensor values = atoms.value(d, tried);
        const Tensor winner = values.argmax();
        best = number(values[winner.item<int64_t>()]);
        scores = tried.index_select(0, winner.view({1}));
      }
    if (best - before < 1e-13) break;
  }
  return best;
}

}  // namespace

TEST_CASE("every divergence states its family, its optimum and its source") {
  for_every_divergence([](const RegisteredPlugin& plugin, const Settings& settings) {
    std::map<std::string, std::string> facts(plugin.schema->facts().begin(), plugin.schema->facts().end());
    CHECK_FALSE(facts["family"].empty());
    CHECK_FALSE(facts["optimum"].empty());
    CHECK_FALSE(plugin.schema->citations().empty());
    CHECK_FALSE(plugin.schema->summary().empty());
    const PluginObject object = make(plugin, settings);
    if (dynamic_cast<const FDivergence*>(&of(object))) {
      CHECK(facts["family"] == "f-divergence");
      CHECK_FALSE(facts["f"].empty());
    }
  });
}

TEST_CASE("exact is the largest value that any critic reaches") {
  const Atoms atoms;
  int found = 0;
  for_every_divergence([&](const RegisteredPlugin& plugin, const Settings& settings) {
    const PluginObject alone = make(plugin, settings);
    if (!of(alone).uses_critic() || of(alone).needs_lipschitz_critic()) return;
    const auto promised = of(alone).exact(atoms.densities);
    if (!promised) return;
    ++found;
    const PluginObject object = make(plugin, settings, candidates);
    CHECK(std::abs(best_value(of(object), atoms) - number(*promised)) < 1e-9);
  });
  CHECK(found >= 20);
}

TEST_CASE("exact is the largest value that a Lipschitz critic reaches") {
  const Atoms atoms;
  int found = 0;
  for_every_divergence([&](const RegisteredPlugin& plugin, const Settings& settings) {
    const PluginObject alone = make(plugin, settings);
    if (!of(alone).needs_lipschitz_critic()) return;
    const auto promised = of(alone).exact(atoms.densities);
    if (!promised) return;
    ++found;
    // A linear function of the scores is largest where all slopes are ±1.
    const PluginObject object = make(plugin, settings, 16);
    Tensor slopes = at::empty({16, 4}, at::kDouble);
    for (int64_t i = 0; i < 16; ++i)
      for (int64_t step = 0; step < 4; ++step) slopes[i][step] = (i >> step & 1) != 0 ? 1.0 : -1.0;
    const Tensor rises = slopes * atoms.place.diff();
    const Tensor scores = at::cat({at::zeros({16, 1}, at::kDouble), rises.cumsum(1)}, 1);
    const Tensor values = atoms.value(of(object), scores);
    REQUIRE(relative_error(atoms.value(of(object), 3 * scores + 7), 3 * values) < 1e-12);
    CHECK(std::abs(values.max().item<double>() - number(*promised)) < 1e-12);
  });
  CHECK(found >= 1);
}

TEST_CASE("divergences of known Gaussians have the values of papers.md") {
  at::set_num_threads(1);
  for (const Truth& t : truths()) {
    // Kinks and masses at nodes cost O(step²): (1/2048)² is 2e-7.
    const Densities at = densities({0, 1}, t.q, 2048);
    const std::vector<std::tuple<const char*, const char*, double>> all{
        {"wasserstein", "{}", t.w1},
        {"sliced_wasserstein", "{order: 1}", t.w1},
        {"sliced_wasserstein", "{order: 2}", t.w2 * t.w2},
        {"max_sliced_wasserstein", "{order: 1}", t.w1},
        {"max_sliced_wasserstein", "{order: 2}", t.w2 * t.w2},
        {"energy", "{}", t.energy},
        {"hinge", "{}", 2 * t.total_variation - 2}};
    for (const auto& [name, yaml, expected] : all) {
      CAPTURE(name, yaml, t.q.mean, t.q.std);
      CHECK(std::abs(exact(name, at, settings(yaml)) - expected) < 1e-6);
    }
    // Kernels cost the square of the nodes; a smooth one needs few.
    const Densities coarse = densities({0, 1}, t.q, 32);
    for (size_t i = 0; i < t.mmd.size(); ++i) {
      if (std::isnan(t.mmd[i])) continue;
      const double bandwidth = std::array{0.5, 1.0, 2.0}[i];
      CAPTURE(bandwidth, t.q.mean, t.q.std);
      CHECK(std::abs(exact("mmd", coarse, {{"bandwidths", list<double>({bandwidth})}}) - t.mmd[i]) < 1e-8);
    }
    CHECK(std::abs(exact("mmd", coarse, {{"kernel", "energy"}}) - t.energy) < 1e-3);  // (1/32)²
  }
}

TEST_CASE("divergences between batches are what brute force makes of them") {
  at::set_num_threads(1);
  const nlohmann::json batches = json_fixture("sample_divergences.json")["batches"];
  for (const auto& [name, cases] : batches.items())
    for (const auto& c : cases) {
      const Tensor real = table(c["real"]).unsqueeze(0), fake = table(c["fake"]).unsqueeze(0);
      for (const auto& [dtype, allowed] : {std::pair{at::kDouble, 1e-10}, std::pair{at::kFloat, 2e-6}}) {
        const PluginObject object = make(Kind::divergence, name, settings(c["settings"].dump()), 1, dtype);
        const double expected = c["value"].get<double>();
        CAPTURE(name, c["settings"].dump(), dtype, expected);
        // Of a sum of terms of this size.
        const double scale =
            name == "mmd" && c["settings"]["kernel"] == "polynomial" ? 100 : 1 + std::abs(expected);
        CHECK(std::abs(number(value_of(of(object), real.to(dtype), fake.to(dtype), {})) - expected) <
              allowed * scale);
      }
    }
}

TEST_CASE("sliced distances in the plane are the mean and the maximum over all directions") {
  at::set_num_threads(1);
  const nlohmann::json plane = json_fixture("sample_divergences.json")["plane"];
  const Tensor real = table(plane["real"]).unsqueeze(0), fake = table(plane["fake"]).unsqueeze(0);
  for (const int order : {1, 2}) {
    const auto& truth = plane[std::to_string(order)];
    const PluginObject sliced =
        make(Kind::divergence, "sliced_wasserstein", {{"order", order}, {"directions", 4000}});
    const double standard_error = truth["std"].get<double>() / std::sqrt(4000.0);
    CHECK(std::abs(number(value_of(of(sliced), real, fake, {})) - truth["mean"].get<double>()) <
          4 * standard_error);

    const PluginObject largest =
        make(Kind::divergence, "max_sliced_wasserstein", {{"order", order}, {"steps", 100}});
    const double found = number(value_of(of(largest), real, fake, {})), best = truth["max"].get<double>();
    // The grid's step of π/20000 costs its square; the ascent may stop short of a maximum where the order of
    // the projections changes.
    CHECK(found < best * (1 + 1e-6));
    CHECK(found > best * (1 - 1e-3));
    const PluginObject untrained =
        make(Kind::divergence, "max_sliced_wasserstein", {{"order", order}, {"steps", 0}, {"directions", 1}});
    CHECK(number(value_of(of(untrained), real, fake, {})) < found * (1 - 1e-3));
  }
}

TEST_CASE("divergences between samples converge to exact") {
  const int64_t repeats = 100, n = 100;
  std::vector<uint64_t> seeds(repeats);
  for (size_t i = 0; i < seeds.size(); ++i) seeds[i] = i;
  const Gaussian q{1, 1};
  const Densities at = densities({0, 1}, q, 64);
  const Tensor real = normals("real", {n, 1}, seeds), fake = normals("fake", {n, 1}, seeds) * q.std + q.mean;
  int found = 0;
  for_every_divergence_with_bandwidths([&](const RegisteredPlugin& plugin, const Settings& settings) {
    const PluginObject alone = make(plugin, settings);
    if (of(alone).uses_critic()) return;
    const auto promised = of(alone).exact(at);
    if (!promised) return;
    ++found;
    const PluginObject object = make(plugin, settings, repeats);
    const auto estimate = [&](int64_t begin, int64_t count) {
      return value_of(of(object), real.narrow(1, begin, count), fake.narrow(1, begin, count), {}, seeds);
    };
    // A bias of order 1/n, which empirical measures bring, is what two halves have more of than the whole.
    const Tensor whole = estimate(0, n), halves = (estimate(0, n / 2) + estimate(n / 2, n / 2)) / 2;
    const Tensor estimates = 2 * whole - halves;
    const double standard_error = number(estimates.std()) / std::sqrt(static_cast<double>(repeats));
    CAPTURE(number(estimates.mean()), number(*promised), standard_error);
    CHECK(standard_error < 0.1 * number(*promised));  // or nothing would be tested
    CHECK(std::abs(number(estimates.mean()) - number(*promised)) < 4 * standard_error);
  });
  CHECK(found >= 8);
}

namespace {

/// Both players' losses of one batch a lane, and their slopes in the scores or, without a critic, in the
/// samples.
std::array<Tensor, 4> losses(const Divergence& d, const Tensor& real, const Tensor& fake,
                             const std::vector<uint64_t>& seeds) {
  const Tensor x = real.detach().clone().requires_grad_(), y = fake.detach().clone().requires_grad_();
  const auto score = [](const Tensor& samples) { return samples.select(2, 0); };
  const Tensor value = d.value(Round(content(x, y, Player::critic, score, seeds)));
  const Tensor loss = d.generator_loss(Round(content(x, y, Player::generator, score, seeds)));
  return {value.detach(), gradients(value, {x, y})[1], loss.detach(), gradients(loss, {y})[0]};
}

}  // namespace

TEST_CASE("parameters of lanes beside each other do not mix, limits among them") {
  at::set_num_threads(1);
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence))
    for (const ParamSpec& p : plugin->schema->params()) {
      if (!p.per_lane) continue;
      ++found;
      std::vector<double> values;
      for (const double x : {0.5, 0.0, 1.0, -1.0, 2.0, 0.9, 1 - 1e-7, 1 + 1e-7, 1e-7, 0.3})
        if (p.range.contains(x)) values.push_back(x);
      const auto lanes = static_cast<int64_t>(values.size());
      std::vector<uint64_t> seeds(values.size());
      for (size_t i = 0; i < seeds.size(); ++i) seeds[i] = i;
      const Tensor real = normals("real", {13, 2}, seeds, at::kFloat),
                   fake = normals("fake", {13, 2}, seeds, at::kFloat) * 3;
      const PluginObject together = make(*plugin, {{p.name, Setting::each(values)}}, lanes, at::kFloat);
      const auto many = losses(of(together), real, fake, seeds);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const auto i = static_cast<size_t>(lane);
        const PluginObject alone = make(*plugin, {{p.name, values[i]}}, 1, at::kFloat);
        const auto one = losses(of(alone), lane_of(real, lane), lane_of(fake, lane), {seeds[i]});
        for (size_t what = 0; what < one.size(); ++what) {
          CAPTURE(plugin->name(), p.name, values[i], what);
          CHECK(same_bits(lane_of(many[what], lane), one[what]));
        }
      }
    }
  CHECK(found >= 6);
}

TEST_CASE("losses and their slopes are finite in float32 for scores and samples up to 80, where they fit") {
  for_every_divergence_with_bandwidths([](const RegisteredPlugin& plugin, const Settings& settings) {
    const PluginObject alone = make(plugin, settings);
    const int64_t batch = std::max<int64_t>(of(alone).smallest_batch(), of(alone).uses_critic() ? 1 : 3);
    // Every pair of scores is a lane.
    const Tensor levels = at::cat({at::linspace(-80, 80, 17, at::kDouble), at::tensor({-0.5, 0.25, 1.0})});
    const int64_t lanes = levels.size(0) * levels.size(0);
    const std::vector<uint64_t> seeds(static_cast<size_t>(lanes), 0);
    Tensor real =
        levels.repeat_interleave(levels.size(0)).view({lanes, 1, 1}).expand({-1, batch, 1}).contiguous();
    Tensor fake = levels.repeat({levels.size(0)}).view({lanes, 1, 1}).expand({-1, batch, 1}).contiguous();
    if (!of(alone).uses_critic()) {  // without a critic equal samples would be all that there is
      real = real + at::arange(batch, at::kDouble).view({1, -1, 1}) / 4;
      fake = fake + at::arange(batch, at::kDouble).view({1, -1, 1}) / 8;
    }
    const PluginObject precise = make(plugin, settings, lanes),
                       single = make(plugin, settings, lanes, at::kFloat);
    const auto truth = losses(of(precise), real, fake, seeds);
    const auto got = losses(of(single), real.to(at::kFloat), fake.to(at::kFloat), seeds);
    for (size_t i = 0; i < truth.size(); ++i) {
      const Tensor fits = truth[i].abs() < FLT_MAX / 2;
      CAPTURE(i);
      CHECK(fits.any().item<bool>());
      CHECK_FALSE(fits.logical_and(got[i].isfinite().logical_not()).any().item<bool>());
    }
  });
}
