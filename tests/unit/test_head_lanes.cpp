// Heads that draw, under every choice: finite whatever they are given, and lane by lane.
#include "head_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

TEST_CASE("heads that draw have finite samples, likelihoods and slopes, however large the raw output") {
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::head)) {
    const ParamSpec* gradient = plugin->schema->find("gradient");
    for (const std::string& choice : gradient ? gradient->choices : std::vector<std::string>{""})
      for (const double size : {1.0, 100.0, 1e4}) {
        Settings settings;
        if (gradient) settings.emplace("gradient", choice.c_str());
        PluginObject object = make(*plugin, settings, 1, at::kFloat);
        const auto& head = object.as<Head>();
        Declare d;
        look_at_data(object, {3});
        object.as<Head>().declare(d, {3});
        Shape shape = head.raw_shape({3});
        shape.insert(shape.begin(), 200);
        const Params params = random_params(d, {1}, at::kFloat);
        const Tensor raw = (normals("raw", shape, {1}, at::kFloat) * size).requires_grad_();
        Random random = stream({1}, at::kFloat);
        const Tensor x = head.forward(params, raw, random);
        CAPTURE(plugin->name(), choice, size);
        CHECK(x.isfinite().all().item<bool>());
        if (x.requires_grad()) CHECK(gradients(x.sum(), {raw})[0].isfinite().all().item<bool>());
        if (!head.has_likelihood()) continue;
        ++found;
        // Samples of another raw output, within the edges that a density may have.
        const Tensor other = normals("other", shape, {1}, at::kFloat);
        const Tensor y = head.forward({params.all(), {}, Mode::evaluation}, other, random).detach();
        const Tensor mass = head.log_likelihood(params, raw, y);
        CHECK(mass.sizes() == at::IntArrayRef({1, 200}));
        CHECK(mass.isfinite().all().item<bool>());
        CHECK(gradients(mass.sum(), {raw})[0].isfinite().all().item<bool>());
      }
  }
  CHECK(found >= 3 * (1 + 2 * 3 + 3 * 4));
}

TEST_CASE(
    "a head gives one lane the same bits alone and among others, under every choice and at its own "
    "temperature") {
  const auto made = [](const RegisteredPlugin& plugin, Settings settings,
                       const std::vector<double>& temperatures, at::ScalarType dtype, Declare& d) {
    if (plugin.schema->find("temperature"))
      settings.insert_or_assign("temperature", Setting::each(temperatures));
    PluginObject head = make(plugin, settings, static_cast<int64_t>(temperatures.size()), dtype);
    look_at_data(head, {5});
    head.as<Head>().declare(d, {5});
    return head;
  };
  const auto results = [](const PluginObject& object, const Params& params, const Tensor& raw,
                          std::vector<uint64_t> seeds) {
    const auto& head = object.as<Head>();
    Random random = stream(std::move(seeds), raw.scalar_type());
    const Tensor at_raw = raw.detach().clone().requires_grad_();
    const Tensor x = head.forward(params, at_raw, random);
    std::vector<Tensor> of = params.all(), all{x};
    of.push_back(at_raw);
    const auto add = [&](const Tensor& y) {
      for (const Tensor& slope : gradients(y, of)) all.push_back(slope);
    };
    if (x.requires_grad()) add(x.square());
    if (head.has_likelihood() && !head.support().composition) {
      all.push_back(head.log_likelihood(params, at_raw, x.detach().floor()));
      add(all.back());
    }
    return all;
  };
  const std::vector<uint64_t> seeds{4, 5, 6};
  const std::vector<double> temperatures{0.5, 1, 0.7};
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::head))
    for (const ParamSpec& p : plugin->schema->params())
      for (const std::string& choice : p.choices)
        for (const auto dtype : {at::kFloat, at::kDouble}) {
          const Settings settings{{p.name, choice.c_str()}};
          Declare d;
          const PluginObject many = made(*plugin, settings, temperatures, dtype, d);
          Shape shape = many.as<Head>().raw_shape({5});
          shape.insert(shape.begin(), 13);
          const Tensor raw = normals("raw", shape, seeds, dtype) * 2;
          const Params params = random_params(d, seeds, dtype);
          const auto together = results(many, params, raw, seeds);
          for (int64_t lane = 0; lane < 3; ++lane) {
            const auto i = static_cast<size_t>(lane);
            Declare own;
            const PluginObject one = made(*plugin, settings, {temperatures[i]}, dtype, own);
            const auto alone = results(one, lane_of(params, lane), lane_of(raw, lane), {seeds[i]});
            REQUIRE(alone.size() == together.size());
            for (size_t k = 0; k < alone.size(); ++k) {
              CAPTURE(plugin->name(), p.name, choice, lane, k);
              CHECK(same_bits(alone[k], lane_of(together[k], lane)));
            }
          }
          ++found;
        }
  CHECK(found >= 2 * (2 * 3 + 3 * 8 + 2 * 3));
}
