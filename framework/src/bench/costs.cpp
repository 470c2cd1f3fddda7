#include <thread>

#include "bench/groups.hpp"
#include "bench/measure.hpp"

namespace saddle::bench {
namespace {

std::vector<Row> measure_works(const Context& context, const std::string& group,
                               const std::vector<Work>& works) {
  std::vector<Measurement> all;
  for (const Work& work : works)
    all.push_back({Row{{}, name_of(work), "steps/s"}, [&context, work](Row& row) {
                     row.value.values.push_back(training_speed(work, context.settings.seconds, context));
                   }});
  return measure_rounds(context, group, std::move(all));
}

}  // namespace

std::vector<Row> measure_lanes(const Context& context) {
  std::vector<Work> works;
  for (int64_t lanes = 1; lanes <= 256; lanes *= 2) works.push_back({"gan", 64, 64, lanes});
  return measure_works(context, "lanes", works);
}

std::vector<Row> measure_widths(const Context& context) {
  std::vector<Work> works;
  for (int64_t width = 16; width <= 512; width *= 2) works.push_back({"gan", width, 64, 16});
  return measure_works(context, "widths", works);
}

std::vector<Row> measure_batch(const Context& context) {
  std::vector<Work> works;
  for (int64_t batch = 16; batch <= 1024; batch *= 4) works.push_back({"gan", 64, batch, 16});
  return measure_works(context, "batch", works);
}

std::vector<Row> measure_metrics(const Context& context) {
  Work without{"gan", 64, 64, 16};
  without.steps = context.settings.quick ? 20 : 1000;
  Work with = without;
  with.metrics = "[modes, high_quality, precision_recall, mmd]";
  const auto measurement = [&](const Work& work, const char* metrics) {
    const std::string text =
        fmt::format("{} steps from start to end, {}: {}", work.steps, name_of(work), metrics);
    return Measurement{Row{{}, text, "steps/s"}, [&context, work](Row& row) {
                         row.value.values.push_back(whole_training_speed(work, context));
                       }};
  };
  return measure_rounds(
      context, "metrics",
      {measurement(without, "no metrics"),
       measurement(with, "modes, high_quality, precision_recall and mmd of 2,500 samples at both ends")});
}

std::vector<Row> measure_planner(const Context& context) {
  return measure_rounds(context, "planner", {{Row{{}, "planning 10,000 trials", "s"}, [&](Row& row) {
                                                row.value.values.push_back(planner_seconds(context.registry));
                                              }}});
}

// Many trials of one step, one worker, everything included.
std::vector<Row> measure_runner(const Context& context) {
  Work work{"gan", 64, 64, context.settings.quick ? 8 : 200};
  work.steps = 1;
  const auto trials = trials_of(work, context.registry);
  const auto measure = [&](Row& row) {
    row.value.values.push_back(1000 * sweep_seconds(context.settings, trials, 1, 1) /
                               static_cast<double>(trials.size()));
  };
  return measure_rounds(context, "runner", {{Row{{}, "the runner's own cost of a trial", "ms"}, measure}});
}

std::vector<Row> measure_workers(const Context& context) {
  if (std::thread::hardware_concurrency() < 2) {
    context.notes.push_back("Not measured: two workers, since there is one core.");
    return {};
  }
  Work work{"gan", 64, 64, context.settings.quick ? 8 : 128};
  work.steps = context.settings.quick ? 10 : 2000;
  const auto trials = trials_of(work, context.registry);
  const auto measurement = [&](int64_t workers) {
    const std::string text =
        fmt::format("a stored sweep of {} trials, {} steps, GAN, width 64, batch 64: {} worker{}",
                    trials.size(), work.steps, workers, workers == 1 ? "" : "s");
    return Measurement{Row{{}, text, "steps/s"}, [&, workers](Row& row) {
                         row.value.values.push_back(static_cast<double>(work.steps * work.lanes) /
                                                    sweep_seconds(context.settings, trials, 16, workers));
                       }};
  };
  auto rows = measure_rounds(context, "workers", {measurement(1), measurement(2)});
  Row ratio{"workers", "two workers over one", "×"};
  ratio.goal = 1.8;
  for (size_t round = 0; round < rows[0].value.values.size(); ++round)
    ratio.value.values.push_back(rows[1].value.values[round] / rows[0].value.values[round]);
  rows.push_back(std::move(ratio));
  return rows;
}

}  // namespace saddle::bench
