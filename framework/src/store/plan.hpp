// The frozen plan of a study, `PATH.study/plan.json`: what is to be trained, in order. The planner writes it
// before the first trial starts; everything that reads a study starts from it.
#pragma once
#include "store/paths.hpp"
#include "store/record.hpp"

#include <saddle/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace saddle::store {

/// A point of the grid on one axis.
struct PlanParam {
  std::string axis;
  std::string text;              ///< as in the file, a case by its name
  std::optional<double> number;  ///< if the text is one
};

struct PlanRow {
  std::string id;
  std::string config;    ///< canonical YAML, one line: what the id is made of
  std::string resolved;  ///< the whole trial, metrics included, one line
  uint64_t seed = 0;
  Status status = Status::planned;  ///< planned or skipped; what a shard says goes before it
  std::string reason;
  std::vector<PlanParam> params;  ///< every axis but the seed
  /// The names of the trial's metrics: of these the table has columns. Unknown in stores of before.
  std::optional<std::vector<std::string>> metrics;
};

/// A file that the experiment extends, as it was.
struct PlanSource {
  std::string name;
  std::string text;
};

struct Plan {
  std::string experiment;
  std::string created;      ///< ISO 8601, UTC
  std::string plan_sha256;  ///< of the trials, see plan_sha256()
  std::string experiment_text;
  std::vector<std::string> overrides;  ///< of the command line, as given
  std::vector<PlanSource> extends;     ///< the files that the experiment extends, the nearest first
  std::vector<PlanRow> rows;
};

/// SHA-256 over the experiment's name and the trials' ids, in order.
std::string plan_sha256(const Plan&);

/// Now, as `2025-01-31T12:00:00Z`.
std::string utc_now();

/// Writes the plan in one piece. An older plan is replaced.
void freeze_plan(const StorePaths&, const Plan&);

class DamagedPlan : public UserError {
 public:
  using UserError::UserError;
};

/// Throws UserError when there is none or it is of a newer format, DamagedPlan when it is damaged.
Plan read_plan(const StorePaths&);

}  // namespace saddle::store
