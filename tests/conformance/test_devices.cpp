// Training on other devices than the CPU gives the same numbers but for rounding, and captured losses give
// what evaluated ones give: on a fake device everywhere, and on a GPU where there is one (end_to_end/gpu).
#include <ATen/Context.h>

#include <set>

#include "check/bed.hpp"
#include "check/same_bits.hpp"
#include "conformance/everything.hpp"
#include "conformance/fake_device.hpp"
#include "game/device_stream.hpp"
#include "game/trainer.hpp"
#include "lanes/graph_recorder.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

struct Elsewhere {
  at::Device device = at::kCPU;
  MakeGraph graphs{};
};

Elsewhere fake() { return {fake_device(), fake_graphs()}; }
Elsewhere gpu() {
  if (!at::hasCUDA()) FAIL("no GPU here, or a LibTorch without CUDA");
  const at::Device device(at::kCUDA, 0);
  if (!graphs_of(device)) FAIL("this build captures nothing: CMake has not found cuda_runtime_api.h");
  return {device, graphs_of(device)};
}

struct Run {
  std::map<uint64_t, TrialResult> results;
  std::string refusal;
};

Run run(const std::vector<TrialConfig>& trials, const Elsewhere& place, bool replays) {
  std::vector<const TrialConfig*> all;
  for (const TrialConfig& trial : trials) all.push_back(&trial);
  const SharedData data = load_data(*trials[0].data, {check::options_of(trials[0]).device(place.device)});
  Trainer trainer(all, data, place.device, replays, place.graphs);
  Run done;
  trainer.run([](int64_t) { return true; }, [&](const TrialResult& r) { done.results[r.trial->seed] = r; });
  done.refusal = trainer.refusal();
  return done;
}

std::vector<TrialConfig> trials_of(check::Bed bed, const char* dtype = "float32") {
  bed.train["steps"] = "17";
  bed.train["dtype"] = dtype;
  bed.sections["measure"] = "{every: 13, samples: 53}";
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) trials.push_back(bed.trial(checked_registry(), seed));
  return trials;
}

/// Every plugin that a trial can be made with.
template <class F>
void for_everything(F f) {
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : checked_registry().of(kind)) {
      const check::Subject subject{plugin, &checked_registry(), example(*plugin)};
      const check::Placed placed = check::placed(check::odd(subject), check::odd_bed());
      INFO(kind_name(kind) << " " << plugin->name());
      if (!placed.bed) continue;
      try {
        f(*plugin, *placed.bed);
      } catch (const c10::Error& e) {
        FAIL_CHECK(e.what_without_backtrace());
      } catch (const std::exception& e) {
        FAIL_CHECK(e.what());
      }
    }
}

/// Whether they ended alike, with weights of which each is as near as `rounding` of the largest of its
/// parameter.
void check_alike(const TrialResult& a, const TrialResult& b, double rounding) {
  CHECK(a.outcome == b.outcome);
  CHECK(a.steps == b.steps);
  REQUIRE(a.weights.size() == b.weights.size());
  for (size_t i = 0; i < a.weights.size(); ++i) {
    const Tensor x = a.weights[i].second.to(at::kDouble), y = b.weights[i].second.to(at::kDouble);
    INFO(a.weights[i].first);
    if (x.numel() > 0) CHECK(((x - y).abs().max() / x.abs().max().clamp_min(1e-3)).item<double>() < rounding);
  }
}

// Where a gradient is zero but for rounding, some 1e-16 of it is left, and Adam divides that by no more than
// its epsilon of 1e-8: 34 updates at a rate of 2e-3 go 7e-10 astray, or 7e-7 of the 1e-3 to which weights are
// compared at least. A wrong operand shows in the second digit.
constexpr double rounding = 2e-6;

void trains_as_on_the_cpu(const Elsewhere& place) {
  for_everything([&](const RegisteredPlugin&, const check::Bed& bed) {
    const auto trials = trials_of(bed, "float64");
    const Run here = run(trials, {}, false), there = run(trials, place, true);
    for (const auto& [seed, one] : here.results) check_alike(one, there.results.at(seed), rounding);
  });
}

