// Plugin objects as an experiment would make them, one lane beside others, and the numbers of tests/fixtures.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <nlohmann/json.hpp>
#include <saddle/plugin.hpp>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "config/yaml_reader.hpp"
#include "plugin/loader.hpp"
#include "plugin/registry.hpp"

#if __has_include(<catch2/catch_test_macros.hpp>)
using Catch::Approx;  // Catch2 2 has it in the global namespace
#endif

namespace saddle::testing {

/// Every plugin of the build.
inline const Registry& built_plugins() {
  static const Registry registry = [] {
    at::set_num_threads(1);  // as in a worker: threads that wait for each other take several times as long
    Registry all;
    const char* folder = std::getenv("SADDLE_PLUGINS_DIR");
    REQUIRE(folder != nullptr);
    for (const PluginFailure& failure : load_plugins(all, folder)) FAIL(failure.message);
    return all;
  }();
  return registry;
}

inline ValuePtr value(double x) {
  Value v;
  v.kind = Value::Kind::real;
  v.real = x;
  v.text = number_text(x);
  return std::make_shared<Value>(v);
}
inline ValuePtr value(int x) {
  Value v;
  v.kind = Value::Kind::integer;
  v.integer = x;
  v.real = x;
  v.text = std::to_string(x);
  return std::make_shared<Value>(v);
}
inline ValuePtr value(bool x) {
  Value v;
  v.kind = Value::Kind::boolean;
  v.boolean = x;
  v.text = x ? "true" : "false";
  return std::make_shared<Value>(v);
}
inline ValuePtr value(const char* x) {
  Value v;
  v.kind = Value::Kind::string;
  v.text = x;
  return std::make_shared<Value>(v);
}
template <class T>
ValuePtr list(const std::vector<T>& all) {
  Value v;
  v.kind = Value::Kind::list;
  for (const T& x : all) v.list.push_back(value(x));
  return std::make_shared<Value>(v);
}

/// A parameter's value: one for all lanes, or one a lane.
struct Setting {
  template <class T>
  Setting(const T& one) : lanes{value(one)} {}  // NOLINT(google-explicit-constructor): reads like YAML
  Setting(ValuePtr one) : lanes{std::move(one)} {}
  static Setting each(const std::vector<double>& all) {
    Setting s(all.at(0));
    s.lanes.clear();
    for (const double x : all) s.lanes.push_back(value(x));
    return s;
  }
  std::vector<ValuePtr> lanes;
};
using Settings = std::map<std::string, Setting>;

/// An object of a plugin with these parameters, the others at their defaults.
inline PluginObject make(const RegisteredPlugin& plugin, const Settings& settings = {}, int64_t lanes = 1,
                         at::ScalarType dtype = at::kDouble) {
  PluginObject object(plugin);
  for (const ParamSpec& spec : plugin.schema->params()) {
    std::vector<const Value*> values(static_cast<size_t>(lanes), nullptr);
    if (const auto found = settings.find(spec.name); found != settings.end())
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = found->second.lanes[found->second.lanes.size() == 1 ? 0 : i].get();
    spec.assign(object.most_derived(), values, {.options = at::TensorOptions().dtype(dtype)});
  }
  for (const auto& [name, unused] : settings)
    if (plugin.schema->find(name) == nullptr) FAIL(plugin.name() << " has no parameter " << name);
  return object;
}

inline PluginObject make(Kind kind, const std::string& name, const Settings& settings = {}, int64_t lanes = 1,
                         at::ScalarType dtype = at::kDouble) {
  const RegisteredPlugin* plugin = built_plugins().find(kind, name);
  if (plugin == nullptr) FAIL("there is no " << kind_name(kind) << " " << name);
  return make(*plugin, settings, lanes, dtype);
}

/// from_yaml(Kind::data, "ring", "{modes: 8}"): with parameters as an experiment file gives them.
inline PluginObject from_yaml(Kind kind, const std::string& name, const std::string& yaml = "{}") {
  const ValuePtr given = read_yaml_text(std::make_shared<Source>(Source{"command line", yaml}));
  Settings settings;
  for (const Entry& entry : given->map) settings.emplace(entry.key, entry.value);
  return make(kind, name, settings);
}

/// Data, loaded.
inline PluginObject data(const std::string& name, const std::string& yaml = "{}") {
  PluginObject object = from_yaml(Kind::data, name, yaml);
  object.as<Data>().load();
  return object;
}

/// Streams of lanes with the given seeds.
inline Random stream(std::vector<uint64_t> seeds, at::ScalarType type = at::kDouble) {
  return Streams(std::move(seeds), at::TensorOptions(type)).at("test", 0);
}

/// A file of tests/fixtures.
inline nlohmann::json json_fixture(const std::string& name) {
  const char* source = std::getenv("SADDLE_SOURCE");
  std::ifstream file(std::filesystem::path(source ? source : ".") / "tests/fixtures" / name);
  return nlohmann::json::parse(file);
}

/// A list of lists of numbers, float64.
inline Tensor table(const nlohmann::json& rows) {
  const auto all = rows.get<std::vector<std::vector<double>>>();
  Tensor result =
      at::empty({static_cast<int64_t>(all.size()), static_cast<int64_t>(all.at(0).size())}, at::kDouble);
  auto* out = result.mutable_data_ptr<double>();
  for (const auto& row : all) out = std::copy(row.begin(), row.end(), out);
  return result;
}

/// Numbers that depend on seed, lane and shape: lane i of many is lane i alone, under `only`.
inline Tensor normals(const std::string& purpose, const Shape& shape, std::vector<uint64_t> seeds = {0},
                      at::ScalarType dtype = at::kDouble) {
  return Streams(std::move(seeds), at::TensorOptions().dtype(dtype)).at(purpose, 0).normal(shape);
}

/// Random parameters for what a network declared, one seed a lane, and its state as declared. They lie in one
/// buffer a lane, as in training: the alignment of a lane's numbers is part of what makes its bits.
inline Params random_params(const Declare& declared, const std::vector<uint64_t>& seeds = {0},
                            at::ScalarType dtype = at::kDouble, double scale = 0.5) {
  const auto lanes = static_cast<int64_t>(seeds.size());
  auto place = [&](const std::vector<Slot>& slots, int64_t stride, auto start) {
    const Tensor buffer = at::zeros({lanes, stride}, at::TensorOptions().dtype(dtype));
    std::vector<Tensor> views;
    for (const Slot& slot : slots) {
      views.push_back(buffer.narrow(1, slot.offset, numel(slot.shape)).unflatten(1, slot.shape));
      start(slot, views.back());
    }
    return views;
  };
  auto params = place(declared.params(), declared.param_stride(), [&](const Slot& slot, Tensor& view) {
    view.copy_(normals(slot.name, slot.shape, seeds, dtype) * scale);
    view = view.detach().requires_grad_();
  });
  auto states = place(declared.states(), declared.state_stride(),
                      [](const Slot& slot, Tensor& view) { view.fill_(slot.init.scale); });
  return {params, states, Mode::training};
}

/// The parameters of one lane alone, and the first `states` of its states.
inline Tensor lane_of(const Tensor& x, int64_t lane);
inline Params lane_of(const Params& params, int64_t lane, int states = 0) {
  std::vector<Tensor> own, own_states;
  for (const Tensor& p : params.all()) own.push_back(lane_of(p, lane).requires_grad_());
  for (int i = 0; i < states; ++i) own_states.push_back(lane_of(params[StateRef{i}], lane));
  return {own, own_states, params.mode()};
}

/// The lane alone, contiguous and in memory of its own.
inline Tensor lane_of(const Tensor& x, int64_t lane) { return x.detach().narrow(0, lane, 1).clone(); }

/// NaN equals NaN of the same bits.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
  return x.sizes() == y.sizes() && x.scalar_type() == y.scalar_type() &&
         std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

/// The largest |a − b| / (|b| + floor).
inline double relative_error(const Tensor& a, const Tensor& b, double floor = 1e-300) {
  const Tensor x = a.detach().to(at::kDouble), y = b.detach().to(at::kDouble);
  return ((x - y).abs() / (y.abs() + floor)).max().item<double>();
}

inline double number(const Tensor& x) { return x.item<double>(); }

/// Whether the mean of independent numbers lies within four standard errors of the truth.
inline bool mean_is(const Tensor& x, double truth) {
  const double numbers = static_cast<double>(x.numel());
  return std::abs(number(x.mean()) - truth) < 4 * number(x.std()) / std::sqrt(numbers) + 1e-12;
}

/// Central differences of a number by every element of x, which is moved in place and back.
template <class Function>
Tensor central_differences(Tensor x, double step, Function function) {
  const at::NoGradGuard in_place;
  Tensor moved = x.detach();
  Tensor flat = moved.view(-1), slopes = at::zeros_like(flat);
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double before = flat[i].item<double>();
    auto at_offset = [&](double offset) {
      flat[i].fill_(before + offset);
      const at::AutoGradMode differentiable(true);
      return number(function());
    };
    slopes[i] = (at_offset(step) - at_offset(-step)) / (2 * step);
    flat[i].fill_(before);
  }
  return slopes.view_as(x);
}

