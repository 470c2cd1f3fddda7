// The groups of measurements that the bench is made of.
#pragma once
#include "bench/bench.hpp"
#include "bench/work.hpp"

namespace saddle::bench {

struct Context {
  const Settings& settings;
  const Registry& registry;
  std::vector<std::string>& notes;
};

/// One row, and what measures it in a round.
struct Measurement {
  Row row;
  std::function<void(Row&)> measure;
};

/// Round after round, each over all rows.
std::vector<Row> measure_rounds(const Context& context, const std::string& group,
                                std::vector<Measurement> measurements);

/// The works that have goals, beside the peers and the BLAS.
std::vector<Row> measure_training(const Context& context);
std::vector<Row> measure_lanes(const Context& context);
std::vector<Row> measure_widths(const Context& context);
std::vector<Row> measure_batch(const Context& context);
std::vector<Row> measure_metrics(const Context& context);
std::vector<Row> measure_planner(const Context& context);
/// These start worker processes, which need all cores.
std::vector<Row> measure_runner(const Context& context);
std::vector<Row> measure_workers(const Context& context);

}  // namespace saddle::bench
