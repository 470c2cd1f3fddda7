// Divergences of every family: every registered one states what it is and meets truths that are known
// elsewhere. That its value is what it promises: test_checks.cpp.
#include "check/divergence.hpp"
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

const Divergence& of(const PluginObject& object) { return object.as<Divergence>(); }

Tensor value_of(const Divergence& d, const Tensor& real, const Tensor& fake,
                const std::function<Tensor(const Tensor&)>& score, const std::vector<uint64_t>& seeds = {0}) {
  return d.value(Round(content(real, fake, Player::critic, score, seeds)));
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
      CHECK_FALSE(facts["domain"].empty());
    }
  });
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
      const auto many = check::losses(of(together), real, fake, seeds);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const auto i = static_cast<size_t>(lane);
        const PluginObject alone = make(*plugin, {{p.name, values[i]}}, 1, at::kFloat);
        const auto one = check::losses(of(alone), lane_of(real, lane), lane_of(fake, lane), {seeds[i]});
        for (size_t what = 0; what < one.size(); ++what) {
          CAPTURE(plugin->name(), p.name, values[i], what);
          CHECK(same_bits(lane_of(many[what], lane), one[what]));
        }
      }
    }
  CHECK(found >= 6);
}
