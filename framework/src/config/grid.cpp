#include "config/grid.hpp"

#include <algorithm>

#include "config/axes.hpp"

namespace saddle {
namespace {

struct Reader {
  Mistakes& mistakes;
  std::vector<AxisPlace>& places;

  std::vector<Assignment> assignments(const Value& map, const std::string& path) const {
    std::vector<Assignment> result;
    if (!map.is(Value::Kind::map) || map.map.empty()) {
      mistakes.add(map.place, path, "expected a map of paths and values, not " + map.describe());
    }
    for (const Entry& entry : map.map) result.push_back({entry.key, entry.place, entry.value});
    return result;
  }

  std::vector<std::vector<Assignment>> points(const Value& list, const std::string& path) const {
    std::vector<std::vector<Assignment>> result;
    if (!list.is(Value::Kind::list)) {
      mistakes.add(list.place, path, "expected a list of maps, not " + list.describe(),
                   path + ": [{path: value, …}, …]");
    }
    for (const ValuePtr& element : list.list) result.push_back(assignments(*element, path));
    return result;
  }

  void zip(const Value& value, Block& block) const {
    if (value.is(Value::Kind::list)) {
      for (const ValuePtr& one : value.list) zip(*one, block);
      return;
    }
    if (!value.is(Value::Kind::map) || value.map.empty()) {
      mistakes.add(value.place, "grid.zip", "expected a map of axes, not " + value.describe());
      return;
    }
    Dimension together;
    for (const Entry& entry : value.map) {
      Axis axis = read_axis(entry.key, entry.place, entry.value, mistakes, places);
      if (axis.points.empty()) continue;  // said already
      if (!together.empty() && axis.points.size() != together[0].points.size()) {
        mistakes.add(entry.place, "grid.zip." + entry.key,
                     "axes that are walked together differ in length: " + together[0].name + " has " +
                         std::to_string(together[0].points.size()) + " points, " + axis.name + " " +
                         std::to_string(axis.points.size()));
        continue;
      }
      together.push_back(std::move(axis));
    }
    if (!together.empty()) block.dimensions.push_back(std::move(together));
  }

  Block block(const Value& map) const {
    Block result;
    result.place = map.place;
    if (!map.is(Value::Kind::map)) {
      mistakes.add(map.place, "grid", "expected a map of axes, not " + map.describe());
    }
    for (const Entry& entry : map.map) {
      if (entry.key == "zip")
        zip(*entry.value, result);
      else if (entry.key == "when")
        result.when = assignments(*entry.value, "grid.when");
      else if (entry.key == "exclude")
        result.exclude = points(*entry.value, "grid.exclude");
      else if (entry.key == "include")
        result.include = points(*entry.value, "grid.include");
      else {
        Axis axis = read_axis(entry.key, entry.place, entry.value, mistakes, places);
        if (!axis.points.empty()) result.dimensions.push_back({std::move(axis)});
      }
    }
    check_names(result);
    check_size(result);
    return result;
  }

  /// Leaves the first of two axes of one name.
  void check_names(Block& block) const {
    std::vector<std::string> seen;
    for (Dimension& dimension : block.dimensions) {
      std::erase_if(dimension, [&](const Axis& axis) {
        const bool twice = std::find(seen.begin(), seen.end(), axis.name) != seen.end();
        if (twice) mistakes.add(axis.place, "grid." + axis.name, "the axis is here twice");
        seen.push_back(axis.name);
        return twice;
      });
    }
    std::erase_if(block.dimensions, [](const Dimension& dimension) { return dimension.empty(); });
  }

  void check_size(Block& block) const {
    int64_t count = 1;
    for (const Dimension& dimension : block.dimensions) {
      count *= static_cast<int64_t>(dimension[0].points.size());
      if (count <= most_points) continue;
      mistakes.add(block.place, "grid", "more than " + std::to_string(most_points) + " points");
      block.dimensions.clear();
      return;
    }
  }
};

}  // namespace

bool is_block_word(const std::string& key) {
  return key == "zip" || key == "when" || key == "exclude" || key == "include";
}

std::vector<Block> read_grid(const ValuePtr& grid, const Place& base_place, Mistakes& mistakes,
                             std::vector<AxisPlace>& places) {
  std::vector<Block> blocks;
  const Reader reader{mistakes, places};
  if (grid && grid->is(Value::Kind::list)) {
    for (const ValuePtr& element : grid->list) blocks.push_back(reader.block(*element));
    if (blocks.empty()) mistakes.add(grid->place, "grid", "an empty list of blocks");
  } else if (grid && !grid->is(Value::Kind::null)) {
    blocks.push_back(reader.block(*grid));
  }
  if (blocks.empty()) blocks.push_back({base_place, {}, {}, {}, {}});
  return blocks;
}

}  // namespace saddle
