// One trial as plain data: what a shard stores, and what everything that reads a store gets back.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace saddle::store {

enum class Status {
  planned,
  running,
  skipped,
  done,
  collapsed,
  diverged,
  dead_critic,
  stalled,
  failed,
  timed_out,
  interrupted,
};

/// Every status, in the order of the vocabulary.
std::span<const Status> all_statuses();
std::string_view to_text(Status);
std::optional<Status> status_from(std::string_view text);
/// Trained to an outcome that counts: not trained again unless the user asks.
bool is_result(Status);
/// A result, failed or timed out: such a trial has a shard. What is said of the others comes from the plan
/// and from what the runner is at.
bool has_ended(Status);

/// Numbers with a shape, row by row; the last axis varies fastest. An empty shape is one number.
struct Array {
  std::vector<int64_t> shape;
  std::variant<std::vector<float>, std::vector<double>> data;
};

struct NamedArray {
  std::string path;  ///< "generator/net.0.weight"
  Array array;
};

struct Series {
  std::string name;  ///< a metric's column, "loss.critic" …
  std::vector<int64_t> steps;
  std::vector<double> values;  ///< one for each step
};

using AttributeValue = std::variant<std::string, int64_t, double>;

/// A final value. The attributes `low` and `high`, where both are numbers, are its interval.
struct Metric {
  std::string column;  ///< "precision_recall.recall"
  double value = 0;
  std::map<std::string, AttributeValue>
      attributes;  ///< samples, split, seed, version …: nothing that varies between runs
};

struct TrialRecord {
  std::string id;
  Status status = Status::planned;
  std::string reason;
  int64_t reason_step = 0;  ///< where the status was decided
  uint64_t seed = 0;
  int64_t steps = 0;
  double seconds = 0;
  std::string config;  ///< the resolved trial, YAML
  std::vector<Series> series;
  std::vector<Metric> metrics;
  std::vector<NamedArray> weights;
  std::vector<NamedArray> averaged_weights;
  std::optional<Array> samples;  ///< [n, …]
  std::vector<std::pair<std::string, std::string>> provenance;
  std::string stored_sha256;  ///< result_sha256 when it was written; filled by reading
};

/// SHA-256 (hex) of configuration, metrics, series, weights and samples: not of time, place or status. It
/// does not depend on the machine's byte order nor on the order of series, metrics and weights.
std::string result_sha256(const TrialRecord&);

/// Adds metrics; those with a column that is already there replace it.
void put_metrics(TrialRecord&, const std::vector<Metric>&);

/// Whether a column or series belongs to a metric: it bears its name, alone or before a dot.
bool is_column_of(std::string_view column, std::string_view metric);

}  // namespace saddle::store