/// Graphs, and how often they have been replayed.
MakeGraph counted(const MakeGraph& make, int64_t& replayed) {
  class Counted final : public DeviceGraph {
   public:
    Counted(std::unique_ptr<DeviceGraph> graph, int64_t& replayed)
        : graph_(std::move(graph)), replayed_(replayed) {}
    void begin() override { graph_->begin(); }
    void end() override { graph_->end(); }
    void replay() override {
      ++replayed_;
      graph_->replay();
    }

   private:
    std::unique_ptr<DeviceGraph> graph_;
    int64_t& replayed_;
  };
  return [make, &replayed] { return std::make_unique<Counted>(make(), replayed); };
}

/// The plugins of which something is not captured.
std::set<std::string> captured_as_evaluated(const Elsewhere& place, bool to_the_bit) {
  std::set<std::string> refused;
  for_everything([&](const RegisteredPlugin& plugin, const check::Bed& bed) {
    const auto trials = trials_of(bed, to_the_bit ? "float32" : "float64");
    int64_t replayed = 0;
    const Run evaluated = run(trials, place, false),
              captured = run(trials, {place.device, counted(place.graphs, replayed)}, true);
    for (const auto& [seed, one] : evaluated.results) {
      const TrialResult& other = captured.results.at(seed);
      if (to_the_bit)
        CHECK(check::difference(one, other).empty());
      else
        check_alike(one, other, rounding);
    }
    // Of seventeen steps the first is evaluated and the second captured; some player moves in each.
    const bool all = captured.refusal.empty() && replayed >= 15;
    if (all) return;
    refused.insert(fmt::format("{} {}", kind_name(plugin.kind()), plugin.name()));
    UNSCOPED_INFO(kind_name(plugin.kind())
                  << " " << plugin.name() << ": " << replayed << " replays; " << captured.refusal);
  });
  return refused;
}

// They bring computed numbers to the CPU, or differentiate twice: experiments/README says so. The last two
// train nothing.
const std::set<std::string> not_captured{
    "head dirichlet",     "head negative_binomial",         "head poisson",        "head zinb",
    "prior student_t",    "prior truncated_normal",         "divergence sinkhorn", "constraint spectral_norm",
    "dynamics consensus", "dynamics symplectic_adjustment", "dynamics unrolled",   "objective none",
    "head resample"};

void lane_ends_alone(const Elsewhere& place) {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    check::Bed bed = check::odd_bed();
    bed.train["steps"] = "17";
    bed.train["dtype"] = "float64";
    bed.sections["divergence"] = "kl";
    bed.train["critic_optimizer"] = fmt::format("{{use: sgd, rate: {}}}", seed == 1 ? 1e30 : 0.001);
    trials.push_back(bed.trial(checked_registry(), seed));
  }
  const auto here = run(trials, {}, false).results, there = run(trials, place, true).results;
  CHECK(there.at(1).outcome == Outcome::diverged);
  CHECK(there.at(1).reason == here.at(1).reason);
  CHECK(there.at(1).steps == here.at(1).steps);
  CHECK(there.at(1).steps < 17);
  for (const uint64_t seed : {uint64_t{0}, uint64_t{2}}) {
    CHECK(there.at(seed).outcome == Outcome::done);
    check_alike(here.at(seed), there.at(seed), rounding);
  }
}

// Alike by turns, so that they are no neighbours; all alike; and each another.
void lanes_of_many_rates(const Elsewhere& place) {
  for (const char* optimizer : {"adam", "adamw", "amsgrad", "sgd"})
    for (const uint64_t kinds : {1, 2, 7}) {
      INFO(optimizer << ", " << kinds << " rates");
      std::vector<TrialConfig> trials;
      for (uint64_t seed = 0; seed < 7; ++seed) {
        check::Bed bed = check::odd_bed();
        bed.train["steps"] = "5";
        bed.train["dtype"] = "float64";
        bed.train["critic_optimizer"] =
            fmt::format("{{use: {}, rate: {}}}", optimizer, 0.001 * static_cast<double>(1 + seed % kinds));
        trials.push_back(bed.trial(checked_registry(), seed));
      }
      const Run here = run(trials, {}, false), there = run(trials, place, true);
      for (const auto& [seed, one] : here.results) check_alike(one, there.results.at(seed), rounding);
    }
}

}  // namespace

