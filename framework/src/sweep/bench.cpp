#include "sweep/bench.hpp"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "config/parse_trial.hpp"
#include "config/plan.hpp"
#include "game/trainer.hpp"
#include "store/merge.hpp"
#include "sweep/runner.hpp"
#include "sweep/study.hpp"

namespace saddle {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct Case {
  int width, batch, lanes;
};

std::string ring_gan(int width, int batch, int64_t steps, uint64_t seed) {
  return fmt::format(
      "{{seed: {0}, data: ring, prior: {{use: normal, dim: 2}}, generator: {{use: mlp, widths: [{1}, {1}]}}, "
      "critic: {{use: mlp, widths: [{1}, {1}]}}, divergence: gan, train: {{steps: {3}, batch: {2}, "
      "generator_optimizer: {{use: adam, rate: 0.001, beta1: 0.5}}, critic_optimizer: {{use: adam, rate: "
      "0.001, "
      "beta1: 0.5}}}}, measure: {{every: 0}}, keep: {{weights: none, samples: 0}}}}",
      seed, width, batch, steps);
}

// Training steps a second, summed over lanes; the first tenth of the time warms up and doesn't count.
double training_speed(const Case& c, double seconds, const Registry& registry) {
  std::vector<TrialConfig> trials;
  std::vector<const TrialConfig*> lanes;
  for (int lane = 0; lane < c.lanes; ++lane)
    trials.push_back(
        parse_trial(ring_gan(c.width, c.batch, 100000000, static_cast<uint64_t>(lane)), registry));
  for (const TrialConfig& trial : trials) lanes.push_back(&trial);
  Trainer trainer(lanes, load_data(*trials[0].data, {at::TensorOptions(at::kFloat)}));
  const auto start = Clock::now();
  int64_t first_steps = -1, last_steps = 0;
  double first_time = 0, last_time = 0;
  trainer.run(
      [&](int64_t steps) {
        const double now = seconds_since(start);
        if (first_steps < 0 && now > 0.1 * seconds) {
          first_steps = steps;
          first_time = now;
        }
        last_steps = steps;
        last_time = now;
        return now < seconds;
      },
      [](const TrialResult&) {});
  return static_cast<double>(last_steps - first_steps) / (last_time - first_time) * c.lanes;
}

double planner_seconds(const Registry& registry) {
  const auto source = std::make_shared<const Source>(
      Source{"bench.yaml",
             "experiment: bench\nbase: {data: ring}\ngrid:\n  divergence: [gan, kl, jsd, hellinger]\n"
             "  generator.widths: [[32, 32], [64, 64], [128, 128], [256, 256], [64, 64, 64]]\n"
             "  train.generator_optimizer.rate: {logspace: [-5, -2, 50]}\n  seed: 0..9\n"});
  const auto start = Clock::now();
  const Plan plan = make_plan(read_experiment(source), registry);
  const double seconds = seconds_since(start);
  if (plan.trials.size() != 10000) throw std::runtime_error("the planner's bench has lost points");
  return seconds;
}

// What a trial costs beside its training: many trials of one step, one worker, everything included.
double runner_seconds_a_trial(const BenchSettings& settings, const Registry& registry) {
  constexpr int count = 200;
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("saddle-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  std::vector<TrialConfig> trials;
  std::vector<const TrialConfig*> pointers;
  store::Plan plan;
  plan.experiment = "bench";
  for (int i = 0; i < count; ++i) {
    trials.push_back(parse_trial(ring_gan(64, 64, 1, static_cast<uint64_t>(i)), registry));
    store::PlanRow row;
    row.id = trials.back().id;
    row.config = trials.back().canonical;
    row.resolved = trials.back().resolved;
    plan.rows.push_back(std::move(row));
  }
  for (const TrialConfig& trial : trials) pointers.push_back(&trial);
  RunnerSettings runner;
  runner.store = store::store_paths(folder / "bench");
  runner.program = settings.program;
  runner.quiet = true;
  const auto start = Clock::now();
  store::freeze_plan(runner.store, plan);
  const RunnerSummary summary = run_groups(runner, make_groups(pointers, {}, 1, 1));
  store::merge(runner.store, plan);
  const double seconds = seconds_since(start);
  std::filesystem::remove_all(folder);
  if (summary.done != count) throw std::runtime_error("the runner's bench has lost trials");
  return seconds / count;
}

// The peer's script prints its training steps a second.
double peer_speed(const BenchSettings& settings, const Case& c) {
  const std::filesystem::path script =
      std::filesystem::path(SADDLE_SOURCE_FOLDER) / "analysis" / "peers" / "pytorch_eager.py";
  const std::string command = fmt::format(
      "OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 '{}' '{}' --width {} --batch {} --seconds {} 2>/dev/null",
      settings.peers, script.string(), c.width, c.batch, settings.seconds);
  FILE* pipe = popen(command.c_str(), "r");
  double speed = 0;
  const bool read = pipe && std::fscanf(pipe, "%lf", &speed) == 1;
  if (pipe) pclose(pipe);
  if (!read)
    throw UserError(fmt::format("--peers {}: {} did not answer with a number; is PyTorch there?",
                                settings.peers, script.string()));
  return speed;
}

}  // namespace

analysis::Table bench(const BenchSettings& settings, const Registry& registry) {
  at::set_num_threads(1);
  using analysis::Align;
  analysis::Table table({{"measured"},
                         {"value", Align::right},
                         {"unit"},
                         {"spread", Align::right},
                         {"× PyTorch eager", Align::right}});
  const std::vector<Case> cases{{128, 256, 1}, {128, 256, 16}, {64, 64, 1}, {64, 64, 16}};
  std::vector<std::vector<double>> ours(cases.size()), peers(cases.size());
  // Rounds go over all cases, so that a disturbance of the machine does not fall on one of them.
  for (int64_t round = 0; round < settings.rounds; ++round)
    for (size_t i = 0; i < cases.size(); ++i) {
      ours[i].push_back(training_speed(cases[i], settings.seconds, registry));
      if (!settings.peers.empty()) peers[i].push_back(peer_speed(settings, cases[i]));
    }
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto [low, high] = std::minmax_element(ours[i].begin(), ours[i].end());
    analysis::Cell ratio;
    if (!peers[i].empty()) ratio = fmt::format("{:.2f}", median(ours[i]) / median(peers[i]));
    table.row({fmt::format("ring-8 GAN, widths {0},{0}, batch {1}, {2} lane{3}", cases[i].width,
                           cases[i].batch, cases[i].lanes, cases[i].lanes == 1 ? "" : "s"),
               fmt::format("{:.0f}", median(ours[i])), std::string("steps/s"),
               fmt::format("{:.0f}–{:.0f}", *low, *high), ratio});
  }
  std::vector<double> plans;
  for (int64_t round = 0; round < settings.rounds; ++round) plans.push_back(planner_seconds(registry));
  table.row({std::string("planner, 10,000 points"), fmt::format("{:.2f}", median(plans)), std::string("s"),
             std::string(), analysis::Cell()});
  table.row({std::string("runner's own cost a trial"),
             fmt::format("{:.1f}", 1000 * runner_seconds_a_trial(settings, registry)), std::string("ms"),
             std::string(), analysis::Cell()});
  table.note(
      "One core, float32, Adam, one critic and one generator step; steps of one trial, summed over lanes.");
  return table;
}

}  // namespace saddle
