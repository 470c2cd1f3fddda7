// The grid of an experiment: a block of axes, or a list of blocks.
#pragma once
#include <vector>

#include "config/experiment.hpp"

namespace saddle {

/// Never empty: without a grid, one block without axes.
std::vector<Block> read_grid(const ValuePtr& grid, const Place& base_place, Mistakes& mistakes,
                             std::vector<AxisPlace>& places);

/// The words of a block that are no axes.
bool is_block_word(const std::string& key);

}  // namespace saddle