TEST_CASE("every plugin trains on another device as on the CPU, but for rounding") {
  trains_as_on_the_cpu(fake());
}

TEST_CASE("captured losses have the bits of evaluated ones, whichever plugin is used") {
  CHECK(captured_as_evaluated(fake(), /*to_the_bit=*/true) == not_captured);
}

TEST_CASE("a lane that diverges on another device ends there, and its neighbours go on") {
  lane_ends_alone(fake());
}

TEST_CASE("lanes of equal and of other rates train on another device as on the CPU") {
  lanes_of_many_rates(fake());
}

TEST_CASE("what plays at some updates alone is captured for those and for the others") {
  check::Bed bed = check::odd_bed();
  bed.sections["penalties"] = "[{use: r1, weight: 0.3, every: 4}]";
  const auto trials = trials_of(bed);
  const Run evaluated = run(trials, fake(), false), captured = run(trials, fake(), true);
  CHECK(captured.refusal.empty());
  for (const auto& [seed, one] : evaluated.results)
    CHECK(check::difference(one, captured.results.at(seed)).empty());
}

TEST_CASE("every plugin trains on a GPU as on the CPU, but for rounding", "[.gpu]") {
  trains_as_on_the_cpu(gpu());
}

TEST_CASE("losses captured on a GPU give what evaluated ones give, whichever plugin is used", "[.gpu]") {
  const auto refused = captured_as_evaluated(gpu(), /*to_the_bit=*/false);
  CHECK(std::includes(not_captured.begin(), not_captured.end(), refused.begin(), refused.end()));
}

TEST_CASE("lanes of equal and of other rates train on a GPU as on the CPU", "[.gpu]") {
  lanes_of_many_rates(gpu());
}

TEST_CASE("a lane that diverges on a GPU ends there, and its neighbours go on", "[.gpu]") {
  lane_ends_alone(gpu());
}

namespace {

constexpr int64_t first_step = 5;

Random stream(const Elsewhere& place, int64_t step) {
  return Streams({7}, at::TensorOptions(place.device)).at("test", step);
}

/// One loss: of a variable on the device, with draws of a step.
using Loss = std::function<Tensor(const Tensor& x, int64_t step)>;

/// Whether a captured f gives what f gives, for other values of its variable at other steps.
void replays(const Loss& f) {
  const Elsewhere place = fake();
  const DeviceStream on_its_stream(place.device);
  const auto numbers = [&](int64_t step) { return stream(place, 100 + step).normal({4, 3})[0].clone(); };
  const Tensor x = numbers(first_step);
  Tensor out;
  GraphRecorder recorder(first_step, place.device);
  const auto evaluate = [&] {
    const Tensor y = f(x, first_step);
    if (!out.defined()) out = at::empty_like(y);
    out.copy_(y);
  };
  const bool watched = recorder.watch(evaluate);
  INFO(recorder.reason());
  REQUIRE(watched);
  CHECK(at::equal(out.cpu(), f(x, first_step).cpu()));
  const auto graph = recorder.capture(place.graphs(), evaluate);
  REQUIRE(graph);
  for (const int64_t step : {first_step, first_step + 1, first_step + 9}) {
    x.copy_(numbers(step));
    graph->run(step);
    CHECK(at::equal(out.cpu(), f(x, step).cpu()));
  }
}

/// What capturing f is refused for; empty if it isn't.
std::string refusal(const Loss& f) {
  const Elsewhere place = fake();
  GraphRecorder recorder(first_step, place.device);
  const Tensor x = stream(place, 1).normal({4, 3});
  const bool watched = recorder.watch([&] { f(x, first_step); });
  CHECK(watched == recorder.reason().empty());
  return recorder.reason();
}

}  // namespace

