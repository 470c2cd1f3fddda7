#include <unistd.h>

#include <cstdio>

#include "bench/groups.hpp"
#include "bench/measure.hpp"
#include "bench/peer.hpp"

namespace saddle::bench {
namespace {

struct Goal {
  Work work;
  double jax = 0, pytorch = 0;
};

// On one core; on other devices the works that fill them, without goals.
std::vector<Goal> goals(const std::string& device) {
  if (device != "cpu")
    return {{{"gan", 64, 64, 1}},         {{"gan", 64, 64, 16}},    {{"gan", 64, 64, 256}},
            {{"gan", 128, 256, 16}},      {{"gan", 128, 256, 256}}, {{"wgan_gp", 64, 64, 256}},
            {{"wgan_gp", 128, 256, 256}}, {{"mmd", 64, 256, 256}}};
  return {{{"gan", 64, 64, 1}, 1.2, 10},     {{"gan", 64, 64, 16}, 1.4, 18},
          {{"gan", 128, 256, 1}, 1.2, 3.5},  {{"gan", 128, 256, 16}, 1.4, 3.5},
          {{"wgan_gp", 64, 64, 16}, 1.2, 3}, {{"wgan_gp", 128, 256, 16}, 1.2, 3},
          {{"mmd", 64, 256, 16}, 1.2, 3}};
}

void start(std::optional<Peer>& peer, const Settings& settings, const std::string& script) {
  fmt::print(stderr, "compiling and warming up {}\n", script);
  peer.emplace(
      settings.peers, script, settings.device,
      std::filesystem::temp_directory_path() / fmt::format("saddle-bench-{}-{}.log", getpid(), script));
  for (const Goal& goal : goals(settings.device)) peer->prepare(goal.work);
}

void compare(std::optional<Peer>& peer, const Work& work, double seconds, double ours, Against& against) {
  if (!peer) return;
  const auto theirs = peer->speed(work, seconds);
  if (!theirs) return;
  against.speed.values.push_back(*theirs);
  against.ratio.values.push_back(ours / *theirs);
}

std::string note_on(const Peer& peer) {
  if (peer.trouble().empty())
    return peer.name() + ": on the same device, right after each measurement of ours.";
  return fmt::format("Not measured: {}: {}", peer.name(), peer.trouble());
}

}  // namespace

std::vector<Row> measure_training(const Context& context) {
  std::optional<Peer> jax, pytorch;
  const std::string& device = context.settings.device;
  if (!context.settings.peers.empty()) {
    start(jax, context.settings, "jax_scan.py");
    start(pytorch, context.settings, "pytorch_eager.py");
  }
  const double seconds = context.settings.seconds;
  Rounds large;
  std::vector<Measurement> measurements;
  for (const Goal& goal : goals(device)) {
    Row row{{}, name_of(goal.work), "steps/s"};
    row.jax.goal = goal.jax;
    row.pytorch.goal = goal.pytorch;
    const auto measure = [&, work = goal.work](Row& r) {
      const double ours = training_speed(work, seconds, context);
      r.value.values.push_back(ours);
      compare(jax, work, seconds, ours, r.jax);
      compare(pytorch, work, seconds, ours, r.pytorch);
      if (work.game == "mmd" || device != "cpu") return;  // products are not what limits it
      const auto products = products_of(work);
      const double rate = ours * flops(products);
      large.values.push_back(sgemm_peak(seconds / 10));
      r.of_large.values.push_back(rate / large.values.back());
      r.of_own.values.push_back(rate / sgemm_peak(products, seconds / 5));
    };
    measurements.push_back({std::move(row), measure});
  }
  auto rows = measure_rounds(context, "training", std::move(measurements));
  if (!large.empty())
    context.notes.push_back(fmt::format(
        "Of sgemm: the operations of a step's matrix products, over what the BLAS makes of 1024 × 1024 "
        "matrices ({:.0f} GFLOP/s on this core), and over what it makes of these products one by one.",
        large.median() / 1e9));
  for (const auto* peer : {&jax, &pytorch})
    if (*peer) context.notes.push_back(note_on(**peer));
  return rows;
}

}  // namespace saddle::bench
