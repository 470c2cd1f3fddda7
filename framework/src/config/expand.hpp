// The points of a grid: every combination of its axes, restricted by `when` and `exclude`, with what
// `include` adds.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/experiment.hpp"
#include "config/references.hpp"

namespace saddle {

/// A point's value on one axis, as tables name it.
struct AxisValue {
  std::string axis;
  std::string text;              ///< as in the file, or the case's name
  std::optional<double> number;  ///< where it is one
};

/// One point of the grid.
struct GridPoint {
  Settings settings;            ///< base with everything set, references resolved
  std::vector<AxisValue> axes;  ///< every axis of its block but the seed
};

class Expansion {
 public:
  Expansion(const Experiment& experiment, const Registry& registry, Mistakes& mistakes,
            std::vector<std::string>& warnings);
  ~Expansion();
  /// Calls `visit` for every point, in order: blocks, then axes as written, the last one fastest. Points with
  /// mistakes are left out.
  void each(const std::function<void(GridPoint&&)>& visit);
  /// Names of all axes but the seed, in order of appearance.
  const std::vector<std::string>& axes() const { return axes_; }

 private:
  struct Set;
  struct Condition;
  struct Point;
  struct PreparedBlock;
  std::unique_ptr<PreparedBlock> prepare(const Block& block);
  std::vector<Set> prepare_sets(const std::vector<Assignment>& sets, const std::string& words);
  std::vector<Condition> prepare_conditions(const std::vector<Assignment>& all, const Block& block);
  void name_axis(const std::string& name);
  void visit_block(PreparedBlock& block, const std::function<void(GridPoint&&)>& visit);
  void visit_included(const Block& block, const std::function<void(GridPoint&&)>& visit);
  std::optional<Settings> settings_of(std::vector<const Set*> sets);
  bool holds(const Condition& condition, const Settings& settings, const std::vector<const Point*>& at) const;
  bool all_hold(const std::vector<Condition>& all, const Settings& settings,
                const std::vector<const Point*>& at) const;

  const Experiment& x_;
  const Registry& registry_;
  Mistakes& mistakes_;
  std::vector<std::string>& warnings_;
  References references_;
  std::vector<std::string> axes_;
  std::vector<std::unique_ptr<PreparedBlock>> blocks_;
  // What setting one value in one section gives: equal points then share their sections.
  std::map<std::pair<const Value*, const Set*>, std::pair<ValuePtr, ValuePtr>> set_before_;
  std::vector<std::unique_ptr<std::vector<Set>>> kept_alive_;
  int64_t points_ = 0;
};

}  // namespace saddle
