// An experiment as the user wrote it: a base and a grid, with places. Stages: the file and those that it
// extends are read and merged; overrides of the command line are applied; `base` becomes Settings and `grid`
// becomes blocks of axes. Whether plugins and parameters exist is the plan's question. Mistakes are collected
// on the way, and the plan reports them together with its own.
#pragma once
#include <saddle/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/mistakes.hpp"
#include "config/settings.hpp"

namespace saddle {

/// `path: value`, in a case, an axis or a condition.
struct Assignment {
  std::string path;
  Place place;  ///< of the path
  ValuePtr value;
};

/// One point of an axis: what it sets, and how tables name it.
struct AxisPoint {
  std::string text;  ///< the value as in the file, or the case's name
  std::optional<double> number;
  std::vector<Assignment> sets;
  std::vector<Assignment> when;  ///< restricts the point; all must hold
};

struct Axis {
  std::string name;
  Place place;
  bool cases = false;  ///< of named cases
  std::vector<AxisPoint> points;
};

/// Axes that are walked together; most often one.
using Dimension = std::vector<Axis>;

struct Block {
  Place place;
  std::vector<Dimension> dimensions;
  std::vector<Assignment> when;
  std::vector<std::vector<Assignment>> exclude, include;
};

/// Where a value of an axis stands, for messages about it.
struct AxisPlace {
  Place place;
  std::string value;  ///< its text where one place stands for several values
  std::string words;  ///< "grid axis weight, point 2 of 3"
};

struct Experiment {
  std::string name;
  std::shared_ptr<const Source> source;
  std::vector<std::shared_ptr<const Source>> extends;  ///< the files that it extends, the nearest first
  std::vector<std::string> overrides;
  std::vector<Assignment> overridden;  ///< what the overrides set in base
  Settings base;
  Place base_place;
  std::vector<Block> grid;  ///< never empty: without a grid one block without axes
  bool skip_illegal = false;
  Mistakes mistakes;
  std::vector<AxisPlace> axis_places;
};

/// Throws UserError where nothing can follow: a file that can't be read or is not YAML.
Experiment read_experiment(const std::string& path, const std::vector<std::string>& overrides = {});
Experiment read_experiment(std::shared_ptr<const Source> source,
                           const std::vector<std::string>& overrides = {});

}  // namespace saddle
