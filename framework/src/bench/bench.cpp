#include "bench/bench.hpp"

#include <ATen/Parallel.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "bench/groups.hpp"
#include "bench/one_core.hpp"
#include "lanes/portable_operators.hpp"
#include "sweep/cores.hpp"
#include "sweep/record.hpp"

namespace saddle::bench {
namespace {

struct Group {
  std::string name;
  std::vector<Row> (*measure)(const Context&);
  bool one_core = true;
};

const std::vector<Group>& groups() {
  static const std::vector<Group> all{{"training", measure_training},    {"lanes", measure_lanes},
                                      {"widths", measure_widths},        {"batch", measure_batch},
                                      {"metrics", measure_metrics},      {"planner", measure_planner},
                                      {"runner", measure_runner, false}, {"workers", measure_workers, false}};
  return all;
}

}  // namespace

std::vector<std::string> group_names() {
  std::vector<std::string> names;
  for (const Group& group : groups()) names.push_back(group.name);
  return names;
}

std::vector<Row> measure_rounds(const Context& context, const std::string& group,
                                std::vector<Measurement> measurements) {
  const int64_t rounds = context.settings.rounds;
  for (int64_t round = 0; round < rounds; ++round) {
    fmt::print(stderr, "{}: round {} of {}\n", group, round + 1, rounds);
    for (Measurement& m : measurements) m.measure(m.row);
  }
  std::vector<Row> rows;
  for (Measurement& m : measurements) {
    m.row.group = group;
    rows.push_back(std::move(m.row));
  }
  return rows;
}

Report run(Settings settings, const Registry& registry) {
  if (settings.quick) {
    settings.seconds = std::min(settings.seconds, 0.02);
    settings.rounds = 1;
  }
  const bool on_cpu = settings.device == "cpu";
  at::set_num_threads(on_cpu ? 1 : static_cast<int>(cores()));
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is reported
  const char* kernels = std::getenv("SADDLE_KERNELS");
  if (kernels != nullptr && std::string_view(kernels) == "portable") use_portable_operators();
  const Provenance here = process_provenance(kernels != nullptr ? kernels : "native", settings.device);
  Report report;
  report.peers = !settings.peers.empty();
  report.notes.push_back(fmt::format(
      "Steps of one trial a second, summed over lanes, on {}{}; float32, ring-8 data, "
      "networks 2-width-width-2 and 2-width-width-1 with ReLU, Adam. Medians of {} rounds; spread: "
      "from the lowest to the highest.",
      on_cpu ? "one core of " : "", value_of(here, "device_name"), settings.rounds));
  if (on_cpu) report.notes.push_back(fmt::format("Products through: {}.", value_of(here, "products")));
  const Context context{settings, registry, report.notes};
  for (const Group& group : groups()) {
    const auto& only = settings.only;
    if (!only.empty() && std::find(only.begin(), only.end(), group.name) == only.end()) continue;
    std::optional<OneCore> core;
    if (group.one_core && on_cpu) core.emplace();
    for (Row& row : group.measure(context)) report.rows.push_back(std::move(row));
  }
  return report;
}

}  // namespace saddle::bench