TEST_CASE("a graph has the draws of its step, and what is said of the CPU's numbers when it was captured") {
  const Elsewhere place = fake();
  const auto on_device = at::TensorOptions(place.device);
  replays([&](const Tensor& x, int64_t step) { return x + stream(place, step).normal({4, 3})[0]; });
  replays([&](const Tensor& x, int64_t step) {
    Random random = stream(place, step);
    const Tensor noise = random.uniform({4, 3})[0] + random.gumbel({4, 3})[0].mul_(0.5);
    return x.index_select(0, random.integers({4}, 4)[0]) + noise.mul_(2);
  });
  // A stream of one step whatever the step is, as of a fixed batch.
  replays([&](const Tensor& x, int64_t) { return x * stream(place, 2).normal({4, 3})[0]; });
  // A table from the CPU that is changed where it has arrived.
  replays([&](const Tensor& x, int64_t) {
    const Tensor table = at::tensor({1.0F, 2.0F, 3.0F}).to(place.device);
    return x * table.mul_(2).add_(table);
  });
  replays([&](const Tensor& x, int64_t) {
    const Tensor made = at::empty({3}, on_device);
    made.copy_(at::tensor({1.0, 2.0, 3.0}));
    return at::where(x > 0, x * made, at::scalar_tensor(3.0, on_device)) + 1;
  });
}

TEST_CASE("a graph goes through gradients of gradients") {
  replays([](const Tensor& x, int64_t) {
    const Tensor leaf = x.detach().requires_grad_();
    const Tensor w = at::full({1, 3, 2}, 0.7, x.options()), b = at::zeros({1, 2}, x.options());
    const Tensor y = dense(leaf.unsqueeze(0), w, b, Activation::tanh).sum(2);
    const Tensor slope = input_gradient(y, leaf);
    return derivative(lane_sum(slope.square().sum().unsqueeze(0)), {leaf})[0];
  });
}

TEST_CASE("a loss is refused by graphs where a computed number is read, or others are drawn") {
  CHECK_THAT(refusal([](const Tensor& x, int64_t) { return x * x.sum().item(); }),
             holds("it depends on a computed number"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t) { return x + x.cpu().to(x.device()); }),
             holds("computed numbers go from the device to the CPU"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t) { return at::empty(x.sizes()).copy_(x); }),
             holds("computed numbers go from the device to the CPU"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t) { return x.masked_select(x > 0); }),
             holds("depends on computed numbers"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t) {
               return x + at::randn({4, 3}).to(x.device());
             }),
             holds("draws from a generator of ATen's"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t step) {
               return stream(fake(), step).poisson(x.exp().unsqueeze(0));
             }),
             holds("computed numbers go from the device to the CPU"));
  // What is drawn on the CPU comes to the device, if at all, as what it was when the graph was captured.
  const auto on_cpu = [](int64_t step) {
    return Streams({7}, at::TensorOptions(at::kDouble)).at("test", step);
  };
  CHECK_THAT(refusal([&](const Tensor& x, int64_t step) {
               return x + on_cpu(step).normal({4, 3}).to(x.device());
             }),
             holds("numbers are drawn on the CPU"));
  CHECK_THAT(refusal([&](const Tensor& x, int64_t step) {
               return x + stream(fake(), step).log_gamma(at::ones({1, 4, 3}, at::kDouble)).to(x.device());
             }),
             holds("numbers are drawn on the CPU"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t) {
               return x + at::zeros({4, 3}).normal_().to(x.device());
             }),
             holds("draws from a generator of ATen's"));
  CHECK_THAT(refusal([](const Tensor& x, int64_t) { return x + x.sum().cpu(); }),
             holds("computed numbers go from the device to the CPU"));
  CHECK(refusal([](const Tensor& x, int64_t) { return x * 2; }).empty());
}

TEST_CASE("what can't be captured after all is evaluated, and the numbers are the same") {
  class Fails final : public DeviceGraph {
   public:
    void begin() override { graph_->begin(); }
    void end() override {
      graph_->end();
      throw std::runtime_error("out of memory");
    }
    void replay() override {}

   private:
    std::unique_ptr<DeviceGraph> graph_ = fake_graphs()();
  };
  check::Bed bed = check::odd_bed();
  bed.sections["penalties"] = "[lecam]";  // which remembers scores
  const auto trials = trials_of(bed);
  const Elsewhere broken{fake_device(), [] { return std::make_unique<Fails>(); }};
  const Run evaluated = run(trials, fake(), false), fell_back = run(trials, broken, true);
  CHECK_THAT(fell_back.refusal, holds("out of memory"));
  for (const auto& [seed, one] : evaluated.results)
    CHECK(check::difference(one, fell_back.results.at(seed)).empty());
}