/// d(sum of y)/dx for each x; zero where y does not depend on it.
inline std::vector<Tensor> gradients(const Tensor& y, const std::vector<Tensor>& of) {
  auto all = torch::autograd::grad({y}, of, {at::ones_like(y)}, true, false, true);
  for (size_t i = 0; i < of.size(); ++i)
    if (!all[i].defined()) all[i] = at::zeros_like(of[i]);
  return all;
}

/// A round between given samples, scored by `score`; `critic` is what penalties find of parameters and state.
inline Round::Content content(Tensor real, Tensor fake, Player player,
                              std::function<Tensor(const Tensor&)> score, std::vector<uint64_t> seeds = {0},
                              const Params& critic = {{}, {}, Mode::training}) {
  const auto options = real.options().requires_grad(false);
  return {.real = [real] { return real; },
          .fake = std::move(fake),
          .latents = {},
          .labels = [] { return Tensor(); },
          .critic = [critic] { return critic; },
          .step = [] { return 3; },
          .steps = 10,
          .player = player,
          .joint_pass = true,
          .score = std::move(score),
          .random = [seeds,
                     options](std::string_view purpose) { return Streams(seeds, options).at(purpose, 3); }};
}

/// Counts from 0 to 8, for those that look at the data.
class SomeCounts final : public Data {
 public:
  explicit SomeCounts(Shape shape) : shape_(std::move(shape)) {}
  Shape shape() const override { return shape_; }
  Batch draw(Random& random, int64_t batch) const override {
    Shape all{batch};
    all.insert(all.end(), shape_.begin(), shape_.end());
    return {random.uniform(all, 0, 9).floor(), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }

 private:
  Shape shape_;
};

inline void look_at_data(const PluginObject& head, const Shape& sample) {
  Random random = Streams({0}, at::kFloat).at("observe", 0);
  head.as<Head>().observe(SomeCounts(sample), random);
}

}  // namespace saddle::testing
